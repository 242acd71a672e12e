import type { FactReference } from '../../model/condition.ts';

/** The least and the greatest that a fact can ever be. */
export type Range = readonly [least: number, greatest: number];

const LEVEL: Range = [0, 4];
const PERCENT: Range = [0, 100];
const NOT_NEGATIVE: Range = [0, Number.POSITIVE_INFINITY];
const CLOCK: Readonly<Record<string, Range>> = { hour: [0, 23], minute: [0, 1439], weekday: [1, 7], month: [1, 12] };

type Params = Readonly<Record<string, unknown>>;

const RANGES: Readonly<Record<string, (params: Params) => Range | null>> = {
  last: plausible,
  min: plausible,
  max: plausible,
  mean: plausible,
  percentile: plausible,
  rank: plausible,
  share: () => PERCENT,
  'seasonal-rank': () => PERCENT,
  count: () => NOT_NEGATIVE,
  distinct: () => NOT_NEGATIVE,
  absence: () => NOT_NEGATIVE,
  held: () => NOT_NEGATIVE,
  episodes: () => NOT_NEGATIVE,
  exceedances: () => NOT_NEGATIVE,
  occupancy: () => NOT_NEGATIVE,
  time: (params) => CLOCK[params['as'] as string] ?? null,
  sign: levelRange,
  piecewise: heights,
};

/** `null` where nothing is known of it. */
export function rangeOf({ fact, params = {} }: FactReference): Range | null {
  return Object.hasOwn(RANGES, fact) ? (RANGES[fact]?.(params) ?? null) : null;
}

/** A range the wrong way round is refused elsewhere. */
function plausible({ within, across }: Params): Range | null {
  if (!Array.isArray(within) || across === 'sum') return null;
  const [least, greatest] = within as [number, number];
  return least <= greatest ? [least, greatest] : null;
}

function levelRange(params: Params): Range | null {
  return params['as'] === 'level' && params['across'] !== 'sum' && params['across'] !== 'count' ? LEVEL : null;
}

function heights({ points, round }: Params): Range {
  const all = (points as readonly (readonly [x: number, y: number])[]).map(([, y]) => (round === 'up' ? Math.ceil(y) : y));
  return [Math.min(...all), Math.max(...all)];
}
