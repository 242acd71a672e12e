import type { Alert } from '../model/alert.ts';
import type { Handling, Inhibition } from '../model/handling.ts';
import { levelRank } from '../model/level.ts';
import type { Subject } from '../model/verdict.ts';

/**
 * The alert of another rule that this one is a part of: a flood of a street contains the water on its roads. It then opens no
 * order of its own but joins that of the other.
 */
export function containerOf(alert: Alert, inhibit: Handling['inhibit'], firing: Iterable<Alert>): Alert | null {
  const rules = inhibit.filter(({ quiet }) => quiet.includes(alert.rule));
  if (rules.length === 0) return null;
  for (const other of firing) {
    if (other.state !== 'firing' || other.incident === null || other.drill !== alert.drill) continue;
    if (rules.some((one) => contains(one, other, alert.subject))) return other;
  }
  return null;
}

function contains({ by, from, area }: Inhibition, other: Alert, subject: Subject): boolean {
  if (other.rule !== by || levelRank(other.level) < levelRank(from)) return false;
  return area === 'district' || (subject[area] !== null && subject[area] === other.subject[area]);
}
