import type { HistoryPoint } from '../model/history-point.ts';
import type { FeederCounts, FeederOptions, FeederState, HistoryBatch } from './feeder-options.ts';
import { Patience } from './feeder-patience.ts';
import type { HistoryCursor } from './history-store.ts';
import { StoreFault } from './store-fault.ts';

const IN_FLIGHT = 2;

interface Slot {
  readonly cursor: HistoryCursor;
  stored: boolean;
}

/**
 * Carries the log into a store of history.
 *
 * R1 The cursor that is given to the store, and the one that is told, claim only what is stored or in quarantine.
 * R2 Whatever fails, and wherever it is closed: begun again at that cursor, every point gets there.
 * R3 No more requests in flight than allowed, and none while the store asked for a pause.
 * R4 A point is left out only alone, by the store's own words, by a store that takes other things, and is counted and kept
 *    elsewhere.
 * R5 After the store was out of reach, what it says of itself counts: it may have lost its last moments.
 */
export class Feeder {
  private readonly options: FeederOptions;
  private readonly patience: Patience;
  private readonly running: Promise<void>;
  private readonly slots: Slot[] = [];
  private readonly writing = new Set<Promise<void>>();
  /** Everything before it is stored. */
  private stored: HistoryCursor;
  /** What the store was told of it last. */
  private told: HistoryCursor;
  /** Where to read on. */
  private next: HistoryCursor;
  /** It was out of reach, and has not been asked since where it stands. */
  private suspect = false;
  private closed = false;
  private news = true;
  private ring: () => void = () => undefined;
  private standing: Omit<FeederState, 'behind'>;
  private readonly tally = { written: 0, quarantined: 0, failures: 0 };

  constructor(options: FeederOptions) {
    this.options = options;
    this.patience = new Patience(options.clock, options.random);
    this.stored = this.told = this.next = options.start;
    this.standing = { kind: 'following', since: options.clock.now(), reason: null };
    this.running = this.run();
  }

  state(): FeederState {
    return { ...this.standing, behind: Math.max(0, this.options.end() - this.stored.offset) };
  }

  counts(): FeederCounts {
    return { ...this.tally };
  }

  /** Everything before it is stored. */
  cursor(): HistoryCursor {
    return this.stored;
  }

  /** The log has grown. */
  wake(): void {
    this.news = true;
    this.ring();
  }

  /** Begins nothing more; resolves when what is in flight has its answer. */
  async close(): Promise<void> {
    this.closed = true;
    this.patience.close();
    this.ring();
    await this.running;
    await Promise.all(this.writing);
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      if (this.suspect) await this.recover();
      else if (this.slots.length >= (this.options.inFlight ?? IN_FLIGHT)) await this.nextRing();
      else if (this.news) await this.pull();
      else if (this.slots.length > 0 || this.told === this.stored) await this.nextRing();
      else await this.tellCursor();
    }
  }

  private async pull(): Promise<void> {
    // Before the question: news that come while it is answered are for the next one.
    this.news = false;
    let batch: HistoryBatch | null;
    try {
      batch = await this.options.pull(this.next);
    } catch (error) {
      this.news = true;
      return this.wait(asFault(error));
    }
    if (batch === null || this.closed) return;
    this.news = true;
    this.next = batch.cursor;
    const slot = { cursor: batch.cursor, stored: false };
    this.slots.push(slot);
    const written = this.deliver(slot, batch.points).finally(() => {
      this.writing.delete(written);
      this.ring();
    });
    this.writing.add(written);
  }

  /** Writes a batch until all of it is stored or set aside. Given up, it is read from the log again. */
  private async deliver(slot: Slot, points: readonly HistoryPoint[]): Promise<void> {
    const rest: (readonly HistoryPoint[])[] = [points];
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      // Another batch may have been told to wait, or have found that all is to begin again.
      await this.patience.calm();
      if (this.closed || this.suspect) return;
      const claim = rest.length === 0 ? this.claimOf(slot) : this.stored;
      const fault = await this.attempt(part, claim);
      if (fault === null) continue;
      if (part.length > 0 && (fault.kind === 'refused' || fault.kind === 'too-large')) rest.push(...(await this.divide(part, fault)));
      else {
        rest.push(part);
        await this.wait(fault);
      }
    }
    slot.stored = true;
    for (let first = this.slots[0]; first?.stored === true; first = this.slots[0]) {
      this.stored = first.cursor;
      this.slots.shift();
    }
  }

  /** While an earlier batch is on its way, this one moves no cursor. */
  private claimOf(slot: Slot): HistoryCursor {
    return this.slots[0] === slot ? slot.cursor : this.stored;
  }

  private async attempt(points: readonly HistoryPoint[], claim: HistoryCursor): Promise<StoreFault | null> {
    try {
      await this.options.store.write(points, claim);
    } catch (error) {
      return asFault(error);
    }
    this.told = claim;
    this.tally.written += points.length;
    this.follow();
    return null;
  }

  /** @returns what is left to write: halves, the earlier last; nothing of a single point, which is set aside */
  private async divide(points: readonly HistoryPoint[], fault: StoreFault): Promise<readonly (readonly HistoryPoint[])[]> {
    const [first] = points;
    if (first === undefined) return [];
    if (points.length > 1) {
      const middle = points.length >> 1;
      return [points.slice(middle), points.slice(0, middle)];
    }
    // A store that refuses everything is ill itself, and the point may be good.
    const illness = await this.attempt([], this.stored);
    if (illness !== null) {
      await this.wait(illness);
      return [points];
    }
    try {
      await this.options.quarantine(first, fault.said);
    } catch (error) {
      await this.wait(asFault(error));
      return [points];
    }
    this.tally.quarantined += 1;
    // The store has answered.
    this.follow();
    return [];
  }

  /** The last of the batches has moved no cursor when it overtook another. */
  private async tellCursor(): Promise<void> {
    const fault = await this.attempt([], this.stored);
    if (fault !== null) await this.wait(fault);
  }

  /**
   * Asks where the store stands before anything is written, for the next write would tell it a cursor over what it has lost.
   * One that keeps no cursor is believed.
   */
  private async recover(): Promise<void> {
    await Promise.all(this.writing);
    await this.patience.calm();
    if (this.closed) return;
    try {
      const known = await this.options.store.cursor();
      if (known !== null && isBefore(known, this.stored)) this.stored = this.told = known;
    } catch (error) {
      return void (await this.wait(asFault(error)));
    }
    this.slots.length = 0;
    this.next = this.stored;
    this.news = true;
    this.suspect = false;
  }

  private wait(fault: StoreFault): Promise<void> {
    this.tally.failures += 1;
    if (fault.kind !== 'busy') this.suspect = true;
    this.become(fault.kind === 'forbidden' ? 'stopped' : 'waiting', fault.message);
    return this.patience.after(fault);
  }

  private follow(): void {
    this.patience.succeeded();
    this.become('following', null);
  }

  private become(kind: FeederState['kind'], reason: string | null): void {
    const { clock, changed } = this.options;
    const before = this.standing;
    this.standing = { kind, reason, since: before.kind === kind ? before.since : clock.now() };
    if (before.kind !== kind) changed(this.state());
  }

  private nextRing(): Promise<void> {
    return new Promise((resolve) => {
      this.ring = resolve;
    });
  }
}

const isBefore = (a: HistoryCursor, b: HistoryCursor): boolean => a.offset < b.offset || a.audit < b.audit;

/** A store that breaks its word is a store out of reach. */
function asFault(error: unknown): StoreFault {
  return error instanceof StoreFault ? error : new StoreFault('unreachable', error instanceof Error ? error.message : String(error));
}
