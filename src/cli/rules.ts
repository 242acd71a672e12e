import { resolve } from 'node:path';
import { reportRules, type RulesReport } from '../app/check-rules.ts';
import { loadConfig } from '../config/load-config.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';

const SPEC: CommandSpec = {
  usage: 'rules check|test|list [DIRECTORY] [--json]',
  about: { zh: '检查、测试或列出规则文件', en: 'Checks, tests or lists rule files' },
  flags: {},
  operands: { least: 1, most: 2 },
};

const ACTIONS = ['check', 'test', 'list'];

export async function runRules(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action, path] = flags.operands;
  if (action === undefined || !ACTIONS.includes(action)) throw usage(`"${action ?? ''}" is not one of ${ACTIONS.join(', ')}`, SPEC);
  const file = flags.text('config');
  const config = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  const report = await reportRules(config, path === undefined ? config.rulesDir : resolve(path), action === 'test');
  if (action === 'list') list(report, flags.on('json'), io);
  else if (flags.on('json')) say(io, JSON.stringify({ rules: report.rules.length, problems: report.problems, results: report.results }));
  else print(report, action, io);
  return report.problems.length === 0 && report.results.every((result) => result.passed) ? 0 : 1;
}

function list(report: RulesReport, json: boolean, io: Io): void {
  if (json) {
    say(
      io,
      JSON.stringify(
        report.rules.map(({ id, version, title, domain, unit, scope, levels }) => ({
          id,
          version,
          title,
          domain,
          unit,
          scope,
          levels: levels.map((one) => one.level),
        })),
      ),
    );
    return;
  }
  const width = Math.max(0, ...report.rules.map((rule) => rule.id.length)) + 2;
  for (const rule of report.rules)
    say(
      io,
      `${rule.id.padEnd(width)}v${rule.version}  ${rule.levels.map((one) => one.level).join('/')}  ${rule.title.zh} · ${rule.title.en}`,
    );
  for (const { file, pointer, message } of report.problems) say(io, `${file}:${pointer === '' ? '/' : pointer} ${message}`);
}

function print(report: RulesReport, action: string, io: Io): void {
  for (const { code, file, pointer, message } of report.problems)
    say(io, `✗ ${file}:${pointer === '' ? '/' : pointer} ${message} [${code}]`);
  for (const result of report.results.filter((one) => !one.passed)) {
    say(io, `✗ ${result.rule}: ${result.name}`);
    for (const difference of result.differences) say(io, `    ${difference}`);
  }
  const passed = report.results.filter((result) => result.passed).length;
  const failed = report.results.length - passed;
  if (action === 'test')
    say(
      io,
      `${report.rules.length} 条规则 rules · ${passed} 通过 passed · ${failed} 失败 failed · ${report.problems.length} 问题 problems`,
    );
  else say(io, `${report.rules.length} 条规则 rules · ${report.problems.length} 问题 problems`);
}
