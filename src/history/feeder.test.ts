import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Feeder } from './feeder.ts';
import type { FeederOptions, FeederState } from './feeder-options.ts';
import type { HistoryCursor } from './history-store.ts';
import { calm, optionsOf, START, TestLog, TestStore, VirtualClock } from './test-feeder-rig.ts';
import type { Deed } from './test-feeder-rig.ts';

function rig(length = 100, change: Partial<FeederOptions> = {}) {
  const clock = new VirtualClock();
  const store = new TestStore();
  const log = new TestLog(length);
  const states: FeederState[] = [];
  const begin = (): Feeder => new Feeder({ ...optionsOf(store, log, clock, states), ...change });
  return { clock, store, log, states, begin, kinds: () => states.map(({ kind }) => kind) };
}

/** Until the feeder has nothing more to do, however much time must pass. */
async function finish(feeder: Pick<Feeder, 'state'>, clock: VirtualClock): Promise<void> {
  for (let round = 0, quiet = 0; round < 300; round += 1) {
    await calm();
    quiet = clock.pending === 0 && feeder.state().behind === 0 ? quiet + 1 : 0;
    if (quiet === 3) return;
    clock.advanceToNext();
  }
  throw new Error(`the feeder does not come to an end: ${JSON.stringify(feeder.state())}`);
}

const DEEDS: readonly Deed[] = ['ok', 'unreachable', 'late', 'busy', 'forbidden', 'torn', 'deaf'];

/** A feeder with faults, crashes in the middle of requests, and restarts where the store says. */
async function crashTrial(begin: (store: TestStore, log: TestLog, clock: VirtualClock) => Crashable, deeds: readonly Deed[]) {
  const store = new TestStore();
  const log = new TestLog(100);
  for (const name of [7, 42]) store.bad.add(name);
  const scripts = [deeds.slice(0, 4), deeds.slice(4, 8)];
  for (const script of scripts) {
    // Both requests hang at the end: the process dies with them.
    store.script = [...script, 'dead', 'dead'];
    const clock = new VirtualClock();
    begin(store, log, clock);
    for (let round = 0; round < 20 && store.script.length > 0; round += 1) {
      await calm();
      clock.advanceToNext();
    }
    store.script = [];
  }
  const clock = new VirtualClock();
  const last = begin(store, log, clock);
  await finish(last, clock);
  return { store, missing: store.missing(log) };
}
type Crashable = Pick<Feeder, 'state'>;

