import { join } from 'node:path';
import Database from 'libsql';
import type { Millis } from '../model/time.ts';
import type { Emit } from '../telemetry/events.ts';
import { AuditDraft } from './audit/audit-draft.ts';
import { Committer } from './committer.ts';
import { lockDirectory, makeDirectory, syncDirectory } from './directory.ts';
import type { DirectoryLock } from './directory.ts';
import { JournalError } from './error.ts';
import { decodeEntry } from './frame.ts';
import type { Journal } from './journal.ts';
import { logBounds } from './replay.ts';
import { listSnapshots } from './snapshot-files.ts';
import { SqliteJournal } from './sqlite-journal.ts';

export interface JournalOptions {
  readonly directory: string;
  /** The compiled worker; the default is right when this module itself runs compiled. */
  readonly worker?: URL;
  /** `none` only for the benchmark's comparison: it loses acknowledged batches in a power cut. */
  readonly durability?: 'full' | 'none';
  readonly limits?: JournalLimits;
  /** `none` only for the benchmark's comparison. */
  readonly audit?: 'kept' | 'none';
  /** Wall clock of what has no time of its own in the audit record. */
  readonly now?: () => Millis;
  readonly emit: Emit;
}

export interface JournalLimits {
  /** Rejections kept; default 100,000. */
  readonly rejections?: number;
  /** Bytes in the WAL before it is moved into the file; default 1 MB. */
  readonly checkpointBytes?: number;
  /** How long an order is kept after its end, with its receipts and deliveries; default 400 days: a year, and its report. */
  readonly orders?: Millis;
  /** How long an alert is kept after it was resolved; default 90 days. */
  readonly alerts?: Millis;
}

const DAY: Millis = 86_400_000;

export const JOURNAL_FILE = 'journal.db';

/**
 * Opens the journal, making it where there is none.
 * @throws Refusal or JournalError: `journal-locked`, `journal-newer`, `journal-foreign`, `journal-directory`, `journal-damaged`, `journal-gap`.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  makeDirectory(options.directory);
  const lock = lockDirectory(options.directory);
  try {
    return await openLocked(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(options: JournalOptions, lock: DirectoryLock): Promise<Journal> {
  const { directory, emit } = options;
  const file = join(directory, JOURNAL_FILE);
  const committer = await Committer.start(options.worker ?? new URL('./commit-worker.js', import.meta.url), {
    file,
    durability: options.durability ?? 'full',
    rejections: options.limits?.rejections ?? 100_000,
    checkpointBytes: options.limits?.checkpointBytes ?? 1_000_000,
  });
  let reader: Database.Database | null = null;
  try {
    syncDirectory(directory);
    reader = new Database(file, { timeout: 5_000 });
    reader.exec('PRAGMA query_only = ON');
    const nextOffset = checkTail(reader, directory);
    emit({ name: 'journal.file-opened', file, offset: nextOffset });
    const retention = { orders: options.limits?.orders ?? 400 * DAY, alerts: options.limits?.alerts ?? 90 * DAY };
    const draft = new AuditDraft(reader, options.now ?? Date.now, options.audit !== 'none');
    return new SqliteJournal({ directory, file, committer, reader, lock, emit, nextOffset, retention, draft });
  } catch (error) {
    reader?.close();
    await committer.close();
    throw error;
  }
}

/** @returns the offset of the next entry. */
function checkTail(reader: Database.Database, directory: string): number {
  const bounds = logBounds(reader);
  const [newest] = listSnapshots(directory);
  if (bounds === null) {
    if (newest === undefined) return 0;
    throw new JournalError(
      'journal-gap',
      `There is a snapshot of entry ${newest} but the log is empty. Restore the data directory from a copy.`,
    );
  }
  const { first, last } = bounds;
  if (newest !== undefined && (newest > last || newest < first - 1)) {
    throw new JournalError('journal-gap', `The snapshot of entry ${newest} does not meet the log, which has entries ${first} to ${last}.`);
  }
  const from = Math.max(first, newest ?? first);
  const [counted] = reader.prepare('SELECT count(*) FROM log WHERE offset >= ?').raw().all([from]) as [number][];
  if (counted?.[0] !== last - from + 1) {
    throw new JournalError(
      'journal-gap',
      `Of the log entries ${from} to ${last} some are missing. Restore the data directory from a copy.`,
    );
  }
  const [row] = reader.prepare('SELECT body FROM log WHERE offset = ?').raw().all([last]) as [Buffer][];
  decodeEntry((row as [Buffer])[0], last);
  return last + 1;
}
