import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Config } from '../../config/config.ts';
import type { HistoryStore } from '../../history/history-store.ts';
import { Refusal } from '../../model/problem.ts';
import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import type { Span } from '../../model/series.ts';
import type { Millis } from '../../model/time.ts';
import { openStore } from '../history/open-store.ts';
import { checkRules, loadDefinition } from '../load-definition.ts';
import { backtest } from './backtest.ts';
import type { BacktestReport } from './backtest-report.ts';
import type { BacktestProgress } from './run-backtest.ts';

/** A back-test as somebody asks for it: folders of rules. */
export interface AskedBacktest {
  readonly span: Span;
  /** `null`: those that are configured. */
  readonly rulesDir: string | null;
  /** A folder to compare with; `null`: what the server did at the time. */
  readonly againstDir: string | null;
  readonly only: readonly string[] | null;
  readonly warm: Millis | null;
  readonly handledAfter: Millis | null;
}

export interface BacktestWatch {
  readonly signal: AbortSignal;
  readonly progress: (progress: BacktestProgress) => void;
  /** The compiled thread; left out where this one runs compiled. */
  readonly program?: URL;
}

/** More threads than these have nothing to share. */
const MOST_THREADS = 4;

/**
 * Runs a back-test in this process, over a history that no server holds.
 * @throws Refusal `history-locked` where one does; what is wrong with the rules; `backtest-cancelled`
 */
export async function askBacktest(config: Config, asked: AskedBacktest, watch: BacktestWatch): Promise<BacktestReport> {
  const { city, rules, settings } = await loadDefinition(config, 'wall');
  const after = asked.rulesDir === null ? rules.rules : await rulesOf(asked.rulesDir, city);
  const before = asked.againstDir === null ? null : await rulesOf(asked.againstDir, city);
  const store = await openHistory(config);
  try {
    const { handledAfter, only, span, warm } = asked;
    const question = { span, after, before, only, warm, answering: { handledAfter }, city, settings };
    const threads = Math.min(MOST_THREADS, Math.max(1, availableParallelism()));
    return await backtest(question, { ...watch, store, threads, elapsed: () => performance.now() });
  } finally {
    await store.close();
  }
}

/** @throws Refusal `rules-invalid` with every problem */
export async function rulesOf(directory: string, city: City): Promise<readonly Rule[]> {
  const { problems, rules } = await checkRules(directory, city);
  if (problems.length === 0) return rules.rules;
  throw new Refusal('rules-invalid', `The rules in ${directory} have ${problems.length} problem(s); nothing was run.`, problems);
}

function openHistory({ dataDir, history, influx }: Config): Promise<HistoryStore> {
  if (history.store === 'none')
    throw new Refusal('history-unavailable', 'No history is kept here; see "history" in maibo.json, and let the server run for a while.');
  return openStore({ dataDir, influx: history.store === 'influxdb' ? influx : null });
}
