import type { Problem } from '../../model/problem.ts';
import type { FoundFact } from './fact-walk.ts';

/** Facts that no reading goes into by themselves: they are made of others, of the clock, of the registry, of other signs. */
const WITHOUT_READINGS = new Set([
  ...['value', 'place', 'sensor', 'time', 'sign', 'choose', 'held', 'episodes'],
  ...['ratio', 'difference', 'total', 'greatest', 'least', 'piecewise'],
  ...['robust-z', 'poisson-z', 'ears', 'seasonal-rank'],
]);

/** A rule has keys because sensors bring it readings: one that asks for none has none, and would never be judged. */
export function checkReading(facts: readonly FoundFact[], file: string): Problem[] {
  if (facts.some(({ fact }) => !WITHOUT_READINGS.has(fact))) return [];
  const message =
    'Ask for a reading as well, such as the "count" of "$lag", which every message brings: a rule of signs, times and attributes alone is never judged.';
  return [{ code: 'rule-no-reading', file, pointer: '/value', message }];
}
