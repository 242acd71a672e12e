import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { Refusal } from '../../model/problem.ts';
import { JournalError } from '../error.ts';
import { readLine, type AuditRecord } from './audit-line.ts';

type Db = Database.Database;

/** Few enough to hold, many enough to be quick; each page is a read of its own, so that nothing is held up beside a running server. */
const PAGE = 512;

export interface AuditRow {
  readonly seq: number;
  /** As the row says: bytes of all lines up to and with this one. */
  readonly bytes: unknown;
  /** The bytes of the line as they stand in the file. */
  readonly line: Uint8Array;
}

/**
 * Opens the record of a data directory for reading only, beside a running server too.
 * @throws Refusal `audit-absent` where there is none.
 */
export function openRecord(directory: string): Db {
  const file = join(directory, 'journal.db');
  if (!existsSync(file)) throw absent(directory);
  const db = new Database(file, { readonly: true, timeout: 5_000 });
  const [table] = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'audit'").raw().all();
  if (table !== undefined) return db;
  db.close();
  throw absent(directory);
}

function absent(directory: string): Refusal {
  return new Refusal('audit-absent', `${directory} holds no audit record; give the data directory with --data, or start the server once.`);
}

/** The rows in the order of their numbers, from the first. */
export function* readRecord(db: Db): Generator<AuditRow, void, undefined> {
  const page = db.prepare('SELECT seq, bytes, CAST(line AS BLOB) FROM audit WHERE seq > ? ORDER BY seq LIMIT ?').raw();
  for (let last = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = page.all([last, PAGE]) as [number, unknown, Uint8Array][];
    for (const [seq, bytes, line] of rows) yield { seq, bytes, line };
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end[0];
  }
}

/** The number of the last row; 0 when there is none. */
export function lastSeq(db: Db): number {
  const [row] = db.prepare('SELECT max(seq) FROM audit').raw().all() as [number | null][];
  return row?.[0] ?? 0;
}

export function readHead(db: Db): AuditRecord {
  const [row] = db.prepare('SELECT CAST(line AS BLOB) FROM audit ORDER BY seq DESC LIMIT 1').raw().all() as [Uint8Array][];
  const record = row === undefined ? null : readLine(row[0]);
  if (record === null) throw new JournalError('journal-damaged', 'The last line of the audit record is none.');
  return record;
}
