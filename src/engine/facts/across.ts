import { roundForComparison } from '../rounding.ts';
import type { FactBuilder } from './fact-builder.ts';
import { CLOCK, TIME } from '../key-clock.ts';

export const ACROSS = ['max', 'min', 'sum', 'mean'] as const;
export type Across = (typeof ACROSS)[number];

/**
 * Asks every member's own row, then combines what is known. A member that has been silent for longer than `stale` must not
 * hold up the sum of the others.
 */
export function acrossMembers(
  how: Across,
  builder: FactBuilder,
  member: { readonly ask: (row: number, key: number) => number; readonly newest: (row: number) => number },
): (key: number) => number {
  const { memory } = builder;
  const { stale } = builder.rule;
  return (key) => {
    let count = 0;
    let sum = 0;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let m = memory.firstMember[key] as number; m !== -1; m = memory.nextMember[m] as number) {
      if (stale !== null && (memory.clock[key * CLOCK + TIME] as number) - member.newest(m) > stale) continue;
      const value = member.ask(m, key);
      if (Number.isNaN(value)) continue;
      count += 1;
      sum += value;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    if (count === 0) return Number.NaN;
    switch (how) {
      case 'max':
        return greatest;
      case 'min':
        return least;
      case 'sum':
        return roundForComparison(sum);
      case 'mean':
        return roundForComparison(sum / count);
    }
  };
}
