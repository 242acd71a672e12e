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
  /** Cursors that the server has, with the time of their lines; the newest that is `SETTLED` is the first. */
  private readonly there: { readonly at: Millis; readonly cursor: HistoryCursor }[] = [];

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

  /** The next request says it, also when it has been said before. */
  repeat(): void {
    this.sent = null;
  }

  /** The line of this cursor has been acknowledged; `at` is its time. */
  hasSent(cursor: HistoryCursor | null, at: Millis): void {
    const last = this.there.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    // Overtaken by a later one it adds nothing.
    if (cursor !== null && cursor !== this.sent && at > last) this.there.push({ at, cursor });
    this.sent = cursor;
    const settled = Math.max(at, last) - SETTLED;
    while ((this.there[1]?.at ?? Number.POSITIVE_INFINITY) <= settled) this.there.shift();
  }

  /** What `read` would find at the least. */
  get settled(): HistoryCursor | null {
    const [first] = this.there;
    return first === undefined || first.at > (this.there.at(-1)?.at ?? 0) - SETTLED ? null : first.cursor;
  }

  get claimed(): HistoryCursor | null {
    return this.proven;
  }

  /** Time of the newest line. */
  get at(): Millis {
    return this.newest;
  }

  async read(query: InfluxQuery): Promise<HistoryCursor | null> {
    const select = `SELECT ${columns(['offset', 'audit'])} FROM "${CURSORS}"`;
    const [last] = await query.all(CURSORS, `${select} ORDER BY time DESC LIMIT 1`);
    if (last === undefined) return null;
    const { at } = fromRfc3339(last[0]);
    this.newest = Math.max(this.newest, at);
    const [settled] = await query.all(CURSORS, `${select} WHERE time <= ${millis(at - SETTLED)} ORDER BY time DESC LIMIT 1`);
    // Whatever else it was told it has lost.
    this.there.length = 0;
    if (settled === undefined) return null;
    const cursor = { offset: settled[1] as number, audit: settled[2] as number };
    this.there.push({ at: fromRfc3339(settled[0]).at, cursor }, { at, cursor: { offset: last[1] as number, audit: last[2] as number } });
    return cursor;
  }
}
