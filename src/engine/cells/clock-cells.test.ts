import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../model/time.ts';
import { LocalTime } from '../local-time.ts';
import { BaselineCells } from './baseline-cells.ts';
import { ExceedanceCells } from './exceedance-cells.ts';
import { OccupancyCells } from './occupancy-cells.ts';
import { BEGIN, deviationOf, firstDifference, happenings, meanOf, near, remade, sumOf, type Sample } from './test-store.ts';
import { TumblingCells, type TumblingName } from './tumbling-cells.ts';

const clock = new LocalTime('Asia/Shanghai');
const DAY: Millis = 86_400_000;
const LENGTH: Millis = 60_000;
const value = fc.integer({ min: -20, max: 20 });
const persons = fc.integer({ min: 0, max: 20 });
const stands = (member: number): Millis => member * 7_000;

function ofWindow(name: TumblingName, samples: readonly Sample[], coverage: Millis): number {
  if (name === 'count') return samples.length;
  const covered = samples.reduce((sum, { member }) => sum + stands(member), 0);
  if (samples.length === 0 || Math.min(LENGTH, covered) < coverage) return Number.NaN;
  const values = samples.map((one) => one.value);
  switch (name) {
    case 'sum':
      return sumOf(samples);
    case 'mean':
      return meanOf(samples);
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'stddev':
      return deviationOf(samples);
  }
}

const names: readonly TumblingName[] = ['count', 'sum', 'mean', 'min', 'max', 'stddev'];
const tumblings = names.flatMap((name) => [0, 1, 8].flatMap((ago) => [0, 20_000].map((coverage) => ({ name, ago, coverage }))));

