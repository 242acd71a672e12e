import type { HistoryStore } from './history-store.ts';

/** What a store is by its nature. It lets no test go: it says which of the forms of a promise is this one's. */
export interface StoreNature {
  /**
   * `exact`: where the last write left it. `behind`: a cursor goes with a later request, and is read back when it is settled, so that
   * a new store has none. `none`: it keeps none, and says so.
   */
  readonly cursor: 'exact' | 'behind' | 'none';
  /** `nothing`: it only takes, and whatever is asked is empty; what it took is read past the store. */
  readonly answers: 'everything' | 'nothing';
  /** Who removes what has passed its time. */
  readonly retention: 'own' | 'of-the-server';
  /** Of a point that is written twice: `once`, or as often as it was written (`each`). */
  readonly repeats: 'once' | 'each';
}

/** A number of a series of readings, and when. */
export type Measured = readonly [at: number, value: number];

export interface TestedStore {
  readonly nature: StoreNature;
  /** Gives an empty store; it is closed at the end of its test. */
  readonly open: () => Promise<HistoryStore>;
  /** All numbers of a sensor's pm25, in the order of time, as who looks into the store past all of our code would find them. */
  readonly numbers: (sensor: string, expected: number) => Promise<readonly Measured[]>;
}
