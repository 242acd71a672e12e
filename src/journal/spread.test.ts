import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Spread } from './spread.ts';

function spreadOf(values: readonly number[]): Spread {
  const spread = new Spread();
  for (const value of values) spread.add(value);
  return spread;
}

/** The smallest value that at least this share do not exceed. */
function nearestRank(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1] as number;
}

describe('a spread of times', () => {
  it('of a few is exact, and of none unknown', () => {
    expect([0.5, 0.9, 0.99].map((share) => spreadOf([]).quantile(share))).toEqual([null, null, null]);
    expect([0.5, 0.9, 0.99].map((share) => spreadOf([7]).quantile(share))).toEqual([7, 7, 7]);
    const ten = spreadOf([10, 1, 9, 2, 8, 3, 7, 4, 6, 5]);
    expect([ten.quantile(0.5), ten.quantile(0.9), ten.quantile(0.99), ten.exact]).toEqual([5, 9, 10, true]);
  });

  it('of very many is within one per cent, and says that it is not exact', () => {
    const times = fc.array(fc.oneof(fc.nat(3), fc.nat(1_000), fc.nat(400 * 86_400_000)), { minLength: 1_001, maxLength: 1_400 });
    fc.assert(
      fc.property(times, fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1), (values, share) => {
        const spread = spreadOf(values);
        const truth = nearestRank(values, share);
        expect(spread.exact).toBe(false);
        expect(spread.count).toBe(values.length);
        // A whole number of ms may be half a ms off as well.
        expect(Math.abs((spread.quantile(share) as number) - truth)).toBeLessThanOrEqual(truth * 0.0101 + 0.5);
      }),
      { numRuns: 60 },
    );
  });

  it('takes as much room for a million as for some thousands', () => {
    const spread = new Spread();
    for (let i = 0; i < 1_000_000; i += 1) spread.add((i * 7_919) % 34_560_000_000);
    expect(spread.count).toBe(1_000_000);
    expect(spread.classes).toBeLessThan(1_300);
  });
});
