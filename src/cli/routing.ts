import { explainRoute, tryRoutes, type RouteAnswer } from '../app/try-routes.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { LEVELS, type Level } from '../model/level.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';

const SPEC: CommandSpec = {
  usage: 'routing test|explain [--rule RULE --level LEVEL] [--street CODE] [--place ID] [--at TIME] [--config FILE] [--json]',
  about: {
    zh: 'test：检查城市目录的 routing.json 并运行 routing-test.json；explain：某条规则的工单此时此地给谁、为什么',
    en: 'test: checks routing.json of the city folder and runs routing-test.json; explain: whom an order of a rule goes to, there and then, and why',
  },
  flags: {
    rule: { value: 'RULE', about: { zh: '体征规则', en: 'id of the rule' } },
    level: { value: 'LEVEL', about: { zh: '等级，默认 red', en: 'blue, yellow, orange or red; default red' } },
    street: { value: 'CODE', about: { zh: '街镇区划代码', en: 'code of the street' } },
    place: { value: 'ID', about: { zh: '地点；街镇由它得出', en: 'place; it says the street' } },
    at: { value: 'TIME', about: { zh: '时刻（RFC 3339），默认现在', en: 'RFC 3339; default now' } },
  },
  operands: { least: 1, most: 1 },
};

export async function runRouting(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  if (flags.operands[0] === 'test') return test(flags, io);
  if (flags.operands[0] === 'explain') return explain(flags, io);
  throw usage(`"${flags.operands[0] ?? ''}" is not one of test, explain`, SPEC);
}

async function test(flags: Flags, io: Io): Promise<number> {
  const result = await tryRoutes(configOf(flags, io));
  const { passed, failed, untried, problems } = result;
  const good = failed.length === 0 && untried.length === 0 && problems.length === 0;
  if (flags.on('json')) say(io, JSON.stringify(result));
  else {
    for (const { file, pointer, message } of problems) say(io, `✗ ${file}${pointer}: ${message}`);
    for (const { name, expected, got } of failed) say(io, `✗ ${name}: 期望 expected ${expected}，实际 got ${got}`);
    for (const route of untried) say(io, `✗ 路由 ${route} 没有试例 / no trial takes the route "${route}"; add one to routing-test.json`);
    say(io, `路由试例 trials of routes: ${passed} 通过 passed · ${failed.length} 失败 failed · ${untried.length} 未试 untried`);
  }
  return good ? 0 : 1;
}

async function explain(flags: Flags, io: Io): Promise<number> {
  const rule = flags.text('rule');
  const level = flags.text('level') ?? 'red';
  const at = flags.text('at') === undefined ? Date.now() : Date.parse(flags.text('at') as string);
  if (rule === undefined) throw usage('--rule is missing', SPEC);
  if (!(LEVELS as readonly string[]).includes(level)) throw usage(`"${level}" is no level`, SPEC);
  if (Number.isNaN(at)) throw usage(`"${flags.text('at') ?? ''}" is no time`, SPEC);
  const config = configOf(flags, io);
  const where = { street: flags.text('street') ?? null, place: flags.text('place') ?? null };
  const answer = await explainRoute(config, { rule, level: level as Level, at, ...where });
  if (flags.on('json')) say(io, JSON.stringify(answer));
  else if (answer === null) say(io, `没有此规则，或它不派单 / there is no rule "${rule}", or it opens no order`);
  else for (const line of linesOf(answer)) say(io, line);
  return answer === null ? 1 : 0;
}

function configOf(flags: Flags, { env }: Io): Config {
  const file = flags.text('config');
  return loadConfig({ env, ...(file === undefined ? {} : { file }) });
}

function linesOf({ order, reasons }: RouteAnswer): string[] {
  const chosen = reasons.find(({ takes }) => takes);
  const by =
    chosen === undefined
      ? '按规则 as the rule says'
      : `按路由 by the route ${chosen.route.id}（${chosen.route.title.zh} · ${chosen.route.title.en}）`;
  const support = order.support.length === 0 ? '无 none' : order.support.join(', ');
  return [
    `主办 lead ${order.lead} · 协办 support ${support} · ${by}`,
    ...(chosen === undefined ? [] : [`  依据 source: ${chosen.route.source}`]),
    ...reasons.map(({ route, takes, because }) => {
      const why = because.map(({ zh, en }) => `${zh} / ${en}`).join('；');
      return `  ${takes ? '✓' : '·'} ${route.id}${takes ? '' : `  ${why === '' ? '前面的路由已接 / a route before it takes it' : why}`}`;
    }),
  ];
}
