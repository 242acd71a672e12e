import type { Millis } from '../../model/time.ts';
import type { HistoryCursor } from '../history-store.ts';
import type { InfluxQuery } from './influx-query.ts';
import { columns, millis } from './influxql.ts';
import { fromRfc3339, toNanos } from './nanos.ts';

const CURSORS = 'maibo_cursor';

/**
 * A server that does not flush before it answers (`wal-fsync-delay`) loses its last moments in a power cut, and its files
 * are flushed each for itself: of two writes the later may stay and the earlier be lost.
 */
export const SETTLED: Millis = 10_000;

/**
 * How far the log has been written, kept beside the data as points of their own. A cursor goes to the server only once all
 * that it claims has been acknowledged, so in the next request; and what is read back is not the newest but the newest that
 * was `SETTLED` then. What comes after it is written again, which adds nothing.
 */
export class InfluxCursor {
  private proven: HistoryCursor | null = null;
  private sent: HistoryCursor | null = null;
  /** Cursors are told apart by time, and the wall may step back. */
  private newest: Millis = 0;

  /** Everything before it is in the store. */
  prove(cursor: HistoryCursor): void {
    this.proven = cursor;
  }

  /** The server may have fallen, and lost what it had acknowledged: claims nothing until something is proven again. */
  doubt(): void {
    this.proven = null;
  }

  /** A line for the next request, if there is something new to claim. */
  line(now: Millis): string[] {
    const { proven } = this;
    if (proven === null || proven === this.sent) return [];
    this.newest = Math.max(now, this.newest + 1);
    return [`${CURSORS} offset=${proven.offset},audit=${proven.audit} ${toNanos({ at: this.newest, nth: 0 })}`];
  }

  /** The line of this cursor has been acknowledged. */
  hasSent(cursor: HistoryCursor | null): void {
    this.sent = cursor;
  }

  get claimed(): HistoryCursor | null {
    return this.proven;
  }

  async read(query: InfluxQuery): Promise<HistoryCursor | null> {
    const select = `SELECT ${columns(['offset', 'audit'])} FROM "${CURSORS}"`;
    const [last] = await query.all(CURSORS, `${select} ORDER BY time DESC LIMIT 1`);
    if (last === undefined) return null;
    const { at } = fromRfc3339(last[0]);
    this.newest = Math.max(this.newest, at);
    const [settled] = await query.all(CURSORS, `${select} WHERE time <= ${millis(at - SETTLED)} ORDER BY time DESC LIMIT 1`);
    return settled === undefined ? null : { offset: settled[1] as number, audit: settled[2] as number };
  }
}
