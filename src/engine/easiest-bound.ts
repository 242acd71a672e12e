import type { Condition } from '../model/condition.ts';
import type { Rule } from '../model/rule.ts';
import { identityOf } from './facts/fact-builder.ts';

interface Bound {
  readonly rising: boolean;
  readonly bound: number;
}

/** The value that must be reached before any level of the rule can be; `null` where levels do not hang on the value in one direction. */
export function easiestBound(rule: Rule): Bound | null {
  let easiest: Bound | null = null;
  for (const { when } of rule.levels) {
    const bound = boundOf(when, rule);
    if (bound === null) return null;
    if (easiest === null) easiest = bound;
    else if (easiest.rising !== bound.rising) return null;
    else easiest = easier(easiest, bound);
  }
  return easiest;
}

/** What the value must reach for the condition to be true; a bound that is met is no promise, one that is not met is. */
function boundOf(condition: Condition, rule: Rule): Bound | null {
  if ('any' in condition) return condition.any.length === 0 ? null : weakest(condition.any, rule);
  if ('all' in condition) {
    for (const child of condition.all) {
      const bound = boundOf(child, rule);
      if (bound !== null) return bound;
    }
    return null;
  }
  if ('not' in condition) return null;
  if ('condition' in condition) return boundOf(rule.conditions[condition.condition] as Condition, rule);
  if (typeof condition.value !== 'number' || condition.path !== undefined) return null;
  if (condition.fact !== 'value' && identityOf(condition) !== identityOf(rule.value)) return null;
  switch (condition.operator) {
    case 'greaterThan':
    case 'greaterThanInclusive':
      return { rising: true, bound: condition.value };
    case 'lessThan':
    case 'lessThanInclusive':
      return { rising: false, bound: condition.value };
    default:
      return null;
  }
}

function weakest(conditions: readonly Condition[], rule: Rule): Bound | null {
  let found: Bound | null = null;
  for (const condition of conditions) {
    const bound = boundOf(condition, rule);
    if (bound === null || (found !== null && found.rising !== bound.rising)) return null;
    found = found === null ? bound : easier(found, bound);
  }
  return found;
}

function easier(a: Bound, b: Bound): Bound {
  return a.rising === a.bound <= b.bound ? a : b;
}
