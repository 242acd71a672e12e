import type { FeederState } from '../../history/feeder-options.ts';
import { Feeder } from '../../history/feeder.ts';
import type { HistoryCursor, HistoryStore } from '../../history/history-store.ts';
import { StoreFault } from '../../history/store-fault.ts';
import type { HistoryPoint } from '../../model/history-point.ts';
import type { LogReader } from '../../journal/log-reader.ts';
import type { Millis } from '../../model/time.ts';
import type { Emit } from '../../telemetry/events.ts';
import { Definitions } from '../definitions.ts';
import type { HistorianSetup, HistoryState } from './historian-protocol.ts';
import { LogPoints } from './log-points.ts';
import { nameOf, Quarantine } from './quarantine.ts';

export interface KeepingOptions {
  readonly setup: HistorianSetup;
  readonly store: HistoryStore;
  readonly reader: LogReader;
  readonly emit: Emit;
  /** Says how history stands, whenever that changes and from time to time. */
  readonly tell: (state: HistoryState) => void;
}

/** What has passed its time is looked for this often. */
const KEEP_EVERY: Millis = 600_000;
/** Points of a transaction of the embedded store when it is behind: to commit costs as much as to write four thousand of them. */
const TRANSACTION = 20_000;
/** A store that cannot say how far it is is asked again. */
const ASK_AGAIN: Millis = 2_000;

const clock = {
  now: Date.now,
  after: (ms: Millis, then: () => void): (() => void) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** Follows the log into the store until it is closed. */
export class Keeping {
  private readonly options: KeepingOptions;
  private readonly quarantine: Quarantine;
  private feeder: Feeder | null = null;
  private standing: Omit<FeederState, 'behind'> = { kind: 'waiting', since: Date.now(), reason: 'starting' };
  private cursor: HistoryCursor = { offset: 0, audit: 0 };
  /** Where reading began. */
  private from = 0;
  private committed = -1;
  private points = 0;
  private lost = 0;
  private closed = false;
  private keeper: NodeJS.Timeout | null = null;

  constructor(options: KeepingOptions) {
    this.options = options;
    this.quarantine = new Quarantine(options.setup.dataDir);
  }

  /** Begins where the store says that it is; waits for a store that cannot say so. */
  async begin(): Promise<void> {
    const from = await this.whereStored();
    if (from === null) return;
    const { emit, reader, setup, store } = this.options;
    this.cursor = from;
    this.from = from.offset;
    const definitions = new Definitions({ definition: (hash) => reader.definition(hash) });
    const read = new LogPoints({
      reader,
      from,
      inForce: definitions.load(setup.inForce),
      load: (event) => definitions.load({ ...setup.inForce, ...event }),
      onGap: (first, upTo) => {
        this.lost += upTo - first + 1;
        emit({ name: 'history.entries-lost', from: first, upTo });
      },
      ...(store.kind === 'embedded' ? { enough: TRANSACTION } : {}),
    });
    emit({ name: 'history.store-opened', store: store.kind, place: store.place, offset: from.offset });
    const feeder = new Feeder({
      store: { cursor: () => store.cursor(), write: (points, cursor) => this.write(points, cursor) },
      start: from,
      pull: (at) => Promise.resolve(read.read(at)),
      end: () => this.committed + 1,
      quarantine: (point, said) => {
        this.quarantine.keep(point, said, Date.now());
        emit({ name: 'history.point-quarantined', point: nameOf(point), reason: said });
        return Promise.resolve();
      },
      changed: (state) => this.changed(state),
      clock,
      random: Math.random,
      // A store that keeps points and cursor in one transaction then has every point once.
      ...(store.kind === 'embedded' ? { inFlight: 1 } : {}),
    });
    this.feeder = feeder;
    this.changed(feeder.state());
    this.keeper = setInterval(() => void this.keep(), KEEP_EVERY).unref();
  }

  grown(committed: number): void {
    this.committed = Math.max(this.committed, committed);
    this.feeder?.wake();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.keeper !== null) clearInterval(this.keeper);
    await this.feeder?.close();
  }

  private async whereStored(): Promise<HistoryCursor | null> {
    const { reader, store } = this.options;
    while (!this.closed) {
      try {
        const known = await store.cursor();
        const bounds = reader.bounds();
        // A store that is ahead has followed another log.
        if (known !== null && known.offset <= (bounds?.last ?? -1) + 1) return known;
        return { offset: bounds?.first ?? 0, audit: 1 };
      } catch (error) {
        if (!(error instanceof StoreFault)) throw error;
        this.changed({ kind: error.kind === 'forbidden' ? 'stopped' : 'waiting', since: Date.now(), reason: error.said });
        await new Promise<void>((resolve) => void setTimeout(resolve, ASK_AGAIN));
      }
    }
    return null;
  }

  private async write(points: readonly HistoryPoint[], cursor: HistoryCursor): Promise<void> {
    const began = Date.now();
    await this.options.store.write(points, cursor);
    this.points += points.length;
    this.cursor = cursor;
    const behind = Math.max(0, this.committed + 1 - cursor.offset);
    this.options.emit({ name: 'history.points-written', points: points.length, milliseconds: Date.now() - began, behind });
    this.tell();
  }

  private changed(state: Omit<FeederState, 'behind'>): void {
    const { emit } = this.options;
    const before = this.standing;
    if (before.kind === state.kind && before.reason === state.reason) return;
    this.standing = state;
    if (state.kind === 'waiting') emit({ name: 'history.store-waited-for', reason: state.reason ?? '' });
    else if (state.kind === 'stopped') emit({ name: 'history.store-stopped', reason: state.reason ?? '' });
    else if (before.reason !== 'starting') emit({ name: 'history.store-followed', milliseconds: state.since - before.since });
    this.tell();
  }

  private tell(): void {
    const { cursor, lost, points } = this;
    const { kind, reason, since } = this.standing;
    this.options.tell({
      kind,
      since,
      reason,
      place: this.options.store.place,
      cursor,
      // What a store has acknowledged it may still lose, and then asks for it again.
      keepFrom: this.options.store.settled?.offset ?? this.from,
      points,
      quarantined: this.quarantine.count,
      lost,
    });
  }

  /** A round that fails is made again in its time. */
  private async keep(): Promise<void> {
    const began = Date.now();
    try {
      const { removed, summed } = await this.options.store.keep(this.options.setup.retention, began);
      if (removed + summed > 0) this.options.emit({ name: 'history.points-removed', removed, summed, milliseconds: Date.now() - began });
    } catch (error) {
      this.options.emit({ name: 'history.store-waited-for', reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
