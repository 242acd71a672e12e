import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../model/time.ts';
import { SessionCells, type SessionName } from './session-cells.ts';
import { BEGIN, firstDifference, happenings, meanOf, near, sumOf, type Sample } from './test-store.ts';

const GAP: Millis = 10_000;
const LONGEST: Millis = 60_000;
const value = fc.integer({ min: -20, max: 20 });

/** The samples of the session that stands. */
function standing(samples: readonly Sample[], at: Millis): readonly Sample[] {
  let session: Sample[] = [];
  for (const one of samples) {
    const [first, last] = [session[0], session.at(-1)];
    const goesOn = first !== undefined && last !== undefined && one.at - last.at <= GAP && one.at - first.at < LONGEST;
    session = goesOn ? [...session, one] : [one];
  }
  const last = session.at(-1);
  return last !== undefined && at - last.at <= GAP ? session : [];
}

function wanted(name: SessionName, session: readonly Sample[]): number {
  const values = session.map((one) => one.value);
  if (name === 'count') return values.length;
  if (values.length === 0) return Number.NaN;
  switch (name) {
    case 'sum':
      return sumOf(session);
    case 'mean':
      return meanOf(session);
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
  }
}

describe('a session', () => {
  it.each(['count', 'sum', 'mean', 'min', 'max'] as const)('S2 has the %s of its samples, with restarts', (name) => {
    const trial = {
      make: () => new SessionCells(GAP, LONGEST, null),
      ask: (cells: SessionCells, row: number, at: Millis) => cells.ask(row, at, name),
      model: (samples: readonly Sample[], at: Millis) => wanted(name, standing(samples, at)),
      late: 'none' as const,
      same: near,
    };
    fc.assert(
      fc.property(happenings(value), (course) => {
        expect(firstDifference(trial, course)).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('S1 takes a late sample into the session that stands', () => {
    const cells = new SessionCells(GAP, LONGEST, null);
    cells.grow(1);
    cells.take(0, BEGIN + 5_000, 3);
    cells.take(0, BEGIN, 10);
    expect(cells.ask(0, BEGIN + 5_000, 'sum')).toBe(13);
    // It began earlier than was thought.
    cells.take(0, BEGIN + 14_000, 1);
    for (let at = 20_000; at < LONGEST; at += GAP) cells.take(0, BEGIN + at, 1);
    expect(cells.ask(0, BEGIN + LONGEST - 10_000, 'count')).toBe(7);
    cells.take(0, BEGIN + LONGEST, 1);
    expect(cells.ask(0, BEGIN + LONGEST, 'count')).toBe(1);
  });

  it('ends a moment after its gap', () => {
    const cells = new SessionCells(GAP, LONGEST, (one) => one > 0);
    cells.grow(1);
    cells.take(0, BEGIN, 1);
    cells.take(0, BEGIN + 9_000, -1);
    expect(cells.edge(0, BEGIN)).toBe(BEGIN + GAP + 1);
    expect([0, 1].map((later) => cells.ask(0, BEGIN + GAP + later, 'count'))).toEqual([1, 0]);
  });

  it('S3 costs the same whatever is sent', () => {
    const cells = new SessionCells(GAP, LONGEST, null);
    cells.grow(1);
    const { bytes } = cells;
    for (let i = 0; i < 10_000; i += 1) cells.take(0, BEGIN + i, i);
    expect(cells.bytes).toBe(bytes);
  });
});
