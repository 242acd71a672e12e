/** What the number in `value` means. */
export const SORT = { number: 0, truth: 1, text: 2 } as const;

/**
 * Readings in columns, in the order in which they were received: some ten thousand of a stream, the values of one report side by
 * side. It can be sent to another process as it is.
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
  /** Milliseconds since the epoch, and what tells points of one series and millisecond apart. */
  readonly at: Float64Array;
  readonly nth: Int32Array;
  /** Milliseconds since the epoch, and the place of the report among those of that millisecond. */
  readonly receivedAt: Float64Array;
  readonly order: Int32Array;
  /** A number; a truth as 1 and 0; of a text its number in `texts`. */
  readonly value: Float64Array;
  /** One of `SORT`. */
  readonly sort: Uint8Array;
  /** Of this block alone. */
  readonly texts: readonly string[];
  /** 1: maintenance, kept and never judged. */
  readonly test: Uint8Array;
}
