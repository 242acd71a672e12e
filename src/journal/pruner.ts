import type Database from 'libsql';
import type { Row } from './transaction.ts';

/** What has been long over. Times are those of the clock by which orders and alerts are kept. */
export interface Prunable {
  /** Orders that ended before this go, with their receipts, deliveries and attempts. */
  readonly orders: number;
  /** Alerts that were resolved before this go. */
  readonly alerts: number;
  /** Definitions that stay; `null` keeps all. */
  readonly definitions: readonly string[] | null;
}

/** In one transaction: more would hold up the commits behind it. */
const ORDERS = 16;
const ALERTS = 128;
const DIGESTS = 128;

const SQL = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  // An order cannot have ended before it was opened: the index narrows it down before any body is read.
  over: `SELECT id FROM orders o WHERE state IN ('closed', 'cancelled') AND opened < ?1 AND json_extract(body, '$.closedAt') < ?1
    AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.order_id = o.id AND b.state = 'waiting')
    AND NOT EXISTS (SELECT 1 FROM digested d JOIN outbox b ON b.id = d.delivery WHERE d.order_id = o.id AND b.state = 'waiting') LIMIT ${ORDERS}`,
  attempts: 'DELETE FROM attempts WHERE delivery IN (SELECT id FROM outbox WHERE order_id = ?)',
  outbox: 'DELETE FROM outbox WHERE order_id = ?',
  receipts: 'DELETE FROM receipts WHERE order_id = ?',
  parties: `DELETE FROM order_parties WHERE (party, opened, id) IN (SELECT json_extract(a.value, '$.party'), o.opened, o.id
    FROM orders o, json_each(o.body, '$.assignments') a WHERE o.id = ?)`,
  digested: 'DELETE FROM digested WHERE order_id = ?',
  order: 'DELETE FROM orders WHERE id = ?',
  // A digest goes after the last of its orders.
  digests: `SELECT id FROM outbox WHERE order_id >= 'dg_' AND order_id < 'dg~' AND state <> 'waiting' AND created < ?1
    AND NOT EXISTS (SELECT 1 FROM digested d WHERE d.delivery = outbox.id) LIMIT ${DIGESTS}`,
  attemptsOf: 'DELETE FROM attempts WHERE delivery = ?',
  delivery: 'DELETE FROM outbox WHERE id = ?',
  alerts: `DELETE FROM alerts WHERE id IN (SELECT id FROM alerts
    WHERE state = 'resolved' AND since < ?1 AND json_extract(body, '$.resolvedAt') < ?1 LIMIT ${ALERTS})`,
  definitions: 'DELETE FROM definitions WHERE hash NOT IN (SELECT value FROM json_each(?))',
} as const;

/** In this order: what depends on a row goes before it. */
const OF_ORDER = ['attempts', 'outbox', 'receipts', 'parties', 'digested', 'order'] as const;

type Statement = ReturnType<Database.Database['prepare']>;

/** Removes what nobody asks for any more, a little at a time; what is open, or still to be sent, it never touches. */
export class Pruner {
  readonly #statements: Readonly<Record<keyof typeof SQL, Statement>>;

  constructor(db: Database.Database) {
    const names = Object.keys(SQL) as (keyof typeof SQL)[];
    this.#statements = Object.fromEntries(names.map((name) => [name, db.prepare(SQL[name])])) as Record<keyof typeof SQL, Statement>;
    this.#statements.over.raw();
    this.#statements.digests.raw();
  }

  /** One portion. @returns how many rows were removed; 0 when nothing is left to remove. */
  prune({ orders, alerts, definitions }: Prunable): number {
    const { begin, commit, over } = this.#statements;
    begin.run([]);
    let rows = this.#run('alerts', [alerts]);
    for (const [id] of over.all([orders]) as [string][]) for (const table of OF_ORDER) rows += this.#run(table, [id]);
    for (const [id] of this.#statements.digests.all([orders]) as [string][])
      rows += this.#run('attemptsOf', [id]) + this.#run('delivery', [id]);
    if (definitions !== null) rows += this.#run('definitions', [JSON.stringify(definitions)]);
    commit.run([]);
    return rows;
  }

  #run(name: keyof typeof SQL, values: Row): number {
    return this.#statements[name].run(values).changes;
  }
}
