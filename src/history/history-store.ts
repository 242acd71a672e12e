import type { AlertPoint, HistoryPoint, OrderPoint } from '../model/history-point.ts';
import type { ReadingBlock } from '../model/reading-block.ts';
import type { Series, SeriesQuery, Span } from '../model/series.ts';
import type { Millis } from '../model/time.ts';

/** Steps of alerts and orders, for the marks beside a series and for a back-test. */
export interface StepsQuery extends Span {
  readonly rule: string | null;
  readonly key: string | null;
  readonly limit: number;
}

/** How far the log has been written: what comes after is not in the store yet. */
export interface HistoryCursor {
  /** Of the log: the next entry to write. */
  readonly offset: number;
  /** Of the audit record: the next line to write. */
  readonly audit: number;
}

/** What was removed, or summed up, by one round of `keep`. */
export interface KeptOutcome {
  readonly removed: number;
  readonly summed: number;
}

/** How long what is kept, in the store's own units of a day. `null`: for ever. */
export interface Retention {
  readonly raw: Millis | null;
  readonly minute: Millis | null;
  readonly hour: Millis | null;
  readonly steps: Millis | null;
  /** The store may take this much of the disk; the oldest raw readings go first. `null`: whatever there is. */
  readonly bytes: number | null;
}

/**
 * Where history is kept. Alerting never waits for it.
 *
 * H1 `write` resolves only when every point is in the store; it rejects with a `StoreFault` and never with anything else.
 * H2 Written twice, a point is there once; two readings of one millisecond are two.
 * H3 What is read back is what was written, to the bit for numbers.
 */
export interface HistoryStore {
  readonly kind: 'embedded' | 'influxdb';
  /** Where it is, for people; no secret in it. */
  readonly place: string;
  /**
   * `cursor` is where the log stands when these are written; a store that can keeps both in one transaction. Without points the
   * store is asked all the same: that it takes the cursor shows that it takes anything.
   */
  write(points: readonly HistoryPoint[], cursor: HistoryCursor): Promise<void>;
  /** What the store itself knows of how far it is; `null` when it keeps none, or is empty. */
  cursor(): Promise<HistoryCursor | null>;
  /**
   * Where `cursor` would find it at the least were it to fall now, as far as this process has written: the log may let go what is
   * before. `null`: not known yet.
   */
  readonly settled: HistoryCursor | null;
  series(query: SeriesQuery): Promise<Series>;
  /** Alerts' steps of a rule, or of a key of it, in the order of time. */
  alertSteps(query: StepsQuery): Promise<readonly AlertPoint[]>;
  orderSteps(query: Span & { readonly limit: number }): Promise<readonly OrderPoint[]>;
  /**
   * All readings that arrived in a span (`receivedAt`), exactly in the order of the log: (receivedAt, order), then the values of one
   * report by the name of the measure, in one block. `measures`: only these; `null`: all.
   */
  arrivals(span: Span, measures: readonly string[] | null): AsyncIterable<ReadingBlock>;
  /** Sums up and removes what has passed its time; safe to call again at any time. */
  keep(retention: Retention, now: Millis): Promise<KeptOutcome>;
  close(): Promise<void>;
}
