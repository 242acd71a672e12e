import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../model/time.ts';
import { LastCells } from './last-cells.ts';
import { RankCells } from './rank-cells.ts';
import { BEGIN, firstDifference, happenings, type Sample } from './test-store.ts';
import { TruthCells } from './truth-cells.ts';

const value = fc.integer({ min: -20, max: 20 });

describe('the newest sample', () => {
  it('S1 S2 stays the newest, whatever comes late, with restarts', () => {
    const trial = {
      make: () => new LastCells(),
      ask: (cells: LastCells, row: number) => `${cells.value(row)} ${cells.time(row)}`,
      model: (samples: readonly Sample[]) => `${samples.at(-1)?.value ?? Number.NaN} ${samples.at(-1)?.at ?? Number.NaN}`,
      same: Object.is,
    };
    fc.assert(
      fc.property(happenings(value), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 100 },
    );
  });
});

describe('the m-th of the last n', () => {
  const cases = [1, 2, 3, 16].flatMap((n) =>
    [1, 2, n]
      .filter((m) => m <= n)
      .flatMap((m) => [
        { n, m, order: 'highest' as const },
        { n, m, order: 'lowest' as const },
      ]),
  );
  it.each(cases)('S1 S2 S3 $m-th $order of $n is exact, with late samples and restarts', ({ n, m, order }) => {
    const trial = {
      make: () => new RankCells(n),
      ask: (cells: RankCells, row: number) => cells.rank(row, m, order),
      model: (samples: readonly Sample[]) => {
        const last = samples.slice(-n).map((one) => one.value);
        last.sort((a, b) => (order === 'highest' ? b - a : a - b));
        return last[m - 1] ?? Number.NaN;
      },
      same: Object.is,
    };
    fc.assert(
      fc.property(happenings(value), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it('puts one of an equal time before those that were there', () => {
    const cells = new RankCells(2);
    cells.grow(1);
    for (const one of [1, 2, 3]) cells.take(0, BEGIN, one);
    expect([1, 2].map((m) => cells.rank(0, m, 'highest'))).toEqual([3, 2]);
  });
});

describe('since when a condition holds', () => {
  it('S2 and how often it turned true are exact, with restarts', () => {
    const window: Millis = 60_000;
    const trial = {
      make: () => new TruthCells(true),
      take: (cells: TruthCells, row: number, one: Sample) => cells.note(row, one.at, one.value > 0),
      ask: (cells: TruthCells, row: number, at: Millis) =>
        `${cells.sinceWhen(row)} ${cells.turned(row, at, window)} ${cells.turnLeaves(row, at, window)}`,
      model: (samples: readonly Sample[], at: Millis) => {
        const turns = samples.filter((one, i) => one.value > 0 && !((samples[i - 1]?.value ?? 0) > 0)).map((one) => one.at);
        const held = turns.filter((time) => time > at - window);
        const holds = (samples.at(-1)?.value ?? 0) > 0;
        return `${holds ? turns.at(-1) : Number.NaN} ${held.length} ${(held[0] ?? Number.POSITIVE_INFINITY) + window}`;
      },
      late: 'none' as const,
      same: Object.is,
    };
    fc.assert(
      fc.property(happenings(value), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('S3 remembers 64 turns', () => {
    const cells = new TruthCells(true);
    cells.grow(1);
    for (let i = 0; i < 1_000; i += 1) cells.note(0, BEGIN + i, i % 2 === 0);
    expect(cells.turned(0, BEGIN + 1_000, 60_000)).toBe(64);
  });
});
