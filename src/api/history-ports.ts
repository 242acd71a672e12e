import type { Level } from '../model/level.ts';
import type { Series, SeriesName, SeriesQuery, Span } from '../model/series.ts';
import type { Millis } from '../model/time.ts';

/** A step of an alert or of an order, to be marked beside a series. */
export interface Mark {
  readonly at: string;
  readonly what: 'alert' | 'order';
  readonly id: string;
  readonly state: string;
  readonly level: Level;
}

export interface HistoryView {
  /** `following`: nothing is wrong; `waiting`: the store is out of reach or busy; `stopped`: only a person can help. */
  readonly state: 'following' | 'waiting' | 'stopped';
  readonly since: Millis;
  readonly reason: string | null;
  readonly store: string;
  /** Entries of the log that are not stored yet. */
  readonly behind: number;
  readonly points: number;
  readonly quarantined: number;
  readonly lost: number;
  /** What rules that are too young compare with; `null`: nothing from history is in force. */
  readonly baselines: BaselinesView | null;
  /** Times that history could not be asked for baselines, since the start. */
  readonly baselineFailures: number;
}

export interface BaselinesView {
  /** Hash of the table, as the log names it. */
  readonly version: string;
  readonly computedAt: Millis;
  readonly keys: number;
  readonly slots: number;
}

/** What the API asks of the history. Both questions throw a `Refusal` while it cannot be read. */
export interface HistoryPorts {
  series(query: SeriesQuery): Promise<Series>;
  marks(series: Extract<SeriesName, { readonly kind: 'sign' }>, span: Span, limit: number): Promise<readonly Mark[]>;
  /** `null`: none is kept, or it has not begun. */
  history(): HistoryView | null;
}
