import type Database from 'libsql';
import type { LogEntry } from '../model/log-entry.ts';
import { JournalError } from './error.ts';
import { decodeEntry } from './frame.ts';

type Db = Database.Database;

/** Few rows at a time: a row is a batch of up to a thousand messages. */
const PAGE = 16;

/** First and last offset of the log; `null` when it is empty. */
export function logBounds(reader: Db): { readonly first: number; readonly last: number } | null {
  const [row] = reader.prepare('SELECT (SELECT min(offset) FROM log), (SELECT max(offset) FROM log)').raw().all() as [
    number | null,
    number | null,
  ][];
  const [first, last] = row as [number | null, number | null];
  return first === null || last === null ? null : { first, last };
}

/**
 * The entries from `from` up to (not with) `end`, in order and without a hole.
 * @throws JournalError `journal-gap` or `journal-damaged`; nothing is skipped.
 */
export function* readLog(reader: Db, from: number, end: number): Generator<LogEntry, void, undefined> {
  if (from > end) throw new JournalError('journal-gap', `The log ends before entry ${from}: its last entry is ${end - 1}.`);
  const page = reader.prepare('SELECT offset, body FROM log WHERE offset >= ? AND offset < ? ORDER BY offset LIMIT ?').raw();
  let next = from;
  while (next < end) {
    const rows = page.all(next, end, PAGE) as [number, Buffer][];
    if (rows.length === 0) throw gap(next);
    for (const [offset, body] of rows) {
      if (offset !== next) throw gap(next);
      next += 1;
      yield decodeEntry(body, offset);
    }
  }
}

function gap(offset: number): JournalError {
  return new JournalError('journal-gap', `Log entry ${offset} is missing. Restore the data directory from a copy.`);
}