describe('the invariants of the feeder', () => {
  const script = fc.array(fc.constantFrom(...DEEDS), { minLength: 8, maxLength: 8 });

  it('R1, R2: whatever fails and wherever it dies, no cursor claims too much and every point gets there', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (deeds) => {
        const { store, missing } = await crashTrial((...of) => new Feeder(optionsOf(...of)), deeds);
        expect(store.lie).toBeNull();
        expect(missing).toEqual([]);
        expect([...store.aside.keys()].sort((a, b) => a - b)).toEqual([7, 42]);
        expect(store.claimed).toEqual({ offset: 100, audit: 100 });
      }),
      { numRuns: 60 },
    );
  });

  it('R1, R2: the trial sees a feeder that moves its cursor before the write', async () => {
    const { store, missing } = await crashTrial((...of) => new EagerFeeder(of[0], of[1]), ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
    expect(store.lie).toBe('10 was claimed, and 0 was not there');
    expect(missing.length).toBeGreaterThan(0);
  });

  it('R3: two requests in flight, no more, and no less while there is something to write', async () => {
    const { clock, store, begin } = rig();
    await finish(begin(), clock);
    expect(store.peak).toBe(2);
  });

  it('R3: while the store asked for a pause, nothing is sent', async () => {
    const { clock, store, begin } = rig();
    store.script = ['busy'];
    const feeder = begin();
    await calm();
    const before = store.requests.length;
    expect(before).toBeLessThanOrEqual(2);
    await calm();
    expect(store.requests.length).toBe(before);
    expect(clock.pauses).toEqual([33_000]);
    await finish(feeder, clock);
    expect(store.peak).toBe(2);
  });

  it('R4: bad points are set aside alone, with the words of the store, and the rest of the batch is there', async () => {
    const { clock, store, log, begin } = rig();
    for (const name of [3, 4, 99]) store.bad.add(name);
    const feeder = begin();
    await finish(feeder, clock);
    expect([...store.aside]).toEqual([3, 4, 99].map((name) => [name, 'partial write: field type conflict']));
    expect(feeder.counts()).toMatchObject({ quarantined: 3, written: 97 });
    expect(store.missing(log)).toEqual([]);
  });

  it('R4: by a store that refuses everything no point is left out; it is waited for', async () => {
    const { clock, store, log, begin, kinds } = rig();
    store.script = Array.from({ length: 40 }, () => 'deaf' as const);
    const feeder = begin();
    await finish(feeder, clock);
    expect(store.aside.size).toBe(0);
    expect(store.missing(log)).toEqual([]);
    expect(kinds()).toEqual(['waiting', 'following']);
    expect(feeder.counts()).toMatchObject({ quarantined: 0 });
    // Down to one point, and once without any, and then a longer and longer pause.
    expect(clock.pauses.slice(0, 3)).toEqual([1_000, 2_000, 4_000]);
  });

  it('R4: a point that cannot be kept elsewhere either is not passed by', async () => {
    let full = true;
    const { clock, store, begin } = rig(10, {
      quarantine: (of) => {
        if (full) return Promise.reject(new Error('disk full'));
        store.aside.set(of.at - 1_000, '');
        return Promise.resolve();
      },
    });
    store.bad.add(5);
    const feeder = begin();
    for (let round = 0; round < 10; round += 1) {
      await calm();
      clock.advanceToNext();
    }
    expect(feeder.cursor()).toEqual(START);
    expect(feeder.counts().quarantined).toBe(0);
    full = false;
    await finish(feeder, clock);
    expect(store.has(5)).toBe(true);
  });

  it('R5: what a store lost when it fell is written again', async () => {
    const { clock, store, log, begin } = rig();
    const feeder = begin();
    await finish(feeder, clock);
    for (let name = 30; name < 100; name += 1) store.points.delete(name);
    store.claimed = { offset: 30, audit: 30 };
    log.length = 110;
    store.script = ['unreachable'];
    feeder.wake();
    await finish(feeder, clock);
    expect(store.missing(log)).toEqual([]);
    expect(store.claimed).toEqual({ offset: 110, audit: 110 });
  });

  it('R5: a store that keeps no cursor is believed', async () => {
    const { clock, store, begin } = rig();
    store.script = ['unreachable'];
    store.cursor = () => Promise.resolve(null);
    await finish(begin(), clock);
    expect(new Set(store.requests.flatMap(({ points }) => points)).size).toBe(100);
    // All once, and again the two batches that were in flight.
    expect(store.requests.flatMap(({ points }) => points)).toHaveLength(120);
  });
});

