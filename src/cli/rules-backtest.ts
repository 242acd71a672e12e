import { resolve } from 'node:path';
import { askBacktest, type AskedBacktest, type BacktestWatch } from '../app/backtest/ask-backtest.ts';
import { askServerBacktest } from '../app/backtest/backtest-client.ts';
import type { BacktestReport } from '../app/backtest/backtest-report.ts';
import type { BacktestProgress } from '../app/backtest/run-backtest.ts';
import { readCity } from '../config/city-folder.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { Refusal } from '../model/problem.ts';
import { parseDuration, type Millis } from '../model/time.ts';
import { backtestLines } from './backtest-lines.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { INSTANT_MEND, instantOf } from './instant.ts';
import { say, type Io } from './io.ts';
import { readRulePaths } from './rule-paths.ts';
import { SERVER_FLAGS, serverOf } from './server-flags.ts';
import { createProgressBar } from './terminal.ts';

const SPEC: CommandSpec = {
  usage: 'rules backtest [PATH…] --from TIME [--to TIME] [--rules DIR] [--against current|recorded|DIR]',
  about: {
    zh: '回测：规则若在过去某段时间生效，会多出、少掉、提前或推迟哪些告警和工单，各单位派单量如何。只读历史，不触及运行状态和任何单位。PATH 只测其中的规则；有服务在运行时由其后台进程代为计算',
    en: 'What rules would have done over a span of the past: alerts and orders gained, lost or moved, and the load of each party. It reads history only, and touches neither live state nor any party. A PATH narrows it to some rules; where a server holds the history, its process for that does the work',
  },
  flags: {
    from: {
      value: 'TIME',
      about: { zh: '起：2026-11-01、RFC 3339 或 7d（七天前）', en: 'begin: 2026-11-01, RFC 3339, or 7d for seven days ago' },
    },
    to: { value: 'TIME', about: { zh: '止，默认现在', en: 'end; default now' } },
    rules: { value: 'DIR', about: { zh: '待测规则文件夹，默认现行', en: 'the rules to be tested; default those in force' } },
    against: {
      value: 'WHAT',
      about: {
        zh: '比较对象：current 现行规则，recorded 当时实况，或另一文件夹；有 --rules 时默认 current，否则 recorded',
        en: 'compared with: current rules, what was recorded, or another folder; default current with --rules, else recorded',
      },
    },
    handled: {
      value: 'TIME',
      about: {
        zh: '假定各单位派出后多久处置完毕，默认 30m；never 为无人应答',
        en: 'parties are taken to be done after this long; default 30m; never: nobody answers',
      },
    },
    warm: {
      value: 'TIME',
      about: {
        zh: '起点之前预热多久，默认按规则回看时长，至多 2d',
        en: 'how long before the begin the rules look; default as long as they look back, at most 2d',
      },
    },
    ...SERVER_FLAGS,
  },
  operands: { least: 0, most: 1_000 },
};

/** For tests: how its thread is started. */
export interface BacktestTrial {
  readonly program?: URL;
}

/** 1 where something of it could not be followed; what changes is no fault. */
export async function runRulesBacktest(args: readonly string[], io: Io, trial: BacktestTrial = {}): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const file = flags.text('config');
  const config = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  const { zone } = await readCity(config.cityDir);
  const asked = read(flags, config, { now: Date.now(), zone });
  const bar = createProgressBar({ stream: io.errors, watched: io.watched });
  const watch = { signal: io.signal, progress: (now: BacktestProgress) => bar.update(now.fraction, () => label(now)), ...trial };
  const report = await run({ asked, config, flags, io, watch }).finally(bar.clear);
  if (flags.on('json')) say(io, JSON.stringify(report));
  else for (const line of backtestLines(report, zone)) say(io, line);
  return (report.counts?.failures ?? 0) === 0 ? 0 : 1;
}

interface Running {
  readonly asked: AskedBacktest;
  readonly config: Config;
  readonly flags: Flags;
  readonly io: Io;
  readonly watch: BacktestWatch;
}

async function run({ asked, config, flags, io, watch }: Running): Promise<BacktestReport> {
  if (flags.text('url') !== undefined) return askServerBacktest(serverOf(flags, io), asked, watch);
  try {
    return await askBacktest(config, asked, watch);
  } catch (error) {
    // A server has the history: it can be asked.
    if (error instanceof Refusal && error.code === 'history-locked') return askServerBacktest(serverOf(flags, io), asked, watch);
    throw error;
  }
}

function read(flags: Flags, config: Config, { now, zone }: { readonly now: Millis; readonly zone: string }): AskedBacktest {
  const moment = (name: string, otherwise: Millis | null): Millis => {
    const text = flags.text(name);
    const at = text === undefined ? otherwise : instantOf(text, now, zone);
    if (at === null) throw usage(text === undefined ? `Say since when: --${name}` : `Write --${name} ${INSTANT_MEND}`, SPEC);
    return at;
  };
  const span = { from: moment('from', null), to: moment('to', now) };
  if (span.from >= span.to) throw usage('--from must lie before --to', SPEC);
  const rulesDir = flags.text('rules');
  const paths = readRulePaths(flags.operands, resolve(rulesDir ?? config.rulesDir));
  if (typeof paths === 'string') throw usage(paths, SPEC);
  const against = flags.text('against') ?? (rulesDir === undefined ? 'recorded' : 'current');
  return {
    span,
    rulesDir: resolve(paths.directory),
    againstDir: against === 'recorded' ? null : resolve(against === 'current' ? config.rulesDir : against),
    only: paths.only === null ? null : [...paths.only],
    warm: length(flags, 'warm', null),
    handledAfter: flags.text('handled') === 'never' ? null : length(flags, 'handled', 30 * 60_000),
  };
}

function length<Otherwise extends Millis | null>(flags: Flags, name: string, otherwise: Otherwise): Millis | Otherwise {
  const text = flags.text(name);
  if (text === undefined) return otherwise;
  const given = text === '0' ? 0 : parseDuration(text);
  if (given === null) throw usage(`Write --${name} as a time such as 30m or 2d`, SPEC);
  return given;
}

function label({ readings }: BacktestProgress): string {
  return `${readings.toLocaleString('en')} 读数 readings`;
}
