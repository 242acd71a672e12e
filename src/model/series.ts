import type { Level } from './level.ts';
import type { Millis } from './time.ts';

/** A span of time: `from` is in it, `to` is not. */
export interface Span {
  readonly from: Millis;
  readonly to: Millis;
}

/** Which series of the history: one measure of a sensor, or one sign at a key. */
export type SeriesName =
  | { readonly kind: 'reading'; readonly sensor: string; readonly measure: string }
  | { readonly kind: 'sign'; readonly sign: string; readonly key: string };

export interface SeriesQuery extends Span {
  readonly series: SeriesName;
  /** Length of a bucket; `null` asks for every sample. */
  readonly step: Millis | null;
  /** No more samples or buckets than this; the answer says when there would have been more. */
  readonly limit: number;
}

/** One sample as it was written, or what one bucket of time held. Texts are left out of buckets. */
export type Sample =
  | { readonly kind: 'sample'; readonly at: Millis; readonly value: number | string | null; readonly level: Level | null }
  | {
      readonly kind: 'bucket';
      /** Its beginning, a whole number of steps since the epoch. */
      readonly at: Millis;
      readonly count: number;
      readonly min: number;
      readonly max: number;
      readonly mean: number;
      /** Value of the newest sample in it. */
      readonly last: number;
    };

export interface Series {
  readonly samples: readonly Sample[];
  /** There was more than the limit. */
  readonly cut: boolean;
}

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60_000;
const HOUR: Millis = 3_600_000;

/** Steps that a person reads easily off an axis. */
const STEPS: readonly Millis[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((n) => n * HOUR),
];

/** The shortest readable step that fills the span with no more than so many buckets; whole days beyond a day. */
export function stepFor({ from, to }: Span, points: number): Millis {
  const exact = (to - from) / Math.max(1, points);
  return STEPS.find((step) => step >= exact) ?? Math.ceil(exact / (24 * HOUR)) * 24 * HOUR;
}
