import type Database from 'libsql';
import type { Attempt, Delivery } from '../model/delivery.ts';
import type { LogEntry } from '../model/log-entry.ts';
import type { Millis } from '../model/time.ts';
import type { Emit } from '../telemetry/events.ts';
import type { AuditDraft } from './audit/audit-draft.ts';
import type { AuditRecord } from './audit/audit-line.ts';
import { readHead } from './audit/read-record.ts';
import type { Committer } from './committer.ts';
import type { DirectoryLock } from './directory.ts';
import { JournalError } from './error.ts';
import { encodeEntry } from './frame.ts';
import type { CommitBatch, Journal } from './journal.ts';
import { readLog } from './replay.ts';
import { listSnapshots, readSnapshot, removeSnapshot, writeSnapshot } from './snapshot-files.ts';
import type { Snapshot } from './snapshot-files.ts';
import {
  EMPTY,
  alertRow,
  attemptRow,
  deliveryRow,
  deliveryStateRow,
  digestedRows,
  orderPartyRows,
  orderRow,
  receiptRow,
  rejectionRows,
} from './transaction.ts';
import type { DeliveryProgress, Row, Transaction } from './transaction.ts';
import { createViews, readClosedWaiting, readWaiting } from './views.ts';
import type { JournalViews } from './views.ts';

export interface Parts {
  readonly directory: string;
  readonly file: string;
  readonly committer: Committer;
  /** Reads on the calling thread; the only writer is in the worker. */
  readonly reader: Database.Database;
  readonly lock: DirectoryLock;
  readonly emit: Emit;
  readonly nextOffset: number;
  readonly draft: AuditDraft;
  /** How long what is over is kept. */
  readonly retention: { readonly orders: Millis; readonly alerts: Millis };
}

/** Log entries removed in one transaction: more would hold up the commits behind it. */
const TRIM = 64;

/** Pages in use; what was freed is used again before the file grows. */
function usedBytes(reader: Database.Database): number {
  const number = (pragma: string): number => (reader.prepare(`PRAGMA ${pragma}`).raw().all()[0] as [number])[0];
  return (number('page_count') - number('freelist_count')) * number('page_size');
}

