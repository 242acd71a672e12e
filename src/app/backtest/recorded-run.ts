import type { AlertPoint, OrderPoint } from '../../model/history-point.ts';
import { higherLevel, type Level } from '../../model/level.ts';
import type { Span } from '../../model/series.ts';
import { DRILL_KEY } from '../../model/silence.ts';
import type { RunAlert, RunOrder, RunResult } from './run-result.ts';

/** Order states after which nothing more is asked of anybody. */
const OVER: ReadonlySet<string> = new Set(['closed', 'cancelled']);

/** Of what is told: alerts of these rules, orders of these kinds. */
export interface Told {
  readonly rules: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

/** What the server did at the time, from the steps that history has kept. */
export function recordedRun(
  steps: { readonly alerts: readonly AlertPoint[]; readonly orders: readonly OrderPoint[] },
  { from }: Span,
  { kinds, rules }: Told,
): RunResult {
  const alerts = new Map<string, RunAlert>();
  for (const point of steps.alerts) if (rules.has(point.rule) && !point.key.startsWith(DRILL_KEY)) alert(point, alerts);
  const orders = new Map<string, RunOrder>();
  // Exercises are no part of what happened; but under a clock that follows the data every order is one.
  const drills = steps.orders.every(({ drill }) => drill);
  for (const point of steps.orders) if (point.drill === drills && kinds.has(point.sort)) order(point, orders);
  return {
    kind: 'run',
    alerts: [...alerts.values()].filter(({ resolvedAt }) => resolvedAt === null || resolvedAt >= from),
    orders: [...orders.values()].filter(({ closedAt }) => closedAt === null || closedAt >= from),
    load: null,
    counts: null,
    cut: false,
  };
}

function alert({ alert: id, at, key, level, place, rule, state, street }: AlertPoint, alerts: Map<string, RunAlert>): void {
  const known = alerts.get(id);
  if (state === 'resolved') {
    if (known !== undefined) alerts.set(id, { ...known, resolvedAt: at });
  } else if (state === 'firing') {
    const peak = higherLevel(known?.peak ?? null, level) as Level;
    alerts.set(id, known === undefined ? { id, rule, key, place, street, firedAt: at, resolvedAt: null, peak } : { ...known, peak });
  }
}

function order({ at, level, order: id, parties, place, sort, state, street }: OrderPoint, orders: Map<string, RunOrder>): void {
  const known = orders.get(id) ?? { id, sort, place: place ?? '', street, openedAt: at, closedAt: null, level, parties };
  const closedAt = OVER.has(state) ? at : null;
  orders.set(id, { ...known, closedAt, level: higherLevel(known.level, level) as Level, parties });
}
