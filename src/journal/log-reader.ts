import { join } from 'node:path';
import Database from 'libsql';
import type { LogEntry } from '../model/log-entry.ts';
import { readLine, type AuditRecord } from './audit/audit-line.ts';
import { JournalError } from './error.ts';
import { decodeEntry } from './frame.ts';
import { JOURNAL_FILE } from './open-journal.ts';

/**
 * Reads a journal beside its writer, from another thread or another process; never writes.
 *
 * G1 Only what is committed is seen, in the order of the offsets.
 * G2 Entries that are gone are told as a gap (the first offset that is there), never passed over in silence.
 */
export class LogReader {
  readonly #db: Database.Database;
  readonly #entries: ReturnType<Database.Database['prepare']>;
  readonly #lines: ReturnType<Database.Database['prepare']>;

  constructor(directory: string) {
    this.#db = new Database(join(directory, JOURNAL_FILE), { readonly: true, timeout: 5_000 });
    this.#entries = this.#db.prepare('SELECT offset, body FROM log WHERE offset >= ? ORDER BY offset LIMIT ?').raw();
    this.#lines = this.#db.prepare('SELECT seq, CAST(line AS BLOB) FROM audit WHERE seq >= ? ORDER BY seq LIMIT ?').raw();
  }

  /** At most `limit` entries from `from` on, without a hole among them; the first may be later than `from`. */
  entries(from: number, limit: number): LogEntry[] {
    const rows = this.#entries.all([from, limit]) as [number, Buffer][];
    const entries: LogEntry[] = [];
    for (const [offset, body] of rows) {
      const last = entries.at(-1);
      if (last !== undefined && offset !== last.offset + 1) break;
      entries.push(decodeEntry(body, offset));
    }
    return entries;
  }

  /** Lines of the audit record from `from` on. */
  records(from: number, limit: number): AuditRecord[] {
    return (this.#lines.all([from, limit]) as [number, Uint8Array][]).map(([seq, line]) => {
      const record = readLine(line);
      if (record === null) throw new JournalError('journal-damaged', `Line ${seq} of the audit record is none.`);
      return record;
    });
  }

  /** First and last offset of the log; `null` when it is empty. */
  bounds(): { readonly first: number; readonly last: number } | null {
    const [row] = this.#db.prepare('SELECT (SELECT min(offset) FROM log), (SELECT max(offset) FROM log)').raw().all() as [
      number | null,
      number | null,
    ][];
    const [first, last] = row as [number | null, number | null];
    return first === null || last === null ? null : { first, last };
  }

  /** Number of the newest line of the audit record; 0 when there is none. */
  newestRecord(): number {
    const [row] = this.#db.prepare('SELECT max(seq) FROM audit').raw().all() as [number | null][];
    return row?.[0] ?? 0;
  }

  definition(hash: string): string | null {
    const [row] = this.#db.prepare('SELECT body FROM definitions WHERE hash = ?').raw().all([hash]) as [string][];
    return row?.[0] ?? null;
  }

  /** The newest version of an order as JSON; `null`: no such order any more. */
  order(id: string): string | null {
    const [row] = this.#db.prepare('SELECT body FROM orders WHERE id = ?').raw().all([id]) as [string][];
    return row?.[0] ?? null;
  }

  /** Where an alert stands, as JSON; `null`: no such alert any more. */
  subject(alert: string): string | null {
    const [row] = this.#db.prepare("SELECT json_extract(body, '$.subject') FROM alerts WHERE id = ?").raw().all([alert]) as [string][];
    return row?.[0] ?? null;
  }

  close(): void {
    this.#db.close();
  }
}
