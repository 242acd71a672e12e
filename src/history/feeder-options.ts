import type { HistoryPoint } from '../model/history-point.ts';
import type { Millis } from '../model/time.ts';
import type { FeederClock } from './feeder-patience.ts';
import type { HistoryCursor, HistoryStore } from './history-store.ts';

/** What the log has from a cursor on, and the cursor behind it. */
export interface HistoryBatch {
  readonly points: readonly HistoryPoint[];
  readonly cursor: HistoryCursor;
}

export interface FeederState {
  /** `waiting`: the store is not to be reached, or busy. `stopped`: a person must do something; it looks again every minute. */
  readonly kind: 'following' | 'waiting' | 'stopped';
  readonly since: Millis;
  /** What went wrong, in the words of the server; `null` while it follows. */
  readonly reason: string | null;
  /** Entries of the log that are not in the store yet. */
  readonly behind: number;
}

export interface FeederCounts {
  readonly written: number;
  readonly quarantined: number;
  readonly failures: number;
}

export interface FeederOptions {
  readonly store: Pick<HistoryStore, 'write' | 'cursor'>;
  readonly start: HistoryCursor;
  /** `null`: there is nothing more yet; `wake` says when there is. */
  readonly pull: (from: HistoryCursor) => Promise<HistoryBatch | null>;
  /** Offset behind the last entry of the log. */
  readonly end: () => number;
  /** Keeps a point that the store refuses by itself, perhaps more than once. The feeder goes on only when it is kept. */
  readonly quarantine: (point: HistoryPoint, said: string) => Promise<void>;
  /** At each change of the kind of its state. */
  readonly changed: (state: FeederState) => void;
  readonly clock: FeederClock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly inFlight?: number;
}
