import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryPoint } from '../model/history-point.ts';
import { Feeder, type FeederOptions, type FeederState, type Feeding } from './feeder.ts';
import type { HistoryCursor } from './history-store.ts';
import { StoreFault, type StoreFaultKind } from './store-fault.ts';
import { TestClock } from './test-clock.ts';

const START: HistoryCursor = { offset: 0, audit: 0 };

function point(n: number): HistoryPoint {
  const rest = { place: null, street: null, test: false, gateway: 'g', receivedAt: n };
  return { kind: 'reading', sensor: 's', measure: 'm', at: n, nth: 0, value: n, ...rest };
}

const numberOf = (one: HistoryPoint): number => one.at;

/** What a server answers to one request; `null`: it takes it. */
type Mood = StoreFaultKind | null;

/** A store whose moods are given; it keeps what it took when it took it, and never takes the points that are bad. */
class MoodyStore {
  readonly kept: number[] = [];
  /** Newest cursor that was written with points, as a store with transactions keeps it. */
  cursor = START;
  underWay = 0;
  most = 0;
  moods: Mood[] = [];
  bad: ReadonlySet<number> = new Set();
  most413 = Number.POSITIVE_INFINITY;
  wait: number | null = null;
  readonly asked: number[] = [];
  readonly clock = new TestClock();

  /** A request takes a millisecond. */
  async write(points: readonly HistoryPoint[], cursor: HistoryCursor): Promise<void> {
    this.asked.push(this.clock.now());
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    await new Promise<void>((resolve) => void this.clock.after(1, resolve));
    this.underWay -= 1;
    const mood = this.moods.shift() ?? null;
    if (mood !== null) throw new StoreFault(mood, `said ${mood}`, this.wait);
    if (points.length > this.most413) throw new StoreFault('too-large', 'too large');
    if (points.some((one) => this.bad.has(numberOf(one)))) throw new StoreFault('refused', 'a bad line');
    this.kept.push(...points.map(numberOf));
    this.cursor = cursor;
  }
}

interface Rig {
  readonly store: MoodyStore;
  readonly clock: TestClock;
  readonly feeder: Feeder;
  readonly states: FeederState['kind'][];
  readonly aside: { readonly point: number; readonly said: string }[];
  readonly queue: Feeding[];
}

function rig(batches: number, over: Partial<FeederOptions> & { readonly store?: MoodyStore } = {}): Rig {
  const store = over.store ?? new MoodyStore();
  const { clock } = store;
  const states: FeederState['kind'][] = [];
  const aside: { point: number; said: string }[] = [];
  const queue = Array.from({ length: batches }, (_, i) => batchAt(i));
  const feeder = new Feeder({
    from: START,
    next: () => queue.shift() ?? null,
    lanes: 1,
    clock,
    random: () => 1,
    quarantine: (one, said) => void aside.push({ point: numberOf(one), said }),
    written: () => undefined,
    changed: ({ kind }) => void states.push(kind),
    ...over,
    store,
  });
  return { store, clock, feeder, states, aside, queue };
}

const SIZE = 8;

function batchAt(i: number): Feeding {
  return { points: Array.from({ length: SIZE }, (_, j) => point(i * SIZE + j)), cursor: { offset: i + 1, audit: 0 } };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);

test.each([1, 2] as const)('everything that the log has goes into the store, in %i lanes', async (lanes) => {
  const { store, clock, feeder } = rig(10, { lanes });
  await clock.pass(100);
  expect(sorted(store.kept)).toEqual(upTo(80));
  expect(feeder.cursor).toEqual({ offset: 10, audit: 0 });
  expect(store.cursor).toEqual({ offset: 10, audit: 0 });
  await feeder.close();
});

test('V1 the cursor never claims a point that is neither in the store nor in quarantine', async () => {
  const moods: fc.Arbitrary<Mood> = fc.constantFrom<Mood>(null, null, 'unreachable', 'busy', 'refused', 'too-large', 'forbidden');
  await fc.assert(
    fc.asyncProperty(
      fc.array(moods, { maxLength: 40 }),
      fc.uniqueArray(fc.nat(39), { maxLength: 4 }),
      fc.constantFrom(1 as const, 2 as const),
      fc.nat(200_000),
      async (script, bad, lanes, crash) => {
        const store = new MoodyStore();
        store.moods = [...script];
        store.bad = new Set(bad);
        const { clock, aside, feeder } = rig(5, { lanes, store });
        await clock.pass(crash);
        // The process is gone here: what a start finds is what the store says.
        const there = new Set([...store.kept, ...aside.map((one) => one.point)]);
        for (let n = 0; n < store.cursor.offset * SIZE; n += 1) expect(there.has(n)).toBe(true);
        for (let i = 0; i < 200 && store.cursor.offset < 5; i += 1) await clock.pass(60_000);
        const all = new Set([...store.kept, ...aside.map((one) => one.point)]);
        expect(sorted([...all])).toEqual(upTo(40));
        expect(store.cursor.offset).toBe(5);
        await feeder.close();
      },
    ),
    { numRuns: 100 },
  );
});

