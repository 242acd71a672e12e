import type { HistoryPoint } from '../model/history-point.ts';
import type { Millis } from '../model/time.ts';
import type { HistoryCursor, HistoryStore } from './history-store.ts';
import { StoreFault } from './store-fault.ts';

/** Points, and where the log stands behind them. */
export interface Feeding {
  readonly points: readonly HistoryPoint[];
  readonly cursor: HistoryCursor;
}

/** The wall clock, or a virtual one. */
export interface FeederClock {
  now(): Millis;
  /** Calls `then` once, `ms` from now; the answer cancels it. */
  after(ms: Millis, then: () => void): () => void;
}

export interface FeederState {
  /** `waiting`: the store is out of reach or busy, and is tried again; `stopped`: it refuses us, and only a person can help. */
  readonly kind: 'following' | 'waiting' | 'stopped';
  readonly since: Millis;
  readonly reason: string | null;
}

export interface FeederOptions {
  readonly store: Pick<HistoryStore, 'write'>;
  /** Where the store stands before the first batch. */
  readonly from: HistoryCursor;
  /** The next batch; `null` when there is nothing yet. Never asked twice for one. */
  readonly next: () => Feeding | null;
  /** Requests at once. A store that keeps cursor and points in one transaction takes one. */
  readonly lanes: 1 | 2;
  readonly clock: FeederClock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly quarantine: (point: HistoryPoint, said: string) => void;
  readonly written: (points: number, cursor: HistoryCursor, took: Millis) => void;
  readonly changed: (state: FeederState) => void;
}

/** Looked again for something new though nobody said so. */
const POLL: Millis = 1_000;
const FIRST_PAUSE: Millis = 250;
const LONGEST_PAUSE: Millis = 60_000;
/** What a person must mend is looked at this often. */
const STOPPED: Millis = 60_000;

/**
 * Carries points from the log into a store.
 *
 * V1 The cursor never claims a point that is neither in the store nor in quarantine: a crash at any moment writes again, and loses nothing.
 * V2 What the store cannot take now is tried for ever; what it will never take is set aside alone, with its words, and the rest goes in.
 * V3 There are never more requests under way than lanes.
 * V4 Closing waits for what is under way, and begins nothing more.
 */
export class Feeder {
  private readonly options: FeederOptions;
  private stored: HistoryCursor;
  private standing: FeederState;
  private closed = false;
  private waking: (() => void) | null = null;
  private readonly pauses = new Set<() => void>();
  /** False when closing cut a batch short: it is not claimed. */
  private done = true;
  private readonly ended: Promise<void>;
  /** How often in a row the store was out of reach. */
  private failures = 0;

  constructor(options: FeederOptions) {
    this.options = options;
    this.stored = options.from;
    this.standing = { kind: 'following', since: options.clock.now(), reason: null };
    this.ended = this.run();
  }

  get state(): FeederState {
    return this.standing;
  }

  /** Up to where everything is stored. */
  get cursor(): HistoryCursor {
    return this.stored;
  }

  /** There may be something new. A pause after a failure is not cut short. */
  wake(): void {
    this.waking?.();
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const cut of this.pauses) cut();
    this.wake();
    await this.ended;
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      const batch = this.options.next();
      if (batch === null) await this.idle();
      else await this.store(batch);
    }
  }

  private async store({ points, cursor }: Feeding): Promise<void> {
    const { clock, lanes, written } = this.options;
    const began = clock.now();
    if (lanes === 1 || points.length < 2) await this.deliver(points, cursor);
    else {
      const half = points.length >> 1;
      await Promise.all([this.deliver(points.slice(0, half), this.stored), this.deliver(points.slice(half), this.stored)]);
      // Claimed only now that both are there.
      await this.deliver([], cursor);
    }
    if (this.closed && !this.done) return;
    this.stored = cursor;
    written(points.length, cursor, clock.now() - began);
  }

  private async deliver(points: readonly HistoryPoint[], cursor: HistoryCursor): Promise<void> {
    for (;;) {
      try {
        await this.options.store.write(points, cursor);
        this.succeeded();
        return;
      } catch (error) {
        const fault = error instanceof StoreFault ? error : new StoreFault('unreachable', String(error));
        if (fault.kind === 'refused' || fault.kind === 'too-large') {
          await this.divide(points, cursor, fault);
          return;
        }
        if (this.closed) break;
        await this.pause(fault);
        if (this.closed) break;
      }
    }
    this.done = false;
  }

  private async divide(points: readonly HistoryPoint[], cursor: HistoryCursor, fault: StoreFault): Promise<void> {
    const [only] = points;
    if (only === undefined) return this.refusedNothing(cursor, fault);
    if (points.length === 1) {
      this.options.quarantine(only, fault.said);
      return this.deliver([], cursor);
    }
    const half = points.length >> 1;
    await this.deliver(points.slice(0, half), this.stored);
    if (this.done) await this.deliver(points.slice(half), cursor);
  }

  /** A store that refuses an empty batch is out of order. */
  private async refusedNothing(cursor: HistoryCursor, fault: StoreFault): Promise<void> {
    await this.pause(new StoreFault('forbidden', fault.said));
    if (this.closed) this.done = false;
    else await this.deliver([], cursor);
  }

  private succeeded(): void {
    this.failures = 0;
    if (this.standing.kind !== 'following') this.become('following', null);
  }

  private async pause({ kind, said, wait }: StoreFault): Promise<void> {
    const { clock, random } = this.options;
    this.failures += 1;
    if (kind === 'forbidden') this.become('stopped', said);
    else if (this.standing.kind !== 'waiting') this.become('waiting', said);
    const growing = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.failures - 1, 20));
    const length = kind === 'forbidden' ? STOPPED : (wait ?? growing * (0.5 + random() / 2));
    await new Promise<void>((resolve) => {
      const cut = (): void => {
        cancel();
        over();
      };
      const over = (): void => {
        this.pauses.delete(cut);
        resolve();
      };
      const cancel = clock.after(length, over);
      this.pauses.add(cut);
    });
  }

  private become(kind: FeederState['kind'], reason: string | null): void {
    if (this.standing.kind === kind && this.standing.reason === reason) return;
    this.standing = { kind, since: this.options.clock.now(), reason };
    this.options.changed(this.standing);
  }

  private async idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.options.clock.after(POLL, resolve);
      this.waking = () => {
        cancel();
        resolve();
      };
    });
    this.waking = null;
  }
}