describe('windows that stand on the clock', () => {
  it.each(tumblings)('S1 S2 $name, $ago windows ago, is exact, with late samples and restarts', (question) => {
    const { name, ago, coverage } = question;
    const trial = {
      make: () => new TumblingCells({ length: LENGTH, ago: 8 }, clock, { stands, matches: name === 'count' ? (): boolean => true : null }),
      ask: (cells: TumblingCells, row: number, at: Millis) => cells.ask(row, at, question),
      model: (samples: readonly Sample[], at: Millis) => {
        const index = clock.windowOf(at, LENGTH) - ago;
        return ofWindow(
          name,
          samples.filter((one) => clock.windowOf(one.at, LENGTH) === index),
          coverage,
        );
      },
      same: near,
    };
    fc.assert(
      fc.property(happenings(value), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it('S1 take nothing that is older than all that are kept', () => {
    const cells = new TumblingCells({ length: LENGTH, ago: 1 }, clock, { stands, matches: null });
    cells.grow(1);
    cells.take(0, BEGIN + 5 * LENGTH, 7, 1);
    // The window of a place in the ring that a newer one has now.
    cells.take(0, BEGIN + 3 * LENGTH, 100, 1);
    const question = { name: 'sum', ago: 0, coverage: 0 } as const;
    expect(cells.ask(0, BEGIN + 5 * LENGTH, question)).toBe(7);
    expect(cells.ask(0, BEGIN + 5 * LENGTH, { ...question, ago: 1 })).toBeNaN();
  });

  it('end when the clock of the city says so', () => {
    const cells = new TumblingCells({ length: DAY, ago: 0 }, clock, { stands, matches: null });
    expect(new Date(cells.edge(0, BEGIN)).toISOString()).toBe('2026-06-01T16:00:00.000Z');
  });

  it('S3 cost the same whatever is sent', () => {
    const cells = new TumblingCells({ length: LENGTH, ago: 8 }, clock, { stands, matches: null });
    cells.grow(1);
    const { bytes } = cells;
    for (let i = 0; i < 10_000; i += 1) cells.take(0, BEGIN + ((i * 7_919) % (20 * LENGTH)), i, 1);
    expect(cells.bytes).toBe(bytes);
  });
});

describe('who is inside', () => {
  const reset: Millis = 4 * 3_600_000;
  const day = (at: Millis): number => clock.windowOf(at - reset, DAY);
  const trial = {
    make: () => new OccupancyCells(reset, clock),
    // Members above 2 are exits.
    take: (cells: OccupancyCells, row: number, one: Sample) =>
      one.member > 2 ? cells.leave(row, one.at, one.value) : cells.take(row, one.at, one.value),
    ask: (cells: OccupancyCells, row: number, at: Millis) => cells.inside(row, at),
    model: (samples: readonly Sample[], at: Millis) => {
      const today = samples.filter((one) => day(one.at) === day(at));
      const inside = today.reduce((sum, one) => Math.max(0, sum + (one.member > 2 ? -one.value : one.value)), 0);
      return today.length === 0 ? Number.NaN : inside;
    },
    // Nobody can leave before they came: late counts add up in the order of their coming.
    late: 'none' as const,
    same: Object.is,
  };

  it('S2 is in minus out since the reset, never below nobody, with restarts', () => {
    fc.assert(
      fc.property(happenings(persons), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('S1 counts a late one of today, and none of yesterday', () => {
    const cells = trial.make();
    cells.grow(1);
    cells.take(0, BEGIN + 4 * 60_000, 10);
    cells.take(0, BEGIN + 3 * 60_000, 5);
    cells.take(0, BEGIN, 100);
    expect(cells.inside(0, BEGIN + 4 * 60_000)).toBe(15);
    expect(new Date(cells.edge(0, BEGIN)).toISOString()).toBe('2026-05-31T20:00:00.000Z');
  });
});

describe('exceedances', () => {
  const lengths = { mean: 10_000, window: 120_000 };
  const make = (): ExceedanceCells => new ExceedanceCells(lengths, clock, (mean) => mean >= 3);
  const trial = {
    make,
    ask: (cells: ExceedanceCells, row: number, at: Millis) => cells.found(row, at),
    model: (samples: readonly Sample[], at: Millis) => {
      const means = new Map<number, Sample[]>();
      for (const one of samples) {
        const index = clock.windowOf(one.at, lengths.mean);
        means.set(index, [...(means.get(index) ?? []), one]);
      }
      const now = clock.windowOf(at, lengths.window);
      return [...means].filter(
        ([index, members]) =>
          index < clock.windowOf(at, lengths.mean) &&
          clock.windowOf(clock.endOf(index - 1, lengths.mean), lengths.window) === now &&
          meanOf(members) >= 3,
      ).length;
    },
    late: 'none' as const,
    same: Object.is,
  };

  it('S2 are the completed means beyond the line in the window that runs, with restarts', () => {
    fc.assert(
      fc.property(happenings(value), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  it('S1 take a late sample into the mean that runs', () => {
    const cells = make();
    cells.grow(1);
    cells.take(0, BEGIN + 5_000, 2);
    cells.take(0, BEGIN + 1_000, 10);
    expect(cells.found(0, BEGIN + 10_000)).toBe(1);
  });

  it('S1 take none into a mean that was judged', () => {
    const cells = make();
    cells.grow(1);
    cells.take(0, BEGIN + 5_000, 10);
    expect(cells.found(0, BEGIN + 10_000)).toBe(1);
    cells.take(0, BEGIN + 6_000, 10);
    expect(cells.found(0, BEGIN + 20_000)).toBe(1);
  });
});

describe('what a key was like before', () => {
  it('S2 S3 is the newest value of each slot, for as long as it is asked for, with restarts', () => {
    const [slot, kept] = [10_000, 12];
    const trial = {
      make: () => new BaselineCells(slot, kept, clock),
      take: (cells: BaselineCells, row: number, one: Sample) => cells.note(row, one.at, one.value),
      ask: (cells: BaselineCells, row: number, at: Millis) =>
        Array.from({ length: kept }, (_, i) => cells.at(row, cells.slotOf(at) - i)).join(),
      model: (samples: readonly Sample[], at: Millis) => {
        const newest = new Map(samples.map((one) => [clock.windowOf(one.at, slot), one.value]));
        return Array.from({ length: kept }, (_, i) => newest.get(clock.windowOf(at, slot) - i) ?? Number.NaN).join();
      },
      late: 'none' as const,
      same: Object.is,
    };
    fc.assert(
      fc.property(happenings(value), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 100 },
    );
    const cells = trial.make();
    for (let i = 0; i < 1_000; i += 1) cells.note(0, BEGIN + i * slot, i);
    expect(cells.bytes).toBe(kept * 48);
    expect(remade(cells, trial.make, 1).at(0, cells.slotOf(BEGIN) + 999)).toBe(999);
  });
});
