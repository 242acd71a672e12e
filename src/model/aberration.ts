/*
 * How far a value is from what is usual. Every one is a function of numbers: where they come from, the engine's own memory or
 * history, is not asked here. NaN: not known.
 */

/** Value of a slot of time by its number; NaN when nothing is known of it. */
export type Slots = (index: number) => number;

/** MAD of a normal distribution times this is its standard deviation. */
const NORMAL = 1.4826;

/** Which slots are of the same season: so many, so far apart, and this many on either side of each. */
export interface Season {
  readonly count: number;
  /** In slots. */
  readonly every: number;
  readonly around: number;
}

/** What the same slots of earlier seasons held; those of which nothing is known are left out. */
export function earlierSeasons(at: Slots, now: number, { count, every, around }: Season): number[] {
  const values: number[] = [];
  for (let season = 1; season <= count; season += 1) {
    for (let i = -around; i <= around; i += 1) {
      const value = at(now - season * every + i);
      if (!Number.isNaN(value)) values.push(value);
    }
  }
  return values;
}

/** What the same slot held on earlier days that are like today, by the number of the day; what is not known is left out. */
export function earlierLikeDays(at: Slots, now: number, days: LikeDays): number[] {
  const { back, perDay, isLike } = days;
  const today = Math.floor(now / perDay);
  const values: number[] = [];
  for (let ago = 1; ago <= back; ago += 1) {
    if (!isLike(today - ago, today)) continue;
    const value = at(now - ago * perDay);
    if (!Number.isNaN(value)) values.push(value);
  }
  return values;
}

/** Which days of so many before are like another: both worked, or both not. Slots of local time. */
export interface LikeDays {
  readonly back: number;
  /** Slots. */
  readonly perDay: number;
  readonly isLike: (day: number, today: number) => boolean;
}

/** (x − median) ÷ (1.4826 × median deviation). The deviation counts as at least `floor`. */
export function robustZ(value: number, earlier: readonly number[], floor: number): number {
  if (earlier.length === 0) return Number.NaN;
  const middle = median(earlier);
  const spread = Math.max(floor, median(earlier.map((one) => Math.abs(one - middle))));
  return (value - middle) / (NORMAL * spread);
}

/** For counts, whose variance is their mean: (x − mean) ÷ √mean, of a mean of at least 1. */
export function poissonZ(value: number, earlier: readonly number[]): number {
  if (earlier.length === 0) return Number.NaN;
  const mean = meanOf(earlier);
  return (value - mean) / Math.sqrt(Math.max(1, mean));
}

/** Moving percentile: percent of earlier values that lie below; equal ones count half. */
export function percentileRank(value: number, earlier: readonly number[]): number {
  if (earlier.length === 0 || Number.isNaN(value)) return Number.NaN;
  let below = 0;
  for (const one of earlier) below += one < value ? 1 : one === value ? 0.5 : 0;
  return (below / earlier.length) * 100;
}

export type EarsMethod = 'C1' | 'C2' | 'C3';

export interface EarsBase {
  /** Slots that tell what is usual. */
  readonly length: number;
  /** The standard deviation counts as at least this. */
  readonly floor: number;
}

/** Slots between the base and the slot that is judged: an outbreak must not hide itself. */
const LAG = { C1: 0, C2: 2 } as const;
/** Days before this one whose excess C3 adds. */
const CARRIED = 2;

/**
 * Early Aberration Reporting System (CDC), as the R package surveillance has it: C1 and C2 are (x − mean) ÷ sd of a base 0 and 2
 * slots back, sd with n − 1. C3 is C2 plus what C2 of the two days before was above 1. Reference lines: 3.0902, and 1.96 for C3.
 */
export function ears(method: EarsMethod, at: Slots, now: number, base: EarsBase): number {
  if (method !== 'C3') return fromBase(at, now, LAG[method], base);
  let score = fromBase(at, now, LAG.C2, base);
  for (let i = 1; i <= CARRIED; i += 1) {
    const before = fromBase(at, now - i, LAG.C2, base);
    // A day of which nothing is known adds nothing.
    if (before > 1) score += before - 1;
  }
  return score;
}

function fromBase(at: Slots, now: number, lag: number, { length, floor }: EarsBase): number {
  const values: number[] = [];
  for (let i = 1; i <= length; i += 1) values.push(at(now - lag - i));
  const mean = meanOf(values);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (length - 1));
  return (at(now) - mean) / Math.max(floor, deviation);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
