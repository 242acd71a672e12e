import type { Millis } from '../../model/time.ts';

/** What a store looks like in a snapshot: plain data and typed arrays. */
export type SavedCells = Readonly<Record<string, unknown>>;

/** Samples or panes that are told of one row. */
export const TOLD = 20;

/** A sample, or what a pane keeps of several: their mean, their extreme, their newest; `null` where values are not kept. */
export interface HeldSample {
  readonly at: Millis;
  readonly value: number | null;
  readonly count: number;
  /** Whose it is, where the store tells sensors apart. */
  readonly member?: number;
}

/** What a row holds, for whoever explains. */
export interface Held {
  /** Samples in the window `(from, to]`; without a window, all that are kept. */
  readonly samples: number;
  readonly from: Millis | null;
  readonly to: Millis | null;
  /** How much of the window they cover, where that is counted. */
  readonly covered: Millis | null;
  /** Newest first, at most `TOLD`. */
  readonly newest: readonly HeldSample[];
}

/**
 * The samples that one fact needs, for every row (a key, or a member of a key) of one rule.
 *
 * S1 Samples come in order of time; one that comes late is put in its place, or left out where only the newest counts.
 * S2 Restoring a saved store answers every question as the original would.
 * S3 A row is bounded, whatever is sent.
 * S4 Describing a row changes nothing.
 */
export interface Cells {
  /** Makes room for this many rows. */
  grow(rows: number): void;
  /** Takes in a sample of member `member`; a text comes as its code. */
  take(row: number, at: Millis, value: number, member: number): void;
  /** The next time after `at` at which an answer may change though nothing arrives; Infinity for never. */
  edge(row: number, at: Millis): Millis;
  /** What the row holds at this time. */
  describe(row: number, at: Millis): Held;
  /** Takes over one row of a store of the same sort. */
  copyRow(other: Cells, from: number, to: number): void;
  /** Takes over everything of a store of the same sort. */
  adopt(other: Cells): void;
  save(rows: number): SavedCells;
  restore(saved: SavedCells): void;
  readonly bytes: number;
}
