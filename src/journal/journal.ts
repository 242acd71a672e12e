import type { Alert, AlertPassage } from '../model/alert.ts';
import type { Attempt, Delivery } from '../model/delivery.ts';
import type { LogEntry, LogEvent } from '../model/log-entry.ts';
import type { Millis } from '../model/time.ts';
import type { Receipt, ReceiptOutcome } from '../model/receipt.ts';
import type { Rejection } from '../model/rejection.ts';
import type { WorkOrder } from '../model/work-order.ts';
import type { AuditRecord } from './audit/audit-line.ts';
import type { JournalError } from './error.ts';
import type { Snapshot } from './snapshot-files.ts';
import type { DeliveryProgress } from './transaction.ts';
import type { JournalViews } from './views.ts';

/** Everything that one batch decided: durable together or not at all. */
export interface CommitBatch {
  readonly entry: LogEntry;
  readonly rejections: readonly Rejection[];
  readonly alerts: readonly Alert[];
  readonly orders: readonly WorkOrder[];
  readonly receipts: readonly Receipt[];
  readonly deliveries: readonly Delivery[];
  /** For the audit record: each step of each alert, what became of each receipt, and of each event that is no message. */
  readonly transitions?: readonly AlertPassage[];
  readonly answers?: readonly ReceiptAnswer[];
  readonly results?: ReadonlyMap<LogEvent, unknown>;
}

export interface ReceiptAnswer {
  readonly receipt: Receipt;
  readonly outcome: ReceiptOutcome;
}

/**
 * The durable memory: an ordered log of batches with offsets, and what they decided.
 *
 * J1  `commit` resolves only when the batch is on disk (fdatasync has returned); what it resolved survives kill -9 and a power cut.
 * J2  The log has no hole: commits take effect in the order of the calls, each wholly or not at all.
 * J3  After one failed write no commit resolves any more.
 * J4  What is read back is what was written; a damaged row stops replay, it is never skipped.
 * J5  A delivery or receipt id exists once, however often replay makes it.
 * J6  Two snapshots are kept, and every log entry since the older one.
 * J7  One process at a time has the directory.
 * J8  A journal of a newer version is left untouched.
 * J9  Rejections are capped, and how many were removed is known.
 * J10 What has been over for long is removed; what is open or still to be sent never is, nor what a restart needs.
 * J11 What a batch decided is in the audit record if and only if the batch is in the log, and stays there for good.
 * J12 What a follower has not read yet stays in the log, up to a budget of bytes; what goes beyond it is told.
 */
export interface Journal {
  /** The offset that the next `commit` must carry. */
  readonly nextOffset: number;
  /** Resolves with the first failed write, so that an idle process learns of it too. */
  readonly failure: Promise<JournalError>;
  readonly views: JournalViews;
  /** The payloads of the entry are copied before it returns. A rejection is final: end the process. */
  commit(batch: CommitBatch): Promise<void>;
  /** Committed entries from this offset on, in order, read a few at a time. */
  replay(from: number): Iterable<LogEntry>;
  /** The newest snapshot that is whole. */
  latestSnapshot(): Snapshot | null;
  /**
   * Waits until the entry of the snapshot is committed, writes the file, then trims what no snapshot needs. `state` must not
   * change meanwhile. `now` is the clock of the orders: what ended long before it is pruned as well.
   */
  saveSnapshot(snapshot: Snapshot, now?: Millis): Promise<void>;
  /**
   * Rule sets, cities and settings by their hash; durable before it resolves. Every process puts those that it works by:
   * the others go when no snapshot from before its start is kept.
   */
  putDefinition(hash: string, body: string): Promise<void>;
  definition(hash: string): string | null;
  /** Oldest first. Webhook secrets are not stored: join them again by `endpoint.id`. */
  waitingDeliveries(): Delivery[];
  /** Orders that are over while deliveries of theirs still wait. */
  closedWaiting(): string[];
  /** Makes deliveries that are not there yet, and sets how others stand, in one transaction; durable before it resolves. */
  readdress(made: readonly Delivery[], stand: ReadonlyMap<string, DeliveryProgress>): Promise<void>;
  /** What became of a delivery without an attempt; written like an attempt. */
  recordState(delivery: string, after: DeliveryProgress): void;
  /** Written with the next transaction, or by itself when none is under way. */
  recordAttempt(attempt: Attempt, delivery: DeliveryProgress): void;
  /** Entries from `from()` on stay, though no snapshot needs them, while the file uses no more than `budget` bytes. */
  hold(from: () => number, budget: number): void;
  /** The newest record of the audit, which is on disk. */
  auditHead(): AuditRecord;
  /** Resolves when everything recorded so far is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
