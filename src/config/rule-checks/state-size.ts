import type { Problem } from '../../model/problem.ts';
import { parseDuration, type Millis } from '../../model/time.ts';
import type { FoundFact } from './fact-walk.ts';

const WEEK: Millis = 7 * 86_400_000;
/** Bytes that one key of a rule may keep. */
const KEY_LIMIT = 262_144;

const PANES = 64;
const PANE = 24;
/** A percentile keeps a histogram in each pane: so many buckets of so many bytes. */
const BUCKETS = 24;
const BUCKET = 32;
/** Who was heard, and when. */
const NAMES = 1_000;
const NAME = 40;
const NUMBER = 8;
/** Count, sum, least, greatest, squares, coverage and number of one clock-aligned window. */
const FIELDS = 7;
/** What a fact keeps that has no window. */
const SMALL = 64;
/** Same weeks, two either side. */
const WEEKS_A_YEAR = 52;

/**
 * What a rule would remember for every key is bounded, so that no file can fill the memory of the process.
 *
 * | fact | bytes |
 * |---|---|
 * | a window | 64 panes × 24 |
 * | `kind` tumbling | (`ago` + 1) × 7 × 8 |
 * | `percentile` | 64 panes × (24 + 24 buckets × 32) |
 * | `distinct` | 1,000 names × 40 |
 * | `rank` | `last` × 8 |
 * | `robust-z`, `poisson-z` | slots of a week × `weeks` × 8 |
 * | `seasonal-rank` | 52 weeks × `years` × 8 |
 * | others | 64 |
 */
export function checkStateSize(facts: readonly FoundFact[], file: string): Problem[] {
  const sizes = new Map<string, { readonly fact: FoundFact; readonly bytes: number }>();
  for (const fact of facts) sizes.set(JSON.stringify([fact.fact, fact.params]), { fact, bytes: bytesOf(fact) });
  const total = [...sizes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= KEY_LIMIT) return [];
  const largest = [...sizes.values()].reduce((a, b) => (b.bytes > a.bytes ? b : a));
  const message = `Each key of this rule would keep ${kilobytes(total)} KB, above the ${kilobytes(KEY_LIMIT)} KB that it may; ${mendOf(largest.fact)}.`;
  return [{ code: 'rule-state-too-large', file, pointer: largest.fact.pointer, message }];
}

function bytesOf({ fact, params }: FoundFact): number {
  const number = (name: string, otherwise: number): number => (typeof params[name] === 'number' ? params[name] : otherwise);
  switch (fact) {
    case 'percentile':
      return PANES * (PANE + BUCKETS * BUCKET);
    case 'distinct':
      return NAMES * NAME;
    case 'rank':
      return number('last', 1) * NUMBER;
    case 'robust-z':
    case 'poisson-z':
      return slotsOfWeek(params['slot']) * number('weeks', 4) * NUMBER;
    case 'seasonal-rank':
      return WEEKS_A_YEAR * number('years', 1) * NUMBER;
    case 'exceedances':
    case 'episodes':
      return PANES * NUMBER;
    default:
      if (params['window'] === undefined) return SMALL;
      return params['kind'] === 'tumbling' ? (number('ago', 0) + 1) * FIELDS * NUMBER : PANES * PANE;
  }
}

/** A slot of no length is refused elsewhere. */
function slotsOfWeek(slot: unknown): number {
  const length = typeof slot === 'string' ? parseDuration(slot) : null;
  return Math.ceil(WEEK / Math.max(1, length ?? WEEK));
}

function mendOf({ fact, pointer }: FoundFact): string {
  const shrink: Readonly<Record<string, string>> = {
    'robust-z': 'the most for robust-z: use a longer slot or fewer weeks',
    'poisson-z': 'the most for poisson-z: use a longer slot or fewer weeks',
    percentile: 'the most for percentile: ask for fewer percentiles, or split the rule',
    distinct: 'the most for distinct: ask for fewer of them, or split the rule',
  };
  return shrink[fact] ?? `the most for ${fact} (${pointer}): use fewer windows, or split the rule`;
}

function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1024);
}