export class SqliteJournal implements Journal {
  readonly views: JournalViews;
  readonly failure: Promise<JournalError>;
  readonly #parts: Parts;
  #next: number;
  #committed: number;
  #underWay = 0;
  /** Settles after the transaction that was sent last. */
  #latest: Promise<unknown> = Promise.resolve();
  #snapshot: Promise<unknown> = Promise.resolve();
  #attempts: Row[] = [];
  #deliveryStates: Row[] = [];
  /** Put by this process: what it works by. */
  readonly #definitions = new Set<string>();
  #flushPlanned = false;
  #misused: JournalError | null = null;
  #closed: Promise<void> | null = null;
  #held: { readonly from: () => number; readonly budget: number } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#next = parts.nextOffset;
    this.#committed = parts.nextOffset - 1;
    this.views = createViews(parts.reader);
    this.failure = parts.committer.failure;
    void this.failure.then((error) => parts.emit({ name: 'journal.commit-failed', error: error.message }));
  }

  get nextOffset(): number {
    return this.#next;
  }

  async commit(batch: CommitBatch): Promise<void> {
    const { entry } = batch;
    const began = performance.now();
    const body = this.#encode(entry);
    const rejections = rejectionRows(batch.rejections);
    this.#parts.draft.batch(batch);
    const written = this.#write({
      ...EMPTY,
      ...rejections,
      log: { offset: entry.offset, body },
      alerts: batch.alerts.map(alertRow),
      orders: batch.orders.map(orderRow),
      orderParties: orderPartyRows(batch.orders),
      receipts: batch.receipts.map(receiptRow),
      deliveries: batch.deliveries.map(deliveryRow),
      digested: digestedRows(batch.deliveries),
    });
    const bytes = body.length;
    await written;
    this.#committed = entry.offset;
    this.#parts.emit({
      name: 'journal.batch-committed',
      offset: entry.offset,
      events: entry.events.length,
      bytes,
      milliseconds: performance.now() - began,
    });
  }

  *replay(from: number): Generator<LogEntry, void, undefined> {
    yield* readLog(this.#parts.reader, from, this.#committed + 1);
  }

  latestSnapshot(): Snapshot | null {
    const { directory, emit } = this.#parts;
    for (const offset of listSnapshots(directory)) {
      try {
        return readSnapshot(directory, offset);
      } catch (error) {
        emit({ name: 'journal.snapshot-refused', offset, reason: (error as Error).message });
      }
    }
    return null;
  }

  saveSnapshot(snapshot: Snapshot, now: Millis = Number.NEGATIVE_INFINITY): Promise<void> {
    const saved = this.#snapshot.then(() => this.#save(snapshot, now));
    this.#snapshot = saved.catch(() => undefined);
    return saved;
  }

  async putDefinition(hash: string, body: string): Promise<void> {
    this.#definitions.add(hash);
    await this.#write({ ...EMPTY, definitions: [[hash, body]] });
  }

  definition(hash: string): string | null {
    const [row] = this.#parts.reader.prepare('SELECT body FROM definitions WHERE hash = ?').raw().all([hash]) as [string][];
    return row?.[0] ?? null;
  }

  waitingDeliveries(): Delivery[] {
    return readWaiting(this.#parts.reader);
  }

  closedWaiting(): string[] {
    return readClosedWaiting(this.#parts.reader);
  }

  async readdress(made: readonly Delivery[], stand: ReadonlyMap<string, DeliveryProgress>): Promise<void> {
    this.#parts.draft.made(made);
    for (const [id, after] of stand) {
      this.#parts.draft.state(id, after);
      this.#deliveryStates.push(deliveryStateRow(id, after));
    }
    await this.#write({ ...EMPTY, deliveries: made.map(deliveryRow), digested: digestedRows(made) });
  }

  recordState(delivery: string, after: DeliveryProgress): void {
    this.#parts.draft.state(delivery, after);
    this.#deliveryStates.push(deliveryStateRow(delivery, after));
    this.#planFlush();
  }

  recordAttempt(attempt: Attempt, delivery: DeliveryProgress): void {
    this.#parts.draft.attempt(attempt, delivery);
    this.#attempts.push(attemptRow(attempt));
    this.#deliveryStates.push(deliveryStateRow(attempt.delivery, delivery));
    this.#planFlush();
  }

  hold(from: () => number, budget: number): void {
    this.#held = { from, budget };
  }

  auditHead(): AuditRecord {
    return readHead(this.#parts.reader);
  }

  async flush(): Promise<void> {
    if (this.#deliveryStates.length > 0) this.#write(EMPTY).catch(() => undefined);
    await this.#latest;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { committer, emit, file, lock, reader } = this.#parts;
    try {
      await this.#snapshot;
      await this.flush();
    } finally {
      reader.close();
      await committer.close();
      lock.release();
      emit({ name: 'journal.file-closed', file });
    }
  }

  /** A batch that cannot be logged would leave a hole: it ends the journal like a failed write. */
  #encode(entry: LogEntry): Uint8Array {
    if (this.#misused !== null) throw this.#misused;
    try {
      if (entry.offset !== this.#next)
        throw new JournalError('journal-misused', `Entry ${entry.offset} was handed over; the next is ${this.#next}.`);
      const body = encodeEntry(entry);
      this.#next += 1;
      return body;
    } catch (error) {
      this.#misused = error as JournalError;
      throw error;
    }
  }

  #write(transaction: Transaction): Promise<number> {
    const whole = { ...transaction, attempts: this.#attempts, deliveryStates: this.#deliveryStates, audit: this.#parts.draft.take() };
    this.#attempts = [];
    this.#deliveryStates = [];
    const transfer = [transaction.log?.body.buffer, transaction.samples.length > 0 ? transaction.samples.buffer : undefined];
    const sent = this.#parts.committer.send(
      { kind: 'write', transaction: whole },
      transfer.filter((b) => b !== undefined) as ArrayBuffer[],
    );
    this.#underWay += 1;
    if (whole.audit.length > 0) void this.#tellAudit(sent, whole.audit.length);
    const settled = (): void => {
      this.#underWay -= 1;
      if (this.#deliveryStates.length > 0) this.#planFlush();
    };
    sent.then(settled, settled);
    this.#latest = sent;
    sent.catch(() => undefined);
    return sent;
  }

  async #tellAudit(sent: Promise<number>, records: number): Promise<void> {
    const bytes = await sent.catch(() => null);
    if (bytes !== null) this.#parts.emit({ name: 'journal.audit-written', records, bytes });
  }

  /** Attempts ride with the next commit; only when none is under way do they travel alone. */
  #planFlush(): void {
    if (this.#flushPlanned || this.#underWay > 0) return;
    this.#flushPlanned = true;
    setImmediate(() => {
      this.#flushPlanned = false;
      if (this.#deliveryStates.length > 0 && this.#underWay === 0) this.#write(EMPTY).catch(() => undefined);
    });
  }

  async #save(snapshot: Snapshot, now: Millis): Promise<void> {
    const { directory, emit } = this.#parts;
    const began = performance.now();
    const [newest] = listSnapshots(directory);
    if (snapshot.offset >= this.#next || snapshot.offset <= (newest ?? -1)) {
      throw new JournalError('journal-misused', `A snapshot of entry ${snapshot.offset} is not between ${newest ?? -1} and ${this.#next}.`);
    }
    // It may not run ahead of the log: orders of an entry that is lost would never be made again.
    if (snapshot.offset > this.#committed) await this.#latest;
    const bytes = await writeSnapshot(directory, snapshot).catch((error: Error) => {
      emit({ name: 'journal.snapshot-refused', offset: snapshot.offset, reason: error.message });
      throw new JournalError('journal-snapshot-failed', `The snapshot of entry ${snapshot.offset} could not be written: ${error.message}`);
    });
    emit({ name: 'journal.snapshot-written', offset: snapshot.offset, bytes, milliseconds: performance.now() - began });
    await this.#trim();
    if (Number.isFinite(now)) await this.#prune(now);
  }

  async #trim(): Promise<void> {
    const { committer, directory, emit } = this.#parts;
    const [, older, ...rest] = listSnapshots(directory);
    if (older === undefined) return;
    for (const offset of rest) removeSnapshot(directory, offset);
    const unread = this.#held?.from() ?? Number.POSITIVE_INFINITY;
    const upTo = Math.min(older, unread - 1);
    let entries = 0;
    for (let count = TRIM; count === TRIM; entries += count) count = await committer.send({ kind: 'trim', upTo, limit: TRIM });
    if (entries > 0) emit({ name: 'journal.log-pruned', entries, upTo });
    if (upTo < older) await this.#trimUnread(older);
  }

  /** There is no room for all that the follower has not read: the oldest goes, and that is said. */
  async #trimUnread(older: number): Promise<void> {
    const { committer, emit, reader } = this.#parts;
    const budget = this.#held?.budget ?? Number.POSITIVE_INFINITY;
    let gone = 0;
    for (let count = TRIM; count === TRIM && usedBytes(reader) > budget; gone += count)
      count = await committer.send({ kind: 'trim', upTo: older, limit: TRIM });
    if (gone > 0) emit({ name: 'journal.history-outrun', entries: gone, bytes: usedBytes(reader) });
  }

  async #prune(now: Millis): Promise<void> {
    const { committer, directory, emit, nextOffset, retention } = this.#parts;
    const [, older] = listSnapshots(directory);
    // Snapshots of this process, and the log since, name only what it has put.
    const definitions = older !== undefined && older >= nextOffset ? [...this.#definitions] : null;
    const over = { orders: now - retention.orders, alerts: now - retention.alerts, definitions };
    let rows = 0;
    for (let count = 1; count > 0; rows += count) count = await committer.send({ kind: 'prune', over });
    if (rows > 0) emit({ name: 'journal.rows-pruned', rows, orders: over.orders, alerts: over.alerts });
  }
}
