import { reportRules, type RulesProgress, type RulesReport } from '../app/check-rules.ts';
import { loadConfig } from '../config/load-config.ts';
import { ERROR_CODES } from '../model/error-codes.ts';
import { didYouMean } from '../model/nearest-name.ts';
import type { Text } from '../model/text.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';
import { readRulePaths } from './rule-paths.ts';
import { rulesTable } from './rules-table.ts';
import { createProgressBar } from './terminal.ts';

const SPEC: CommandSpec = {
  usage: 'rules check|test|list|eval|explain|backtest [PATH…] [--json]',
  about: {
    zh: '检查、测试或列出规则；PATH 可以是规则文件夹、其中一个领域、规则或测试文件、规则 id。eval 逐行判定条件，explain 说明某体征为何告警或为何没有，backtest 用历史数据回测，各见 --help',
    en: 'Checks, tests or lists rules; a PATH is a rules folder, one of its domains, a file of a rule or test, or the id of a rule. eval answers conditions line by line, explain tells why a sign stands or why not, backtest runs rules over history: see their --help',
  },
  flags: {},
  operands: { least: 1, most: 1_000 },
};

const ACTIONS = ['check', 'test', 'list', 'eval', 'explain', 'backtest'];

export async function runRules(args: readonly string[], io: Io): Promise<number> {
  const first = args.findIndex((arg) => !arg.startsWith('-'));
  if (args[first] === 'eval') return (await import('./rules-eval.ts')).runRulesEval(args.toSpliced(first, 1), io);
  if (args[first] === 'explain') return (await import('./rules-explain.ts')).runRulesExplain(args.toSpliced(first, 1), io);
  if (args[first] === 'backtest') return (await import('./rules-backtest.ts')).runRulesBacktest(args.toSpliced(first, 1), io);
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const [action, ...paths] = flags.operands;
  if (action === undefined || !ACTIONS.includes(action)) throw usage(`"${action ?? ''}" is not one of ${ACTIONS.join(', ')}`, SPEC);
  const file = flags.text('config');
  const config = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  const chosen = readRulePaths(paths, config.rulesDir);
  if (typeof chosen === 'string') throw usage(chosen, SPEC);
  const bar = createProgressBar({ stream: io.errors, watched: io.watched });
  const report = await reportRules(config, {
    ...chosen,
    test: action === 'test',
    progress: (progress) => bar.update(progress.fraction, () => label(progress)),
  }).finally(bar.clear);
  for (const id of chosen.only ?? []) if (!isThere(id, report)) throw usage(`There is no rule "${id}"${didYouMean(id, report.ids)}`, SPEC);
  if (action === 'list') list(report, flags.on('json'), io);
  else if (flags.on('json'))
    say(io, JSON.stringify({ rules: report.rules.length, problems: report.problems.map(titled), results: report.results }));
  else print(report, action, io);
  return report.problems.length === 0 && report.results.every((result) => result.passed) ? 0 : 1;
}

function label({ rule, passed, failed }: RulesProgress): string {
  return `${passed} 通过 passed · ${failed} 失败 failed  ${rule}`;
}

/** A file that cannot be read is there all the same, and its problem says why. */
function isThere(id: string, { rules, problems }: RulesReport): boolean {
  return rules.some((rule) => rule.id === id) || problems.some(({ file }) => file.split('/').at(-1)?.startsWith(`${id}.rule`));
}

function list({ rules, problems }: RulesReport, json: boolean, io: Io): void {
  if (json) {
    const shown = rules.map(({ id, version, title, domain, unit, scope, levels }) => ({
      id,
      version,
      title,
      domain,
      unit,
      scope,
      levels: levels.map((one) => one.level),
    }));
    say(io, JSON.stringify(shown));
    return;
  }
  for (const line of rulesTable(rules)) say(io, line);
  for (const problem of problems) say(io, problemLine(problem));
  say(io, `${rules.length} 条规则 rules · ${problems.length} 问题 problems`);
}

function print({ rules, problems, results }: RulesReport, action: string, io: Io): void {
  for (const problem of problems) say(io, problemLine(problem));
  const failed = results.filter((result) => !result.passed);
  for (const result of failed) for (const line of failureLines(result)) say(io, line);
  const counted = `${problems.length} 问题 problems`;
  if (action !== 'test') say(io, `${rules.length} 条规则 rules · ${counted}`);
  else say(io, `${rules.length} 条规则 rules · ${results.length - failed.length} 通过 passed · ${failed.length} 失败 failed · ${counted}`);
}

type Problem = RulesReport['problems'][number];

/** What sort of problem it is in Chinese, what exactly in English. */
function problemLine({ code, file, pointer, message }: Problem): string {
  const title = ERROR_CODES[code];
  return `✗ ${file}:${pointer === '' ? '/' : pointer} ${title === undefined ? '' : `${title.zh} / `}${message} [${code}]`;
}

function titled(problem: Problem): Problem & { readonly title: Text | null } {
  return { ...problem, title: ERROR_CODES[problem.code] ?? null };
}

/** One difference stands on the line of its case. */
function failureLines({ rule, name, differences }: RulesReport['results'][number]): string[] {
  const [only, ...more] = differences;
  if (more.length === 0) return [`✗ ${rule}: ${name}: ${only ?? ''}`];
  return [`✗ ${rule}: ${name}`, ...differences.map((difference) => `    ${difference}`)];
}
