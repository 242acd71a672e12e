import type { Rule } from '../../model/rule.ts';
import { parseDuration, type Millis } from '../../model/time.ts';

const WEEK: Millis = 7 * 86_400_000;
const YEAR: Millis = 366 * 86_400_000;
/** EARS asks for seven days, two days ago. */
const EARS: Millis = 10 * 86_400_000;

/** How far back a rule looks: what it says is ripe only when it has seen so much. Of what its file says in any fact, hold or `stale`. */
export function reachOf(rule: Rule): Millis {
  const holds = rule.levels.flatMap(({ hold, clearHold }) => [hold, clearHold]);
  const facts = [rule.value, rule.conditions, ...rule.levels.flatMap(({ when, clearWhen }) => [when, clearWhen])];
  return Math.max(rule.stale ?? 0, rule.flap?.within ?? 0, ...holds, ...facts.map(longestIn)) + rule.lateness;
}

function longestIn(part: unknown): Millis {
  if (typeof part === 'string') return parseDuration(part) ?? 0;
  if (typeof part !== 'object' || part === null) return 0;
  let longest = 0;
  for (const [name, value] of Object.entries(part)) {
    if (name === 'weeks') longest = Math.max(longest, Number(value) * WEEK);
    else if (name === 'years') longest = Math.max(longest, Number(value) * YEAR);
    else if (name === 'fact' && value === 'ears') longest = Math.max(longest, EARS);
    else if (name === 'fact' && BASELINES.has(value as string)) longest = Math.max(longest, 4 * WEEK);
    else longest = Math.max(longest, longestIn(value));
  }
  return longest;
}

/** Ask for four weeks where they say nothing. */
const BASELINES: ReadonlySet<string> = new Set(['robust-z', 'poisson-z']);
