import { GATEWAY_RULE } from '../../engine/gateway-rule.ts';
import type { HistoryStore } from '../../history/history-store.ts';
import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import type { Span } from '../../model/series.ts';
import type { Millis } from '../../model/time.ts';
import type { CoreSettings } from '../definition.ts';
import { planBacktest, type Plan } from './backtest-plan.ts';
import type { BacktestReport, Unripe } from './backtest-report.ts';
import { diffRuns } from './diff-runs.ts';
import type { Answering } from './imagined-answers.ts';
import { recordedRun } from './recorded-run.ts';
import { reachOf } from './rule-reach.ts';
import { runBacktest, type BacktestProgress } from './run-backtest.ts';
import { EMPTY_RUN, type RunResult } from './run-result.ts';

export interface BacktestQuestion {
  readonly span: Span;
  readonly after: readonly Rule[];
  /** `null`: compared with what the server did at the time. */
  readonly before: readonly Rule[] | null;
  /** Only these rules, and those that they are bound to. */
  readonly only: readonly string[] | null;
  /** How long before the span the rules begin to look; `null`: as long as they look back, within `MOST_WARM`. */
  readonly warm: Millis | null;
  readonly answering: Answering;
  readonly city: City;
  readonly settings: CoreSettings;
}

export interface BacktestSides {
  readonly store: Pick<HistoryStore, 'arrivals' | 'alertSteps' | 'orderSteps'>;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: BacktestProgress) => void;
  readonly program?: URL;
  /** Milliseconds, for how long it took. */
  readonly elapsed: () => Millis;
}

/** Unless more is asked for: a rule of a month does not make a day's question read a month. */
export const MOST_WARM: Millis = 2 * 86_400_000;
/** Steps of the past that are read at once. */
const MOST_STEPS = 500_000;

/** What other rules would have done over a span of the past, beside what these did, or what was done. It changes nothing. */
export async function backtest(question: BacktestQuestion, sides: BacktestSides): Promise<BacktestReport> {
  const { after, answering, before, city, only, settings, span } = question;
  const started = sides.elapsed();
  const plan = planBacktest({ after, before, only, city, threads: sides.threads });
  const reaches = plan.rules.map((rule) => ({ rule, reach: reachIn(rule, [after, before ?? []]) }));
  const warm = question.warm ?? Math.min(MOST_WARM, Math.max(0, ...reaches.map(({ reach }) => reach)));
  const { progress, program, signal, store } = sides;
  const runs =
    plan.jobs.length === 0
      ? { before: EMPTY_RUN, after: EMPTY_RUN, readings: 0 }
      : await runBacktest({
          ...{ plan, city, settings, span, warm, answering },
          arrivals: (of, measures) => store.arrivals(of, measures),
          ...(signal === undefined ? {} : { signal }),
          ...(progress === undefined ? {} : { progress }),
          ...(program === undefined ? {} : { program }),
        });
  const past = before === null ? await recorded(plan, { from: span.from - warm, to: span.to }, span, store) : (runs.before ?? EMPTY_RUN);
  return {
    kind: 'backtest',
    ...span,
    warm,
    against: before === null ? 'recorded' : 'rules',
    rules: plan.rules,
    changed: plan.changed,
    unripe: unripeOf(reaches, warm),
    handledAfter: answering.handledAfter,
    readings: runs.readings,
    seconds: (sides.elapsed() - started) / 1_000,
    counts: runs.after.counts,
    cut: past.cut || runs.after.cut,
    diff: diffRuns(past, runs.after),
  };
}

function unripeOf(reaches: readonly Unripe[], warm: Millis): Unripe[] {
  return reaches.filter(({ reach }) => reach > warm).sort((a, b) => b.reach - a.reach);
}

function reachIn(rule: string, sets: readonly (readonly Rule[])[]): Millis {
  return Math.max(
    0,
    ...sets
      .flat()
      .filter(({ id }) => id === rule)
      .map(reachOf),
  );
}

async function recorded(plan: Plan, wide: Span, span: Span, store: BacktestSides['store']): Promise<RunResult> {
  const alerts = await store.alertSteps({ ...wide, rule: null, key: null, limit: MOST_STEPS });
  const orders = await store.orderSteps({ ...wide, limit: MOST_STEPS });
  const rules = [...plan.jobs.flatMap((job) => job.rules), ...(plan.jobs.some(({ gateways }) => gateways) ? [GATEWAY_RULE] : [])];
  const told = { rules: new Set(rules.map(({ id }) => id)), kinds: new Set(rules.flatMap(({ order }) => order?.kind ?? [])) };
  const run = recordedRun({ alerts, orders }, span, told);
  return { ...run, cut: alerts.length === MOST_STEPS || orders.length === MOST_STEPS };
}
