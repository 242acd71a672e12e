import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../model/time.ts';
import { CountCells } from './count-cells.ts';
import { DeviationCells } from './deviation-cells.ts';
import { EdgeCells } from './edge-cells.ts';
import { ExtremeCells } from './extreme-cells.ts';
import { GrowthCells } from './growth-cells.ts';
import { PANES } from './pane-ring.ts';
import { SumCells } from './sum-cells.ts';
import {
  BEGIN,
  deviationOf,
  firstDifference,
  happenings,
  inWindow,
  meanOf,
  near,
  PANE,
  remade,
  sumOf,
  WINDOW,
  type Sample,
} from './test-store.ts';
import { textCode } from './text-code.ts';

const small = fc.integer({ min: -20, max: 20 });
const wide = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const stands = (member: number): Millis => member * 3_000;
const greatest = (samples: readonly Sample[]): number =>
  samples.length === 0 ? Number.NaN : Math.max(...samples.map(({ value }) => value));
const least = (samples: readonly Sample[]): number => (samples.length === 0 ? Number.NaN : Math.min(...samples.map(({ value }) => value)));

/** Newest at or before the window's start. */
const before = (samples: readonly Sample[], at: Millis): number => samples.findLast((one) => one.at <= at - WINDOW)?.value ?? Number.NaN;

function slope(samples: readonly Sample[], at: Millis): number {
  const held = inWindow(samples, at);
  const [first, last] = [held[0], held.at(-1)];
  return first === undefined || last === undefined || first === last ? Number.NaN : (last.value - first.value) / (last.at - first.at);
}

/** Each sample holds until the next, the newest until now. */
function stepMean(samples: readonly Sample[], at: Millis): number {
  let [integral, covered] = [0, 0];
  samples.forEach((one, i) => {
    const length = (samples[i + 1]?.at ?? at) - Math.max(one.at, at - WINDOW);
    if (length <= 0) return;
    integral += one.value * length;
    covered += length;
  });
  return covered === 0 ? (samples.at(-1)?.value ?? Number.NaN) : integral / covered;
}

/** Steps upward; a fall is a counter that begins anew. */
function growth(samples: readonly Sample[], at: Millis): number {
  if (samples.length === 0) return Number.NaN;
  const steps = samples.map((one, i) => {
    const last = samples[i - 1]?.value;
    return { ...one, value: last === undefined ? 0 : one.value >= last ? one.value - last : one.value };
  });
  return sumOf(inWindow(steps, at));
}

const ways = {
  count: {
    make: () => new CountCells(WINDOW, (value) => value > 0),
    ask: (cells: CountCells, row: number, at: Millis) => cells.count(row, at),
    model: (samples: readonly Sample[], at: Millis) => inWindow(samples, at).filter(({ value }) => value > 0).length,
    same: Object.is,
  },
  sum: {
    make: () => new SumCells(WINDOW, null, null),
    ask: (cells: SumCells, row: number, at: Millis) => cells.sum(row, at),
    model: (samples: readonly Sample[], at: Millis) => sumOf(inWindow(samples, at)),
    same: near,
  },
  mean: {
    make: () => new SumCells(WINDOW, null, null),
    ask: (cells: SumCells, row: number, at: Millis) => cells.mean(row, at),
    model: (samples: readonly Sample[], at: Millis) => meanOf(inWindow(samples, at)),
    same: near,
  },
  'mean of energies': {
    make: () => new SumCells(WINDOW, (value) => 10 ** (value / 10), null),
    ask: (cells: SumCells, row: number, at: Millis) => cells.mean(row, at),
    model: (samples: readonly Sample[], at: Millis) =>
      meanOf(inWindow(samples, at).map((one) => ({ ...one, value: 10 ** (one.value / 10) }))),
    same: near,
  },
  coverage: {
    make: () => new SumCells(WINDOW, null, stands),
    ask: (cells: SumCells, row: number, at: Millis) => cells.covered(row, at),
    model: (samples: readonly Sample[], at: Millis) =>
      Math.min(
        WINDOW,
        inWindow(samples, at).reduce((sum, { member }) => sum + stands(member), 0),
      ),
    same: Object.is,
  },
  max: {
    make: () => new ExtremeCells(WINDOW, 1),
    ask: (cells: ExtremeCells, row: number, at: Millis) => cells.extreme(row, at),
    model: (samples: readonly Sample[], at: Millis) => greatest(inWindow(samples, at)),
    same: Object.is,
  },
  min: {
    make: () => new ExtremeCells(WINDOW, -1),
    ask: (cells: ExtremeCells, row: number, at: Millis) => cells.extreme(row, at),
    model: (samples: readonly Sample[], at: Millis) => least(inWindow(samples, at)),
    same: Object.is,
  },
  stddev: {
    make: () => new DeviationCells(WINDOW),
    ask: (cells: DeviationCells, row: number, at: Millis) => cells.deviation(row, at),
    model: (samples: readonly Sample[], at: Millis) => deviationOf(inWindow(samples, at)),
    same: near,
  },
  change: {
    make: () => new EdgeCells(WINDOW),
    ask: (cells: EdgeCells, row: number, at: Millis) => cells.newestValue(row) - cells.before(row, at),
    model: (samples: readonly Sample[], at: Millis) => (samples.at(-1)?.value ?? Number.NaN) - before(samples, at),
    same: Object.is,
  },
  rate: {
    make: () => new EdgeCells(WINDOW),
    ask: (cells: EdgeCells, row: number, at: Millis) => cells.slope(row, at),
    model: slope,
    same: near,
  },
  'mean by time': {
    make: () => new EdgeCells(WINDOW),
    ask: (cells: EdgeCells, row: number, at: Millis) => cells.stepMean(row, at),
    model: stepMean,
    same: near,
  },
  increase: {
    make: () => new GrowthCells(WINDOW),
    ask: (cells: GrowthCells, row: number, at: Millis) => cells.growth(row, at),
    model: growth,
    // A late sample of a counter says nothing more.
    late: 'none' as const,
    same: near,
  },
};

