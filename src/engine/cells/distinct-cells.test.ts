import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../model/time.ts';
import { DistinctCells } from './distinct-cells.ts';
import { BEGIN, firstDifference, happenings, inWindow, remade, WINDOW, type Sample } from './test-store.ts';
import { textCode } from './text-code.ts';

const value = fc.integer({ min: -3, max: 6 });

describe('how many different ones', () => {
  it.each(['sensor', 'value'] as const)('S1 S2 by %s is exact, with late samples and restarts', (by) => {
    const trial = {
      make: () => new DistinctCells(WINDOW, by, (one) => one >= 0),
      ask: (cells: DistinctCells, row: number, at: Millis) => cells.distinct(row, at),
      model: (samples: readonly Sample[], at: Millis) => {
        const held = inWindow(samples, at).filter((one) => one.value >= 0);
        return new Set(held.map((one) => (by === 'sensor' ? one.member : one.value))).size;
      },
      same: Object.is,
    };
    fc.assert(
      fc.property(happenings(value), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('tells texts apart', () => {
    const cells = new DistinctCells(WINDOW, 'value', null);
    for (const text of ['A', 'B', 'A', '1']) cells.take(0, BEGIN, textCode(text), 0);
    cells.take(0, BEGIN, 1, 0);
    expect(cells.distinct(0, BEGIN)).toBe(4);
  });

  it('says when the one heard longest ago leaves', () => {
    const cells = new DistinctCells(WINDOW, 'sensor', null);
    cells.take(0, BEGIN, 1, 1);
    cells.take(0, BEGIN + 5, 1, 2);
    cells.take(0, BEGIN + 9, 1, 1);
    expect(cells.edge(0, BEGIN + 9)).toBe(BEGIN + 5 + WINDOW);
  });

  it('S3 a row remembers no more than 250,000, the ones heard last', () => {
    const make = (): DistinctCells => new DistinctCells(WINDOW, 'sensor', null);
    let cells = make();
    for (let i = 0; i < 250_100; i += 1) cells.take(0, BEGIN + i / 10, 1, i);
    cells = remade(cells, make);
    expect(cells.distinct(0, BEGIN + 25_010)).toBe(250_000);
    cells.take(0, BEGIN + 25_010, 1, 0);
    expect(cells.distinct(0, BEGIN + 25_010)).toBe(250_000);
  });
});
