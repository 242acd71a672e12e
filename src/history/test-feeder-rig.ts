import type { HistoryPoint, ReadingPoint } from '../model/history-point.ts';
import type { Millis } from '../model/time.ts';
import type { FeederClock } from './feeder-patience.ts';
import type { FeederOptions, FeederState, HistoryBatch } from './feeder-options.ts';
import type { HistoryCursor } from './history-store.ts';
import { StoreFault } from './store-fault.ts';

export const START: HistoryCursor = { offset: 0, audit: 0 };

/** Time stands still until a test moves it. */
export class VirtualClock implements FeederClock {
  time: Millis = 1_000_000;
  readonly pauses: Millis[] = [];
  private timers: { readonly at: Millis; readonly then: () => void }[] = [];

  now(): Millis {
    return this.time;
  }

  after(ms: Millis, then: () => void): () => void {
    const timer = { at: this.time + ms, then };
    this.timers.push(timer);
    this.pauses.push(ms);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.timers.length;
  }

  /** Moves to the next timer and fires it; nothing waits, nothing happens. */
  advanceToNext(): void {
    const [next] = this.timers.sort((a, b) => a.at - b.at);
    if (next === undefined) return;
    this.timers.shift();
    this.time = Math.max(this.time, next.at);
    next.then();
  }
}

/** Whatever can go on without time passing has gone on. */
export async function calm(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function point(n: number): ReadingPoint {
  const when = { at: 1_000 + n, nth: 0, receivedAt: 1_000 + n, order: 0 };
  return { kind: 'reading', sensor: `s${n}`, measure: 'm', value: n, test: false, gateway: 'g', place: null, street: null, ...when };
}

const nameOf = (of: HistoryPoint): number => of.at - 1_000;

/** A log of numbered points: entry n is point n. */
export class TestLog {
  length: number;
  readonly batch: number;

  constructor(length: number, batch = 10) {
    this.length = length;
    this.batch = batch;
  }

  pull(from: HistoryCursor): Promise<HistoryBatch | null> {
    if (from.offset >= this.length) return Promise.resolve(null);
    const to = Math.min(this.length, from.offset + this.batch);
    const points = Array.from({ length: to - from.offset }, (_, n) => point(from.offset + n));
    return Promise.resolve({ points, cursor: { offset: to, audit: to } });
  }
}

/** What a store does with one request. `late`: it keeps the points and then fails; `dead`: it never answers; `deaf`: it refuses whatever it is. */
export type Deed = 'ok' | 'unreachable' | 'late' | 'busy' | 'forbidden' | 'dead' | 'torn' | 'deaf';

export class TestStore {
  readonly points = new Set<number>();
  readonly requests: { readonly points: readonly number[]; readonly cursor: HistoryCursor }[] = [];
  readonly bad = new Set<number>();
  limit = Number.POSITIVE_INFINITY;
  claimed: HistoryCursor | null = null;
  /** What it does with the next requests; after that, all is well. */
  script: Deed[] = [];
  /** Kept elsewhere: counts as there. */
  readonly aside = new Map<number, string>();
  inFlight = 0;
  peak = 0;
  /** The first cursor that claimed what was not there. */
  lie: string | null = null;

  async write(points: readonly HistoryPoint[], cursor: HistoryCursor): Promise<void> {
    const names = points.map(nameOf);
    this.requests.push({ points: names, cursor });
    this.inFlight += 1;
    this.peak = Math.max(this.peak, this.inFlight);
    try {
      await this.act(this.script.shift() ?? 'ok', names, cursor);
    } finally {
      this.inFlight -= 1;
    }
  }

  cursor(): Promise<HistoryCursor | null> {
    return Promise.resolve(this.claimed);
  }

  private async act(deed: Deed, names: readonly number[], cursor: HistoryCursor): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (deed === 'dead') await new Promise<never>(() => undefined);
    if (deed === 'torn') for (const name of names.slice(0, names.length >> 1)) this.points.add(name);
    if (deed === 'unreachable' || deed === 'torn') throw new StoreFault('unreachable', 'reset');
    if (deed === 'busy') throw new StoreFault('busy', '429', 30_000);
    if (deed === 'forbidden') throw new StoreFault('forbidden', '401 authorization failed');
    if (deed === 'deaf') throw new StoreFault('refused', '400 unable to parse');
    if (names.length > this.limit) throw new StoreFault('too-large', '413');
    const good = names.filter((name) => !this.bad.has(name));
    for (const name of good) this.points.add(name);
    if (good.length < names.length) throw new StoreFault('refused', 'partial write: field type conflict');
    this.claim(cursor);
    if (deed === 'late') throw new StoreFault('unreachable', 'no answer within 10000 ms');
  }

  private claim(cursor: HistoryCursor): void {
    for (let name = 0; name < cursor.offset; name += 1)
      if (!this.has(name)) this.lie ??= `${cursor.offset} was claimed, and ${name} was not there`;
    this.claimed = cursor;
  }

  has(name: number): boolean {
    return this.points.has(name) || this.aside.has(name);
  }

  missing(log: TestLog): readonly number[] {
    return Array.from({ length: log.length }, (_, name) => name).filter((name) => !this.has(name));
  }
}

export function optionsOf(store: TestStore, log: TestLog, clock: VirtualClock, states: FeederState[] = []): FeederOptions {
  return {
    store,
    start: store.claimed ?? START,
    pull: (from) => log.pull(from),
    end: () => log.length,
    quarantine: (of, said) => {
      store.aside.set(nameOf(of), said);
      return Promise.resolve();
    },
    changed: (state) => states.push(state),
    clock,
    random: () => 0.5,
  };
}