/** Claims with the request, and not when it was taken. */
class HastyStore extends MoodyStore {
  override write(points: readonly HistoryPoint[], cursor: HistoryCursor): Promise<void> {
    this.cursor = cursor;
    return super.write(points, cursor);
  }
}

test('V1 a feeder that claims before it writes is found out', async () => {
  const store = new HastyStore();
  store.moods = [null, 'unreachable'];
  const { clock, feeder } = rig(2, { store });
  await clock.pass(10);
  const there = new Set(store.kept);
  const claimed = upTo(store.cursor.offset * SIZE);
  expect(claimed.every((n) => there.has(n))).toBe(false);
  await feeder.close();
});

test('V2 a store that is out of reach is tried again after growing pauses, and nothing is lost', async () => {
  const store = new MoodyStore();
  store.moods = Array<Mood>(12).fill('unreachable');
  const { clock, feeder, states } = rig(1, { store });
  await clock.pass(600_000);
  expect(store.kept).toEqual(upTo(SIZE));
  const pauses = store.asked.slice(1).map((at, i) => at - 1 - (store.asked[i] as number));
  expect(pauses.slice(0, 4)).toEqual([250, 500, 1_000, 2_000]);
  expect(Math.max(...pauses)).toBe(60_000);
  expect(states).toEqual(['waiting', 'following']);
  await feeder.close();
});

test('V2 a server that names a time is not asked before it', async () => {
  const store = new MoodyStore();
  store.moods = ['busy'];
  store.wait = 7_000;
  const { clock, feeder } = rig(1, { store });
  await clock.pass(7_000);
  expect(store.asked).toHaveLength(1);
  await clock.pass(2);
  expect(store.kept).toEqual(upTo(SIZE));
  await feeder.close();
});

test('V2 a point that is refused for good is set aside alone, with the words of the store', async () => {
  const store = new MoodyStore();
  store.bad = new Set([3, 12]);
  const { clock, feeder, aside } = rig(2, { store });
  await clock.pass(100);
  expect(aside).toEqual([
    { point: 3, said: 'a bad line' },
    { point: 12, said: 'a bad line' },
  ]);
  expect(sorted(store.kept)).toEqual(upTo(16).filter((n) => n !== 3 && n !== 12));
  expect(feeder.state.kind).toBe('following');
  await feeder.close();
});

test('V2 what is too large goes in halves', async () => {
  const store = new MoodyStore();
  store.most413 = 3;
  const { clock, feeder, aside } = rig(2, { store });
  await clock.pass(100);
  expect(store.kept).toEqual(upTo(16));
  expect(aside).toEqual([]);
  await feeder.close();
});

test('V2 a store that refuses us is said to be stopped, and is looked at each minute until somebody has mended it', async () => {
  const store = new MoodyStore();
  store.moods = ['forbidden', 'forbidden'];
  const { clock, feeder, states } = rig(1, { store });
  await clock.pass(59_999);
  expect(feeder.state).toMatchObject({ kind: 'stopped', reason: 'said forbidden' });
  expect(store.asked).toHaveLength(1);
  await clock.pass(60_010);
  expect(store.kept).toEqual(upTo(SIZE));
  expect(states).toEqual(['stopped', 'following']);
  await feeder.close();
});

test('V3 there are never more requests under way than lanes', async () => {
  for (const lanes of [1, 2] as const) {
    const store = new MoodyStore();
    store.moods = [null, 'too-large', 'unreachable', null, 'busy', 'refused'];
    const { clock, feeder } = rig(20, { lanes, store });
    await clock.pass(1_000_000);
    expect(store.kept.length).toBeGreaterThanOrEqual(160);
    expect(store.most).toBe(lanes);
    await feeder.close();
  }
});

test('V4 closing waits for what is under way, and begins nothing more', async () => {
  const { store, clock, feeder } = rig(100);
  await clock.pass(3.5);
  const closed = feeder.close();
  await clock.pass(1);
  await closed;
  expect(store.asked).toHaveLength(4);
  expect(store.kept).toEqual(upTo(4 * SIZE));
  await clock.pass(100);
  expect(store.asked).toHaveLength(4);
});

test('V4 closing cuts a pause short, and what was not stored is not claimed', async () => {
  const store = new MoodyStore();
  store.moods = Array<Mood>(100).fill('unreachable');
  const { clock, feeder } = rig(3, { store });
  await clock.pass(5_000);
  await feeder.close();
  expect(store.kept).toEqual([]);
  expect(feeder.cursor).toEqual(START);
});

test('something new is looked for when somebody says so, and each second anyway', async () => {
  const { store, clock, feeder, queue } = rig(0);
  await clock.pass(10);
  queue.push(batchAt(0));
  feeder.wake();
  await clock.pass(1);
  expect(store.kept).toEqual(upTo(SIZE));
  queue.push(batchAt(1));
  await clock.pass(1_001);
  expect(store.kept).toEqual(upTo(2 * SIZE));
  await feeder.close();
});
