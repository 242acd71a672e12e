import type Database from 'libsql';
import type { Attempt, Delivery } from '../../model/delivery.ts';
import type { Millis } from '../../model/time.ts';
import type { Told } from '../../model/work-order.ts';
import type { CommitBatch } from '../journal.ts';
import type { DeliveryProgress } from '../transaction.ts';
import { batchEntries, deliveryEntries } from './batch-entries.ts';
import { KnownOrders } from './known-orders.ts';
import { outcomeEntry } from './outcome-entry.ts';

/** What the audit record gets with the next transaction; lives on the calling thread and knows neither numbers nor hashes. */
export class AuditDraft {
  readonly #now: () => Millis;
  readonly #orders: KnownOrders;
  readonly #orderOf: ReturnType<Database.Database['prepare']>;
  readonly #kept: boolean;
  #entries: string[] = [];

  /** `kept` false only for the benchmark's comparison. */
  constructor(reader: Database.Database, now: () => Millis, kept: boolean) {
    this.#now = now;
    this.#orders = new KnownOrders(reader);
    this.#orderOf = reader.prepare(`SELECT order_id, body ->> '$.digest' FROM outbox WHERE id = ?`).raw();
    this.#kept = kept;
  }

  batch(batch: CommitBatch): void {
    if (this.#kept) this.#add(batchEntries(batch, this.#orders.replace(batch.orders)));
  }

  made(deliveries: readonly Delivery[]): void {
    if (this.#kept) this.#add(deliveryEntries(deliveries, this.#now()));
  }

  /** A try that will be repeated is no outcome. */
  attempt(attempt: Attempt, after: DeliveryProgress): void {
    if (after.state !== 'waiting') this.#outcome(attempt.delivery, after, attempt);
  }

  /** Without a try. */
  state(delivery: string, after: DeliveryProgress): void {
    this.#outcome(delivery, after, null);
  }

  take(): readonly string[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  #add(entries: readonly string[]): void {
    // Not by spreading: a flood of orders in one batch would overflow the stack.
    for (const entry of entries) this.#entries.push(entry);
  }

  #outcome(delivery: string, after: DeliveryProgress, attempt: Attempt | null): void {
    if (!this.#kept) return;
    const [[order, digest] = [null, null]] = this.#orderOf.all([delivery]) as [string | null, string | null][];
    const orders = digest === null ? null : (JSON.parse(digest) as readonly Told[]).map((told) => told.order);
    this.#entries.push(outcomeEntry({ delivery, order, orders, after, attempt }, this.#now()));
  }
}
