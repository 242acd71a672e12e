import type Database from 'libsql';
import { AuditChain } from './audit/audit-chain.ts';
import { Pruner, type Prunable } from './pruner.ts';
import type { Row, Transaction } from './transaction.ts';
import type { WorkerSetup } from './worker-protocol.ts';

/** A commit writes whole pages: this much beside its blob, and about so much for every row elsewhere. */
const COMMIT_COST = 8_192;
const ROW_COST = 4_096;

type Db = Database.Database;
type Statement = ReturnType<Db['prepare']>;

const SQL = {
  log: 'INSERT INTO log (offset, body) VALUES (?, ?)',
  definitions: 'INSERT OR IGNORE INTO definitions (hash, body) VALUES (?, ?)',
  alerts: `INSERT INTO alerts (id, rule, state, since, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, since = excluded.since, body = excluded.body`,
  orders: `INSERT INTO orders (id, state, level, street, opened, body) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, level = excluded.level, street = excluded.street, body = excluded.body`,
  orderParties: 'INSERT OR IGNORE INTO order_parties (party, opened, id) VALUES (?, ?, ?)',
  receipts: 'INSERT OR IGNORE INTO receipts (order_id, id, body) VALUES (?, ?, ?)',
  deliveries: 'INSERT OR IGNORE INTO outbox (id, order_id, state, attempts, created, next, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  digested: 'INSERT OR IGNORE INTO digested (order_id, delivery) VALUES (?, ?)',
  attempts: 'INSERT OR REPLACE INTO attempts (delivery, number, body) VALUES (?, ?, ?)',
  attemptsCap: 'DELETE FROM attempts WHERE delivery = ? AND number <= ?',
  deliveryStates: `UPDATE outbox SET state = ?1, attempts = ?2, next = ?3,
    body = CASE WHEN ?6 IS NOT NULL THEN json_set(json_patch(body, json_object('reason', ?4)), '$.replays', json(?6))
      WHEN ?4 IS NULL THEN body ELSE json_set(body, '$.reason', ?4) END WHERE id = ?5`,
  rejections: 'INSERT INTO rejections (code, gateway, body, sample) VALUES (?, ?, ?, ?)',
  rejectionsCap: 'DELETE FROM rejections WHERE seq <= (SELECT max(seq) FROM rejections) - ?',
  trim: 'DELETE FROM log WHERE offset <= ? AND offset < (SELECT min(offset) FROM log) + ?',
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
} as const;

/** Attempts kept of one delivery; how many there were stands in the delivery. */
const ATTEMPTS = 20;

/** Tables that are written row by row, in this order. */
const PLAIN = ['definitions', 'alerts', 'orders', 'orderParties', 'receipts', 'deliveries', 'digested', 'attempts'] as const;

/** The only writer of the file; lives in the worker. Every method is one transaction, and throws when it did not become durable. */
export class Writer {
  readonly #db: Db;
  readonly #setup: WorkerSetup;
  readonly #statements: Readonly<Record<keyof typeof SQL, Statement>>;
  readonly #pruner: Pruner;
  readonly #audit: AuditChain;
  #unchecked = 0;

  constructor(db: Db, setup: WorkerSetup) {
    this.#db = db;
    this.#setup = setup;
    this.#pruner = new Pruner(db);
    this.#audit = new AuditChain(db, Date.now());
    const names = Object.keys(SQL) as (keyof typeof SQL)[];
    this.#statements = Object.fromEntries(names.map((name) => [name, db.prepare(SQL[name])])) as Record<keyof typeof SQL, Statement>;
  }

  /** @returns the bytes of the whole audit record. */
  write(transaction: Transaction): number {
    const { begin, commit, log } = this.#statements;
    begin.run([]);
    if (transaction.log !== null) {
      log.run([transaction.log.offset, transaction.log.body]);
      this.#unchecked += transaction.log.body.length;
    }
    for (const table of PLAIN) this.#rows(this.#statements[table], transaction[table]);
    for (const [delivery, number] of transaction.attempts) {
      if (Number(number) > ATTEMPTS) this.#statements.attemptsCap.run([delivery as string, Number(number) - ATTEMPTS]);
    }
    this.#rows(this.#statements.deliveryStates, transaction.deliveryStates);
    this.#rejections(transaction);
    this.#unchecked += this.#audit.append(transaction.audit);
    commit.run([]);
    this.#unchecked += COMMIT_COST;
    return this.#audit.bytes;
  }

  /** @returns how many entries were removed. */
  trim(upTo: number, limit: number): number {
    const { changes } = this.#statements.trim.run([upTo, limit]);
    this.#unchecked += COMMIT_COST + changes * ROW_COST;
    return changes;
  }

  /** @returns how many rows were removed. */
  prune(over: Prunable): number {
    const rows = this.#pruner.prune(over);
    this.#unchecked += COMMIT_COST + rows * ROW_COST;
    return rows;
  }

  /**
   * Moves the WAL into the file once enough has gathered. Called between commits, after the answer is out: a commit waits a few
   * milliseconds at most because little is moved at a time (1 MB ≈ 5 ms here, 16 MB ≈ 70 ms). PASSIVE never waits for a reader.
   */
  checkpointWhenDue(): void {
    if (this.#unchecked < this.#setup.checkpointBytes) return;
    this.#unchecked = 0;
    this.#db.prepare('PRAGMA wal_checkpoint(PASSIVE)').raw().all();
  }

  close(): void {
    this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw().all();
    this.#db.close();
  }

  #rows(statement: Statement, rows: readonly Row[]): void {
    for (const row of rows) {
      statement.run(row);
      this.#unchecked += ROW_COST;
    }
  }

  #rejections(transaction: Transaction): void {
    if (transaction.rejections.length === 0) return;
    let at = 0;
    transaction.rejections.forEach((row, i) => {
      const end = at + (transaction.sampleLengths[i] as number);
      this.#statements.rejections.run([...row, transaction.samples.subarray(at, end)]);
      this.#unchecked += 512 + end - at;
      at = end;
    });
    this.#statements.rejectionsCap.run([this.#setup.rejections]);
  }
}
