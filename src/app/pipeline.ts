import type { Delivery } from '../model/delivery.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { Millis } from '../model/time.ts';
import type { Intake } from '../ingest/intake.ts';
import { createOutcome, type BatchOutcome, type EventResult } from './batch-outcome.ts';
import type { CommitBatch } from '../journal/journal.ts';
import type { Core } from './core.ts';

/** The durable end of the pipeline, as far as it concerns us. */
export interface CommitPort {
  readonly nextOffset: number;
  commit(batch: CommitBatch): Promise<void>;
}

export interface PipelineOptions {
  readonly core: Core;
  readonly journal: CommitPort;
  /** Wall clock; only the pipeline and the delivery loop read one. */
  readonly now: () => Millis;
  /** Expands what the parties are told to one delivery an endpoint. */
  readonly address: (outcome: BatchOutcome, at: Millis) => readonly Delivery[];
  /** At the instant at which the core's state is exactly that after this entry: the moment for a snapshot. */
  readonly closed?: (offset: number, at: Millis, events: number) => void;
  /** After the commit, in order: hand over deliveries, tell screens, count. */
  readonly committed: (batch: CommittedBatch) => void;
  /** The journal failed: nothing more is acknowledged, the process must end. */
  readonly fatal: (error: Error) => void;
}

export interface CommittedBatch {
  readonly offset: number;
  readonly at: Millis;
  readonly events: number;
  readonly outcome: BatchOutcome;
  readonly deliveries: readonly Delivery[];
  readonly took: Millis;
}

interface OpenBatch {
  readonly at: Millis;
  readonly events: LogEvent[];
  /** What became of each that is no message. */
  readonly results: Map<LogEvent, EventResult>;
  readonly outcome: BatchOutcome;
  readonly settled: ((error: Error | null) => void)[];
}

/**
 * Decide purely, commit once, acknowledge last.
 *
 * A message is decided when it arrives, into the open batch. The batch is committed as soon as no other commit is in
 * flight; what arrives meanwhile is the next one. So batches are small when it is quiet and large when it is not.
 *
 * P1 Nothing is acknowledged before the transaction that holds it is durable.
 * P2 Batches are committed in the order in which they were decided.
 * P3 After a failed commit nothing is acknowledged any more.
 */
export class Pipeline implements Intake {
  private readonly options: PipelineOptions;
  private open: OpenBatch | null = null;
  private committing = false;
  private scheduled = false;
  private failed: Error | null = null;
  private lastAt: Millis;
  private idle: (() => void)[] = [];

  constructor(options: PipelineOptions) {
    this.options = options;
    this.lastAt = options.core.notBefore();
  }

  /** The hot path: one message from a door. */
  offer(gateway: string, topic: string, payload: Uint8Array, settled: (error: Error | null) => void): void {
    if (this.failed !== null) {
      settled(this.failed);
      return;
    }
    const decided = this.decide({ kind: 'message', gateway, topic, payload });
    if (decided instanceof Error) settled(decided);
    else decided.batch.settled.push(settled);
  }

  /** Anything that somebody waits for: resolves with what became of it, after its commit. */
  submit(event: LogEvent): Promise<EventResult> {
    if (this.failed !== null) return Promise.reject(this.failed);
    const decided = this.decide(event);
    if (decided instanceof Error) return Promise.reject(decided);
    const { batch, result } = decided;
    return new Promise((resolve, reject) => {
      batch.settled.push((error) => (error === null ? resolve(result) : reject(error)));
    });
  }

  /** Lets the clock pass; makes a batch only if something is due. */
  tick(): void {
    if (this.failed !== null || this.options.core.nextAt() > this.clock()) return;
    // An open batch has its time already; it is committed in a moment, and the next tick sees what is due.
    if (this.open === null) this.decide({ kind: 'tick' });
  }

  /** Resolves when everything that was offered is durable. */
  async drained(): Promise<void> {
    while (this.open !== null || this.committing) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private clock(): Millis {
    return Math.max(this.lastAt, this.options.now());
  }

  private batch(first: LogEvent['kind']): OpenBatch {
    if (this.open !== null) return this.open;
    const at = this.clock();
    this.lastAt = at;
    const outcome = createOutcome();
    this.options.core.begin(at, outcome, first);
    this.open = { at, events: [], results: new Map(), outcome, settled: [] };
    this.schedule();
    return this.open;
  }

  /**
   * What the core does not survive ends the process: its state is no longer that of the log. The event is in no commit, so
   * that the next start does not meet it again.
   */
  private decide(event: LogEvent): { readonly batch: OpenBatch; readonly result: EventResult } | Error {
    try {
      const batch = this.batch(event.kind);
      const result = this.options.core.step(event, batch.outcome);
      batch.events.push(event);
      if (event.kind !== 'message') batch.results.set(event, result);
      return { batch, result };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.fail(error, []);
      return error;
    }
  }

  /** After the turn of the loop, so that all packets of one read of a socket share a commit. */
  private schedule(): void {
    if (this.scheduled || this.committing) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (!this.committing) void this.commit();
    });
  }

  private async commit(): Promise<void> {
    const batch = this.open;
    if (batch === null || this.failed !== null) return;
    this.open = null;
    this.committing = true;
    try {
      const committed = await this.write(batch);
      // The core failed meanwhile: this batch is durable, but the process ends, and whoever sent it sends it again.
      if (this.failed === null) this.settle(batch, committed);
      else this.refuse(batch.settled, this.failed);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)), batch.settled);
    }
  }

  private async write(batch: OpenBatch): Promise<CommittedBatch> {
    const { journal, now } = this.options;
    const { at, events, results, outcome } = batch;
    const started = now();
    const offset = journal.nextOffset;
    this.options.closed?.(offset, at, events.length);
    const deliveries = outcome.messages.length === 0 ? [] : this.options.address(outcome, at);
    const { rejections, receipts, transitions, answers } = outcome;
    await journal.commit({
      entry: { offset, at, events },
      rejections,
      alerts: [...outcome.alerts.values()],
      orders: [...outcome.orders.values()],
      receipts,
      deliveries,
      transitions,
      answers,
      results,
    });
    return { offset, at, events: events.length, outcome, deliveries, took: now() - started };
  }

  private settle(batch: OpenBatch, committed: CommittedBatch): void {
    this.committing = false;
    if (this.open !== null) void this.commit();
    for (const settled of batch.settled.splice(0)) settled(null);
    this.options.committed(committed);
    if (this.open === null) this.wakeIdle();
  }

  /** Ends it for everybody who waits, once; what fails after that is no news. */
  private fail(error: Error, committing: OpenBatch['settled']): void {
    const first = this.failed ?? error;
    const waiting = [...committing, ...(this.open?.settled ?? [])];
    const again = this.failed !== null;
    this.failed = first;
    this.open = null;
    this.committing = false;
    this.refuse(waiting, first);
    this.wakeIdle();
    if (!again) this.options.fatal(first);
  }

  private refuse(waiting: OpenBatch['settled'], error: Error): void {
    for (const settled of waiting.splice(0)) settled(error);
  }

  private wakeIdle(): void {
    const waiting = this.idle;
    this.idle = [];
    for (const wake of waiting) wake();
  }
}
