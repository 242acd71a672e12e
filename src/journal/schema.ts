import type Database from 'libsql';
import { Refusal } from '../model/problem.ts';

/** `Maib`: a file with another mark is not ours and is left alone. */
const APPLICATION = 0x4d_61_69_62;
/** Raise it with every change of the tables and add the step that leads there. */
export const SCHEMA_VERSION = 3;
/** As measured: larger pages make small commits dearer and large ones hardly cheaper. */
const PAGE_SIZE = 4_096;

const TABLES = `
CREATE TABLE log (offset INTEGER PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE definitions (hash TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE alerts (id TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL, since INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX alerts_by_time ON alerts (since, id);
CREATE INDEX alerts_by_state ON alerts (state, since, id);
CREATE INDEX alerts_by_rule ON alerts (rule, since, id);

CREATE TABLE orders (id TEXT PRIMARY KEY, state TEXT NOT NULL, level TEXT NOT NULL, street TEXT, opened INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX orders_by_time ON orders (opened, id);
CREATE INDEX orders_by_state ON orders (state, opened, id);
CREATE INDEX orders_by_street ON orders (street, opened, id);
CREATE TABLE order_parties (party TEXT NOT NULL, opened INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (party, opened, id)) WITHOUT ROWID;

CREATE TABLE receipts (seq INTEGER PRIMARY KEY, order_id TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (order_id, id));

CREATE TABLE outbox (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL, state TEXT NOT NULL,
  attempts INTEGER NOT NULL, created INTEGER NOT NULL, next INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX outbox_by_state ON outbox (state, seq);
CREATE INDEX outbox_by_order ON outbox (order_id, seq);
CREATE TABLE attempts (delivery TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (delivery, number)) WITHOUT ROWID;

-- seq has no holes and the newest row is never removed, so the smallest seq tells how many rows have gone.
CREATE TABLE rejections (seq INTEGER PRIMARY KEY, code TEXT NOT NULL, gateway TEXT NOT NULL, body TEXT NOT NULL, sample BLOB NOT NULL);
CREATE INDEX rejections_by_code ON rejections (code, seq);
CREATE INDEX rejections_by_gateway ON rejections (gateway, seq);
`;

/** Bytes are those of all lines up to this one. The record outlives what it tells of: the file itself refuses to change or remove a line. */
const AUDIT = `
CREATE TABLE audit (seq INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, line TEXT NOT NULL);
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit record is only added to'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit record is only added to'); END;
`;

/** Which orders a digest in the outbox tells of. */
const DIGESTED = `
CREATE TABLE IF NOT EXISTS digested (order_id TEXT NOT NULL, delivery TEXT NOT NULL, PRIMARY KEY (order_id, delivery)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS digested_by_delivery ON digested (delivery);
`;

/** The step at index n leads from version n to the next one; a new file goes through all of them. */
const STEPS = [TABLES, AUDIT, DIGESTED] as const;

type Db = Database.Database;

/** Sets how the file is written, and makes the tables that it has not yet. @throws Refusal for a file of another program or of a newer version. */
export function prepareSchema(db: Db, durability: 'full' | 'none'): void {
  db.exec(`PRAGMA page_size = ${PAGE_SIZE}`);
  const mark = number(db, 'application_id');
  const version = number(db, 'user_version');
  const tables = (db.prepare('SELECT count(*) FROM sqlite_schema').raw().all()[0] as [number])[0];
  if (mark !== APPLICATION && (mark !== 0 || tables > 0)) {
    throw new Refusal('journal-foreign', 'The journal file was made by another program; choose an empty data directory.');
  }
  if (version > SCHEMA_VERSION) {
    throw new Refusal(
      'journal-newer',
      `The journal is of version ${version}, this program reads up to ${SCHEMA_VERSION}: start the newer program.`,
    );
  }
  // WAL makes readers and the writer independent; FULL puts an fdatasync before every COMMIT returns.
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'OFF'}`);
  db.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY');
  if (version < SCHEMA_VERSION) {
    const steps = STEPS.slice(version).join('');
    db.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  }
}

function number(db: Db, pragma: string): number {
  return (db.prepare(`PRAGMA ${pragma}`).raw().all()[0] as [number])[0];
}