describe('a store that does not take it', () => {
  it('out of reach: pauses grow to a minute, and it never gives up', async () => {
    const { clock, store, begin, kinds } = rig(10);
    store.script = Array.from({ length: 30 }, () => 'unreachable' as const);
    const feeder = begin();
    await finish(feeder, clock);
    expect(clock.pauses.slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(clock.pauses).toHaveLength(30);
    expect(kinds()).toEqual(['waiting', 'following']);
    expect(feeder.counts()).toMatchObject({ failures: 30, written: 10 });
  });

  it('too much at once: halves, down to what it takes', async () => {
    const { clock, store, log, begin } = rig();
    store.limit = 3;
    await finish(begin(), clock);
    expect(store.missing(log)).toEqual([]);
    expect(store.aside.size).toBe(0);
    expect(store.lie).toBeNull();
  });

  it('forbidden: stops and says why, looks again every minute, and goes on when somebody has mended it', async () => {
    const { clock, store, begin, states, kinds } = rig(10);
    store.script = ['forbidden', 'forbidden', 'forbidden'];
    const feeder = begin();
    await calm();
    const since = clock.now();
    expect(feeder.state()).toEqual({
      kind: 'stopped',
      since,
      reason: 'The history store: forbidden: 401 authorization failed',
      behind: 10,
    });
    await finish(feeder, clock);
    expect(clock.pauses).toEqual([60_000, 60_000, 60_000]);
    expect(kinds()).toEqual(['stopped', 'following']);
    expect(states.at(-1)).toMatchObject({ kind: 'following', reason: null, since: since + 180_000 });
    expect(feeder.state().behind).toBe(0);
  });

  it('breaking its word is being out of reach', async () => {
    const { clock, store, log, begin } = rig(10);
    const write = store.write.bind(store);
    let calls = 0;
    store.write = (...of) => {
      calls += 1;
      return calls === 1 ? Promise.reject(new TypeError('no fault of a store')) : write(...of);
    };
    await finish(begin(), clock);
    expect(store.missing(log)).toEqual([]);
  });

  it('a log that cannot be read is read again', async () => {
    let broken = true;
    const log = new TestLog(10);
    const { clock, store, begin } = rig(10, {
      pull: (from) => {
        if (!broken) return log.pull(from);
        broken = false;
        return Promise.reject(new Error('locked'));
      },
    });
    await finish(begin(), clock);
    expect(store.missing(log)).toEqual([]);
  });
});

describe('the end, and news', () => {
  it('at the end of the log the cursor is told even when batches overtook each other, and then it is quiet', async () => {
    const { clock, store, log, begin } = rig();
    const feeder = begin();
    await finish(feeder, clock);
    expect(store.claimed).toEqual({ offset: 100, audit: 100 });
    const requests = store.requests.length;
    await calm();
    expect(store.requests).toHaveLength(requests);
    log.length = 105;
    feeder.wake();
    await finish(feeder, clock);
    expect(store.missing(log)).toEqual([]);
    expect(store.claimed).toEqual({ offset: 105, audit: 105 });
  });

  it('closed in a pause, it ends at once and has lost nothing', async () => {
    const { clock, store, log, begin } = rig();
    store.script = ['ok', 'unreachable', 'unreachable', 'unreachable'];
    const feeder = begin();
    await calm();
    await feeder.close();
    expect(clock.pending).toBe(0);
    const stood: HistoryCursor = feeder.cursor();
    for (let name = 0; name < stood.offset; name += 1) expect(store.has(name)).toBe(true);
    await finish(begin(), clock);
    expect(store.missing(log)).toEqual([]);
  });

  it('closed while a request is in flight, it waits for the answer', async () => {
    const { clock, store, begin } = rig(10);
    const feeder = begin();
    await feeder.close();
    expect(store.inFlight).toBe(0);
    expect(clock.pending).toBe(0);
    expect([0, 10]).toContain(feeder.cursor().offset);
  });
});

/** Negative control: tells the store where the log will stand, then writes. */
class EagerFeeder implements Crashable {
  private readonly store: TestStore;
  private readonly log: TestLog;

  constructor(store: TestStore, log: TestLog) {
    this.store = store;
    this.log = log;
    void this.run(store.claimed ?? START);
  }

  private async run(from: HistoryCursor): Promise<void> {
    for (let batch = await this.log.pull(from); batch !== null; batch = await this.log.pull(batch.cursor)) {
      await this.store.write([], batch.cursor);
      await this.store.write(batch.points, batch.cursor).catch(() => undefined);
    }
  }

  state(): FeederState {
    const behind = this.log.length - (this.store.claimed?.offset ?? 0);
    return { kind: 'following', since: 0, reason: null, behind };
  }
}
