import { checkReceiver } from '../app/receiver-check/check-receiver.ts';
import type { Finding, ReceiverCheck } from '../app/receiver-check/receiver-checks.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';

const SPEC: CommandSpec = {
  usage: 'receiver check URL --secret whsec_… [--receipts PORT] [--party PARTY] [--street CODE] [--json]',
  about: {
    zh: '按接收方约定检查一个接收系统（fixtures/receiver/README.md）；发出的工单一律为演练。有一项未通过则退出码为 1',
    en: 'Tries a receiving system by its contract (fixtures/receiver/README.md); every order sent is a drill. Exit 1 when one check fails',
  },
  flags: {
    secret: {
      value: 'SECRET',
      about: { zh: '签名密钥；默认 MAIBO_WEBHOOK_SECRET', en: 'what to sign with; default MAIBO_WEBHOOK_SECRET' },
    },
    receipts: {
      value: 'PORT',
      about: {
        zh: '在此端口接回执，以看出处置了几次；接收方的脉搏地址须设为 http://127.0.0.1:PORT',
        en: 'takes receipts at this port, to see how often it acts; let the receiver answer to http://127.0.0.1:PORT',
      },
    },
    party: { value: 'PARTY', about: { zh: '派给哪个单位，默认 fire', en: 'whom the orders are for; default fire' } },
    street: { value: 'CODE', about: { zh: '街镇代码', en: 'code of the street, where the party has an office a street' } },
  },
  operands: { least: 2, most: 2 },
};

export async function runReceiver(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action, url] = flags.operands;
  if (action !== 'check') throw usage(`"${action ?? ''}" is not check`, SPEC);
  const secret = flags.text('secret') ?? io.env['MAIBO_WEBHOOK_SECRET'];
  if (secret === undefined) throw usage('The secret is missing', SPEC);
  const receipts = flags.text('receipts');
  if (receipts !== undefined && !/^\d{1,5}$/.test(receipts)) throw usage(`--receipts takes a port, not "${receipts}"`, SPEC);
  const json = flags.on('json');
  const failed = await checkReceiver({
    url: url ?? '',
    secrets: [secret],
    party: flags.text('party') ?? 'fire',
    street: flags.text('street') ?? null,
    receipts: receipts === undefined ? null : Number(receipts),
    listening: (at) => json || say(io, `回执发到 receipts to: ${at}`),
    found: (check, finding) => say(io, json ? JSON.stringify({ check: check.id, title: check.title, ...finding }) : row(check, finding)),
  });
  if (!json) say(io, failed === 0 ? '符合约定 / the receiver keeps the contract' : `${failed} 项不符 / ${failed} checks failed`);
  return failed === 0 ? 0 : 1;
}

const MARK = { good: '✓ 通过 good  ', bad: '✗ 不符 BAD   ', unseen: '– 未见 unseen' } as const;

function row({ title }: ReceiverCheck, finding: Finding): string {
  const took = finding.kind !== 'unseen' && finding.took !== null ? `  ${finding.took} ms` : '';
  const said = finding.kind === 'good' ? '' : `：${finding.said.zh} / ${finding.said.en}`;
  return `${MARK[finding.kind]}  ${title.zh} · ${title.en}${said}${took}`;
}
