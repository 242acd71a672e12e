import { describe, expect, it } from 'vitest';
import { earlierLikeDays, earlierSeasons, ears, percentileRank, poissonZ, robustZ, type EarsMethod, type Slots } from './aberration.ts';
import { scoreLine, type Detector } from './test-outbreak-score.ts';
import { ABSENT, hasOutbreakSeries, readOutbreakSeries, type OutbreakSeries } from './test-outbreak-series.ts';

const slotsOf =
  (values: readonly number[]): Slots =>
  (index) =>
    values[index] ?? Number.NaN;

describe('how far a value is from what is usual', () => {
  it('a robust z is not moved by one week that was out of the usual', () => {
    expect(robustZ(130, [100, 110, 90, 100], 1)).toBeCloseTo(30 / (1.4826 * 5), 9);
    expect(robustZ(130, [100, 110, 90, 5_000], 1)).toBeCloseTo(25 / (1.4826 * 10), 9);
  });

  it('a deviation of nothing counts as the floor', () => {
    expect(robustZ(105, [100, 100, 100], 10)).toBeCloseTo(5 / 14.826, 9);
  });

  it('counts are measured by the root of their mean, which is at least one', () => {
    expect(poissonZ(16, [4, 4])).toBe(6);
    expect(poissonZ(2, [0, 0])).toBe(2);
  });

  it('a moving percentile counts equal values half', () => {
    expect(percentileRank(3, [1, 2, 3, 4])).toBe(62.5);
    expect(percentileRank(9, [1, 2, 3, 4])).toBe(100);
  });

  it('seasons are looked for on either side, and what is not known is left out', () => {
    const at = slotsOf([0, 1, 2, 3, Number.NaN, 5, 6, 7, 8, 9, 10]);
    expect(earlierSeasons(at, 10, { count: 2, every: 4, around: 1 })).toEqual([5, 6, 7, 1, 2, 3]);
  });

  it('days like today are compared with the same slot, and what is not known is left out', () => {
    // Two slots a day; days 0, 2, 3 and 5 are worked.
    const at = slotsOf([0, 1, 10, 11, 20, 21, Number.NaN, 31, 40, 41, 50, 51]);
    const isLike = (day: number, today: number): boolean => [0, 2, 3, 5].includes(day) === [0, 2, 3, 5].includes(today);
    expect(earlierLikeDays(at, 11, { back: 7, perDay: 2, isLike })).toEqual([31, 21, 1]);
    expect(earlierLikeDays(at, 10, { back: 3, perDay: 2, isLike })).toEqual([20]);
    expect(earlierLikeDays(at, 8, { back: 7, perDay: 2, isLike })).toEqual([10]);
  });

  it('nothing before says nothing', () => {
    expect([robustZ(1, [], 1), poissonZ(1, []), percentileRank(1, []), percentileRank(Number.NaN, [1])]).toEqual(Array(4).fill(Number.NaN));
  });

  it('EARS says nothing of a day whose base has a gap', () => {
    const days = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const base = { length: 7, floor: 0.5 };
    expect(ears('C2', slotsOf(days), 9, base)).toBeGreaterThan(0);
    expect(ears('C2', slotsOf(days.with(3, Number.NaN)), 9, base)).toBeNaN();
    expect(ears('C1', slotsOf(days.with(3, Number.NaN)), 9, base)).toBeNaN();
  });
});

/** An alarm above the line of EARS's first year: one in a thousand days for C1 and C2, one in forty for C3. */
const LINE: Readonly<Record<EarsMethod, number>> = { C1: 3.0902, C2: 3.0902, C3: 1.96 };

function earsDetector(method: EarsMethod, floor: number, length = 7): Detector {
  const first = length + { C1: 0, C2: 2, C3: 4 }[method];
  return { first, calls: (cases, week) => ears(method, slotsOf(cases), week, { length, floor }) > LINE[method] };
}

/** Sensitivity and specificity by weeks, false alarms a year, outbreaks found, delay in weeks: of an implementation of somebody else. */
const REFERENCE: readonly [name: string, detector: Detector, line: string][] = [
  ['C1, sd >= 0', earsDetector('C1', 0), '0.118 0.960 2.10 11 of 12 2.4'],
  ['C2, sd >= 0', earsDetector('C2', 0), '0.201 0.955 2.32 10 of 11 2.2'],
  ['C2, sd >= 0.5', earsDetector('C2', 0.5), '0.186 0.966 1.76 10 of 11 2.6'],
  ['C3, sd >= 0.5', earsDetector('C3', 0.5), '0.415 0.888 5.81 11 of 11 1.3'],
  ['C2 of 28 weeks, sd >= 0.5', earsDetector('C2', 0.5, 28), '0.261 0.974 1.34 10 of 11 2.6'],
];

const there = hasOutbreakSeries();

describe.skipIf(!there)(there ? 'on 14 labelled series of weekly cases' : ABSENT, () => {
  const series = (): OutbreakSeries[] => readOutbreakSeries();

  it('the series are those that the reference was measured on', () => {
    const all = series();
    expect(all.map(({ cases }) => cases.length)).toEqual(Array(14).fill(209));
    expect(all.flatMap(({ outbreak }) => outbreak.filter(Boolean)).length).toBe(218);
  });

  it.each(REFERENCE)('%s finds what the reference found, to every digit', (_name, detector, line) => {
    expect(scoreLine(detector, series())).toBe(line);
  });

  it('control: C3 that takes one off the day itself as well is another detector', () => {
    const base = { length: 7, floor: 0.5 };
    const c2 = (cases: readonly number[], week: number): number => ears('C2', slotsOf(cases), week, base);
    const excess = (cases: readonly number[], week: number): number => Math.max(0, c2(cases, week) - 1);
    const calls = (cases: readonly number[], week: number): boolean =>
      excess(cases, week) + excess(cases, week - 1) + excess(cases, week - 2) > LINE.C3;
    expect(scoreLine({ first: 11, calls }, series())).not.toBe('0.415 0.888 5.81 11 of 11 1.3');
  });
});
