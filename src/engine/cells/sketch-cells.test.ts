import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../model/time.ts';
import { SketchCells } from './sketch-cells.ts';
import { BEGIN, firstDifference, happenings, inWindow, WINDOW, type Sample } from './test-store.ts';

/** All sizes and both signs, and many that are equal. */
const value = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
);
const TINY = 1e-9;

describe('a quantile', () => {
  it.each([0, 5, 50, 90, 95, 99, 100])(
    'S1 S2 of %i percent is within 1 % of the sample that it is, with late samples and restarts',
    (percent) => {
      const trial = {
        make: () => new SketchCells(WINDOW),
        ask: (cells: SketchCells, row: number, at: Millis) => cells.quantile(row, at, percent),
        model: (samples: readonly Sample[], at: Millis) => {
          const values = inWindow(samples, at).map((one) => one.value);
          values.sort((a, b) => a - b);
          return values[Math.max(1, Math.ceil((percent / 100) * values.length)) - 1] ?? Number.NaN;
        },
        same: (got: unknown, wanted: unknown) => {
          const [a, b] = [got as number, wanted as number];
          return Object.is(a, b) || Math.abs(a - b) <= 0.01 * Math.abs(b) + TINY;
        },
      };
      fc.assert(
        fc.property(happenings(value), (course) => {
          expect(firstDifference(trial, course)).toBeNull();
        }),
        { numRuns: 100 },
      );
    },
  );

  it('S3 costs no more for a hundred thousand samples than for ten thousand of the same spread', () => {
    const cells = new SketchCells(WINDOW);
    const feed = (from: number, to: number): number => {
      for (let i = from; i < to; i += 1) cells.take(0, BEGIN + i * 100, i % 97);
      return cells.bytes;
    };
    const before = feed(0, 10_000);
    expect(feed(10_000, 100_000)).toBeLessThanOrEqual(before * 1.1);
  });

  it('S1 a late sample leaves with the newest of its pane', () => {
    const cells = new SketchCells(WINDOW);
    cells.take(0, BEGIN + 900, 1);
    cells.take(0, BEGIN + 100, 2);
    expect(cells.edge(0, BEGIN + 900)).toBe(BEGIN + 900 + WINDOW);
    expect(cells.quantile(0, BEGIN + WINDOW + 500, 100)).toBeCloseTo(2, 1);
  });

  it('says when its oldest samples leave', () => {
    const cells = new SketchCells(WINDOW);
    cells.take(0, BEGIN, 1);
    cells.take(0, BEGIN + 5_000, 3);
    expect(cells.edge(0, BEGIN + 5_000)).toBe(BEGIN + WINDOW);
    expect(cells.quantile(0, BEGIN + WINDOW, 0)).toBeCloseTo(3, 1);
    expect(cells.quantile(0, BEGIN + WINDOW + 5_000, 0)).toBeNaN();
  });
});
