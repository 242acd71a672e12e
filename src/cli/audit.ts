import { listAudit, verifyAudit } from '../app/audit-record.ts';
import { loadConfig } from '../config/load-config.ts';
import { visibleText } from '../model/visible-text.ts';
import { recordLines } from './audit-lines.ts';
import { isWrong, verdictLines } from './audit-verdict.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';
import { createProgressBar } from './terminal.ts';

const SPEC: CommandSpec = {
  usage: 'audit verify|list [--data DIR] [--checkpoints FILE] [--public-key FILE] [--order ID] [--json]',
  about: {
    zh: 'verify：验证审计记录是否完好，可在服务运行时进行；list：列出记录，或一张工单的全部记录。--json 逐行输出原文',
    en: 'verify: whether the audit record is whole, beside a running server too; list: its records, or all of one order. --json prints the lines as they stand',
  },
  flags: {
    data: { value: 'DIR', about: { zh: '数据目录，默认按配置', en: 'data directory; default as configured' } },
    checkpoints: {
      value: 'FILE',
      about: {
        zh: 'verify：另存他处的检查点，默认取数据目录内的',
        en: 'verify: checkpoints that were kept elsewhere; default those of the data directory',
      },
    },
    'public-key': {
      value: 'FILE',
      about: {
        zh: 'verify：另存他处的公钥（PEM），默认取数据目录内的',
        en: 'verify: public keys (PEM) that were kept elsewhere; default those of the data directory',
      },
    },
    order: { value: 'ID', about: { zh: 'list：只看此工单', en: 'list: only this order' } },
  },
  operands: { least: 1, most: 1 },
};

export async function runAudit(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action] = flags.operands;
  if (action === 'verify') return verify(flags, io);
  if (action === 'list') return await list(flags, io);
  throw usage(`"${action ?? ''}" is not one of verify, list`, SPEC);
}

function verify(flags: Flags, io: Io): number {
  const bar = createProgressBar({ stream: io.errors, watched: io.watched });
  const verdict = verifyAudit({
    directory: directoryOf(flags, io),
    checkpoints: flags.text('checkpoints'),
    publicKey: flags.text('public-key'),
    // Only where somebody watches is it worth asking how much there is.
    ...(io.watched ? { onProgress: (records, of) => bar.update(records / of, () => `${records} / ${of} 条 records`) } : {}),
  });
  bar.clear();
  const wrong = isWrong(verdict);
  if (flags.on('json')) say(io, JSON.stringify({ whole: !wrong, ...verdict }));
  else for (const line of verdictLines(verdict)) say(io, line);
  return wrong ? 1 : 0;
}

async function list(flags: Flags, io: Io): Promise<number> {
  const json = flags.on('json');
  for (const line of listAudit(directoryOf(flags, io), flags.text('order') ?? null)) {
    if (io.signal.aborted) break;
    for (const text of json ? [line.text] : recordLines(line).map(visibleText))
      if (!io.output.write(`${text}\n`)) await new Promise<void>((resolve) => void io.output.once('drain', resolve));
  }
  return 0;
}

function directoryOf(flags: Flags, io: Io): string {
  const given = flags.text('data');
  if (given !== undefined) return given;
  const file = flags.text('config');
  return loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) }).dataDir;
}
