import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import type { Millis } from '../../model/time.ts';
import type { Cells, SavedCells } from './cells.ts';

/** For tests: one sample, as a store is told of it. */
export interface Sample {
  readonly at: Millis;
  readonly value: number;
  readonly member: number;
}

/** A window of 64 panes of one second. */
export const WINDOW: Millis = 64_000;
export const PANE: Millis = 1_000;
export const ROWS = 3;
/** On a pane's edge; a Monday, two minutes before four in the morning of Shanghai. */
export const BEGIN: Millis = Date.parse('2026-06-01T03:58:00+08:00');

/** A sample in some row, after a pause; perhaps in the place of one that should have come before. */
export interface Happening {
  readonly row: number;
  /** Panes since the last one, and where in its pane it lies. */
  readonly pause: number;
  readonly within: number;
  readonly value: number;
  readonly member: number;
  /** Panes before the newest of its row. */
  readonly late: number | null;
  /** How long after it a question is asked; `null` for none. */
  readonly ask: Millis | null;
  readonly restart: boolean;
}

const pause = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: 4, max: 70 }) },
  { weight: 1, arbitrary: fc.integer({ min: 71, max: 200 }) },
);
const ask = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat(20_000) },
  { weight: 1, arbitrary: fc.nat(100_000) },
);

/** Happenings with values of this sort. */
export function happenings(value: fc.Arbitrary<number>): fc.Arbitrary<readonly Happening[]> {
  const one = fc.record({
    row: fc.nat(ROWS - 1),
    pause,
    within: fc.nat(PANE - 1),
    value,
    member: fc.nat(4),
    late: fc.option(fc.integer({ min: 1, max: 62 }), { freq: 6 }),
    ask: fc.option(ask, { freq: 3 }),
    restart: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
  });
  return fc.array(one, { minLength: 1, maxLength: 150 });
}

/** A store and what to hold it against. */
export interface StoreTrial<C extends Cells> {
  readonly make: () => C;
  readonly take?: (cells: C, row: number, sample: Sample) => void;
  readonly ask: (cells: C, row: number, at: Millis) => unknown;
  /** The same from all samples of the row, in order of time. */
  readonly model: (samples: readonly Sample[], at: Millis) => unknown;
  /** What late samples become: put in their place unless told otherwise. */
  readonly late?: 'placed' | 'none';
  readonly same: (got: unknown, wanted: unknown) => boolean;
}

/**
 * Tells a store what happens, at most one sample a pane and row, and asks now and then.
 * @returns the first answer that differs, in words; `null` when there is none
 */
export function firstDifference<C extends Cells>(trial: StoreTrial<C>, course: readonly Happening[]): string | null {
  let cells = trial.make();
  cells.grow(ROWS);
  const samples = Array.from({ length: ROWS }, (): Sample[] => []);
  let pane = Math.floor(BEGIN / PANE);
  let asked = BEGIN;
  for (const [i, happening] of course.entries()) {
    const { row, within, value, member, late } = happening;
    const told = samples[row] as Sample[];
    pane += happening.pause;
    const newest = told.at(-1);
    const before = late === null || newest === undefined ? null : Math.floor(newest.at / PANE) - late;
    const at = (before ?? pane) * PANE + within;
    const taken = told.some((one) => Math.floor(one.at / PANE) === Math.floor(at / PANE));
    if (taken || at < BEGIN || (before !== null && trial.late === 'none')) continue;
    const sample = { at, value, member };
    if (trial.take === undefined) cells.take(row, at, value, member);
    else trial.take(cells, row, sample);
    told.push(sample);
    told.sort((a, b) => a.at - b.at);
    if (happening.restart) cells = remade(cells, trial.make);
    if (happening.ask === null) continue;
    asked = Math.max(asked, ...samples.map((all) => all.at(-1)?.at ?? BEGIN)) + happening.ask;
    for (let r = 0; r < ROWS; r += 1) {
      const got = trial.ask(cells, r, asked);
      const wanted = trial.model(samples[r] as Sample[], asked);
      if (!trial.same(got, wanted)) return `after ${i + 1} of row ${r} at ${asked - BEGIN}: ${String(got)}, not ${String(wanted)}`;
    }
    pane = Math.max(pane, Math.ceil(asked / PANE));
  }
  return null;
}

/** The store as it comes out of a snapshot. */
export function remade<C extends Cells>(cells: C, make: () => C, rows = ROWS): C {
  const again = make();
  again.restore(deserialize(serialize(cells.save(rows))) as SavedCells);
  again.grow(rows);
  return again;
}

/** But for what rounding may do. */
export function near(got: unknown, wanted: unknown): boolean {
  const [a, b] = [got as number, wanted as number];
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

export const inWindow = (samples: readonly Sample[], at: Millis, window = WINDOW): readonly Sample[] =>
  samples.filter((one) => one.at > at - window && one.at <= at);

export const sumOf = (samples: readonly Sample[]): number => samples.reduce((sum, { value }) => sum + value, 0);

export const meanOf = (samples: readonly Sample[]): number => sumOf(samples) / samples.length;

/** Of a sample: n − 1. */
export function deviationOf(samples: readonly Sample[]): number {
  if (samples.length < 2) return Number.NaN;
  const mean = meanOf(samples);
  return Math.sqrt(samples.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (samples.length - 1));
}
