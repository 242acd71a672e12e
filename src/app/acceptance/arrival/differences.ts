import { isDeepStrictEqual } from 'node:util';
import type { Alert } from '../../../model/alert.ts';
import type { WorkOrder } from '../../../model/work-order.ts';
import type { Run, Said } from './run.ts';

/** What people see of an alert; nothing of when the clock let it be seen. */
function shown({ rule, subject, since, firedAt, resolvedAt, peak, level, latched, state, value }: Alert): string {
  return JSON.stringify([rule, subject.key, since, firedAt, resolvedAt, peak, level, latched, state, value]);
}

/** What people see of an order; due times run from when the clock let it be seen, and are left out. */
function shownOrder({ sort, place, assignments, level, state, alerts }: WorkOrder): string {
  // Due times run from when we knew: whom a time that ran out has called says when readings came, not what they said.
  const asked = assignments.filter(({ calledFor }) => (calledFor ?? null) === null);
  const parties = asked.map(({ party, street, role, state: answer }) => [party, street, role, answer]);
  return JSON.stringify([
    sort,
    place.id,
    parties,
    level,
    state,
    alerts.map((alert) => [alert.rule, alert.key, alert.level, alert.since, alert.resolvedAt]),
  ]);
}

/** Alerts and orders of which only one of two runs speaks. */
export function differencesOf(one: Run, other: Run): string[] {
  return [
    ...unshared([...one.alerts.values()].map(shown), [...other.alerts.values()].map(shown)),
    ...unshared([...one.orders.values()].map(shownOrder), [...other.orders.values()].map(shownOrder)),
  ];
}

function unshared(ours: readonly string[], theirs: readonly string[]): string[] {
  const [left, right] = [new Set(ours), new Set(theirs)];
  const differences = [
    ...ours.filter((one) => !right.has(one)).map((one) => `- ${one}`),
    ...theirs.filter((one) => !left.has(one)).map((one) => `+ ${one}`),
  ];
  // The same ones, but not as often.
  if (differences.length === 0 && !isDeepStrictEqual([...ours].sort(), [...theirs].sort())) differences.push('not as many of each');
  return differences;
}

/** Verdicts, one by one and in their order, that two runs do not share. */
export function differingVerdicts(one: readonly Said[], other: readonly Said[]): string[] {
  const differences: string[] = [];
  for (let i = 0; i < Math.max(one.length, other.length); i += 1) {
    if (!isDeepStrictEqual(one[i], other[i])) differences.push(`verdict ${i}: ${JSON.stringify(one[i])} and ${JSON.stringify(other[i])}`);
  }
  return differences;
}
