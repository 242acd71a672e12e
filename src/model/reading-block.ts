/**
 * Readings in the order in which they arrived, in columns: some ten thousand cost no object each, and go from one thread or
 * process to another as they are.
 */
export interface ReadingBlock {
  readonly kind: 'reading-block';
  readonly count: number;
  /** Names that appear in this stream for the first time: their numbers go on from those of the blocks before. */
  readonly sensors: readonly string[];
  readonly measures: readonly string[];
  readonly gateways: readonly string[];
  readonly standings: readonly (readonly [place: string | null, street: string | null])[];
  /** Numbers of the names, by row. */
  readonly sensor: Int32Array;
  readonly measure: Int32Array;
  readonly gateway: Int32Array;
  readonly standing: Int32Array;
  /** Time in milliseconds, and what tells readings of one series and millisecond apart. */
  readonly at: Float64Array;
  readonly nth: Int32Array;
  /** Values of one report share both of these, and stand side by side. */
  readonly receivedAt: Float64Array;
  readonly order: Int32Array;
  /** A number; a truth as 1 and 0; of a text its number in `texts`. */
  readonly value: Float64Array;
  /** `NUMBER`, `TRUTH` or `TEXT`. */
  readonly sort: Uint8Array;
  /** Of this block alone. */
  readonly texts: readonly string[];
  /** 1: maintenance. */
  readonly test: Uint8Array;
}

export const NUMBER = 0;
export const TRUTH = 1;
export const TEXT = 2;