describe('over a sliding window with at most one sample a pane', () => {
  const trials = Object.entries(ways) as unknown as [string, (typeof ways)['sum']][];
  it.each(trials)('S1 S2 %s is exact, with late samples and restarts', (_, trial) => {
    fc.assert(
      fc.property(fc.oneof(happenings(small), happenings(wide)), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it.each(trials)('and %s is held against something', (_, trial) => {
    const wrong = { ...trial, model: (samples: readonly Sample[], at: Millis) => trial.model(samples.slice(0, -1), at) };
    const found = fc.sample(happenings(small), { numRuns: 20, seed: 1 }).filter((course) => firstDifference(wrong, course) !== null);
    expect(found.length).toBeGreaterThan(5);
  });
});

/** As dense as chance has it: many samples share a pane. */
const crowd = fc.array(fc.record({ wait: fc.nat(400), value: fc.integer({ min: 0, max: 20 }) }), { minLength: 1, maxLength: 400 });

describe('with many samples a pane', () => {
  it('a sample leaves at the latest one pane after its time', () => {
    fc.assert(
      fc.property(crowd, fc.nat(80_000), (course, later) => {
        const [count, sum, max] = [new CountCells(WINDOW, null), new SumCells(WINDOW, null, null), new ExtremeCells(WINDOW, 1)];
        const samples: Sample[] = [];
        let at = BEGIN;
        for (const { wait, value } of course) {
          at += wait;
          for (const cells of [count, sum, max]) {
            cells.grow(1);
            cells.take(0, at, value, 0);
          }
          samples.push({ at, value, member: 0 });
        }
        at += later;
        const least = inWindow(samples, at);
        const most = inWindow(samples, at, WINDOW + PANE);
        expect(count.count(0, at)).toBeGreaterThanOrEqual(least.length);
        expect(count.count(0, at)).toBeLessThanOrEqual(most.length);
        expect(sum.sum(0, at)).toBeGreaterThanOrEqual(sumOf(least));
        expect(sum.sum(0, at)).toBeLessThanOrEqual(sumOf(most));
        if (least.length > 0) expect(max.extreme(0, at)).toBeGreaterThanOrEqual(greatest(least));
        if (!Number.isNaN(max.extreme(0, at))) expect(max.extreme(0, at)).toBeLessThanOrEqual(greatest(most));
      }),
      { numRuns: 200 },
    );
  });

  it('nothing is off while all samples stand in the window', () => {
    fc.assert(
      fc.property(crowd, (course) => {
        const trials = [ways.sum, ways.mean, ways.stddev, ways.max, ways.min, ways.count];
        const stores = trials.map(({ make }) => make());
        const samples: Sample[] = [];
        let at = BEGIN;
        for (const { wait, value } of course) {
          at += wait / 10;
          for (const cells of stores) {
            cells.grow(1);
            cells.take(0, at, value, 0);
          }
          samples.push({ at, value, member: 0 });
        }
        trials.forEach((trial, i) => {
          const got = trial.ask(stores[i] as never, 0, at);
          const wanted = trial.model(samples, at);
          expect(near(got, wanted), `${got} and ${wanted}`).toBe(true);
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a row', () => {
  it.each(Object.entries(ways))('S3 of %s is bounded, whatever is sent', (_, { make }) => {
    const cells = make();
    cells.grow(1);
    const flood = (times: number): number => {
      for (let i = 0; i < times; i += 1) cells.take(0, BEGIN + ((i * 7_919) % (3 * WINDOW)) + i, i % 100, 1);
      return cells.bytes;
    };
    flood(2_000);
    const bytes = cells.bytes;
    expect(flood(20_000)).toBe(bytes);
    // At most four windows of panes in each of three lanes.
    expect(bytes).toBeLessThan(4 * PANES * 2 * 40);
    expect(remade<typeof cells>(cells, make as () => typeof cells, 1).bytes).toBeLessThanOrEqual(bytes);
  });

  it('takes no text for a number', () => {
    for (const { make } of [ways.sum, ways.max, ways.stddev, ways.change]) {
      const cells = make();
      cells.grow(1);
      cells.take(0, BEGIN, textCode('full'), 0);
      expect(cells.edge(0, BEGIN)).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('says when its oldest sample leaves', () => {
    const cells = new SumCells(WINDOW, null, null);
    cells.grow(1);
    cells.take(0, BEGIN, 1, 0);
    cells.take(0, BEGIN + 5 * PANE, 1, 0);
    expect(cells.edge(0, BEGIN + 5 * PANE)).toBe(BEGIN + WINDOW);
    expect(cells.sum(0, BEGIN + WINDOW - 1)).toBe(2);
    expect(cells.sum(0, BEGIN + WINDOW)).toBe(1);
    expect(cells.edge(0, BEGIN + WINDOW)).toBe(BEGIN + WINDOW + 5 * PANE);
  });
});
