import type { RunAlert, RunOrder, RunResult } from './run-result.ts';

/** For tests: runs written down. */
export const MINUTE = 60_000;

export function alertAt(minute: number, over: Partial<RunAlert> = {}): RunAlert {
  const rule = over.rule ?? 'crowd';
  const key = over.key ?? 'place:wukang';
  return {
    id: `al_${rule}_${key}_${minute}`,
    rule,
    key,
    place: 'wukang',
    street: null,
    firedAt: minute * MINUTE,
    resolvedAt: (minute + 5) * MINUTE,
    peak: 'yellow',
    ...over,
  };
}

export function orderAt(minute: number, over: Partial<RunOrder> = {}): RunOrder {
  return {
    id: `wo_${minute}`,
    sort: 'crowd',
    place: 'wukang',
    street: null,
    openedAt: minute * MINUTE,
    closedAt: null,
    level: 'yellow',
    parties: ['police'],
    ...over,
  };
}

export function runOf(alerts: readonly RunAlert[], orders: readonly RunOrder[] = [], over: Partial<RunResult> = {}): RunResult {
  return { kind: 'run', alerts, orders, load: [], counts: null, cut: false, ...over };
}
