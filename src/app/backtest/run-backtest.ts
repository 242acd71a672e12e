import { Refusal } from '../../model/problem.ts';
import type { City } from '../../model/place.ts';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Span } from '../../model/series.ts';
import type { Millis } from '../../model/time.ts';
import type { CoreSettings } from '../definition.ts';
import type { Plan, Side } from './backtest-plan.ts';
import { BacktestThreads } from './backtest-threads.ts';
import type { ThreadSetup } from './backtest-thread-protocol.ts';
import type { Answering } from './imagined-answers.ts';
import { joinRuns } from './join-runs.ts';
import type { RunResult } from './run-result.ts';

export interface BacktestProgress {
  /** Readings judged. */
  readonly readings: number;
  /** Of the time that is gone through, 0 to 1. */
  readonly fraction: number;
}

export interface BacktestRun {
  readonly plan: Plan;
  readonly city: City;
  readonly settings: CoreSettings;
  /** What is told of. */
  readonly span: Span;
  /** How long before it the rules begin to look. */
  readonly warm: Millis;
  readonly answering: Answering;
  /** Readings that were received in a span, in the order of the log; `measures`: only these. */
  readonly arrivals: (span: Span, measures: readonly string[] | null) => AsyncIterable<ReadingBlock>;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: BacktestProgress) => void;
  /** The compiled thread; the default is right when this module itself runs compiled. */
  readonly program?: URL;
}

export interface RunsOfBacktest {
  /** `null`: that side was not run. */
  readonly before: RunResult | null;
  readonly after: RunResult;
  readonly readings: number;
}

/**
 * Runs what is planned over stored readings, on threads of its own.
 * @throws Refusal `backtest-cancelled` when the signal says so, `backtest-failed` when a thread ends
 */
export async function runBacktest(run: BacktestRun): Promise<RunsOfBacktest> {
  const threads = new BacktestThreads(setupsOf(run), run.program ?? new URL('./backtest-thread.js', import.meta.url));
  try {
    const readings = await feed(run, threads);
    const results = await threads.end();
    const of = (side: Side): RunResult[] => results.filter((one) => one.side === side).map(({ result }) => result);
    const before = of('before');
    return { before: before.length === 0 ? null : joinRuns(before), after: joinRuns(of('after')), readings };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('backtest-failed', `The back-test has ended early: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await threads.close();
  }
}

async function feed(run: BacktestRun, threads: BacktestThreads): Promise<number> {
  const { plan, progress, signal, span, warm } = run;
  const from = span.from - warm;
  let readings = 0;
  for await (const block of run.arrivals({ from, to: span.to }, plan.measures)) {
    if (signal?.aborted === true) throw new Refusal('backtest-cancelled', 'The back-test was cancelled; nothing has changed.');
    await threads.take(block);
    readings += block.count;
    const at = block.receivedAt[block.count - 1] ?? from;
    progress?.({ readings, fraction: (at - from) / Math.max(1, span.to - from) });
  }
  return readings;
}

function setupsOf({ answering, city, plan, settings, span }: BacktestRun): ThreadSetup[] {
  const threads = [...new Set(plan.jobs.map(({ thread }) => thread))].sort((a, b) => a - b);
  return threads.map((number) => ({ jobs: plan.jobs.filter(({ thread }) => thread === number), city, settings, span, answering }));
}
