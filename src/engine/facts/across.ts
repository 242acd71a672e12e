import { roundForComparison } from '../rounding.ts';
import type { FactBuilder } from './fact-builder.ts';
import { CLOCK, TIME } from '../key-clock.ts';

export const ACROSS = ['max', 'min', 'sum', 'mean'] as const;
export type Across = (typeof ACROSS)[number];

/** What each member of a key says. */
interface MemberSource {
  readonly ask: (row: number, key: number) => number;
  readonly newest: (row: number) => number;
  /** Moves on whenever a member of the key says something else; without it everybody is asked each time. */
  readonly moved?: (key: number) => number;
}

/** What a key last came to. Asked of a time in `(after, until]`, the same members count. */
interface Kept {
  moved: number;
  after: number;
  until: number;
  answer: number;
}

/**
 * Asks every member's own row, then combines what is known. A member that has been silent for longer than `stale` must not
 * hold up the sum of the others.
 */
export function acrossMembers(how: Across, builder: FactBuilder, member: MemberSource): (key: number) => number {
  const { memory } = builder;
  const { stale } = builder.rule;
  const kept: Kept[] = [];
  return (key) => {
    const at = memory.clock[key * CLOCK + TIME] as number;
    const moved = member.moved?.(key) ?? -1;
    const known = kept[key];
    if (known !== undefined && known.moved === moved && at > known.after && at <= known.until) return known.answer;
    let after = Number.NEGATIVE_INFINITY;
    let until = Number.POSITIVE_INFINITY;
    let count = 0;
    let sum = 0;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let m = memory.firstMember[key] as number; m !== -1; m = memory.nextMember[m] as number) {
      if (stale !== null) {
        const ends = member.newest(m) + stale;
        if (ends < at) {
          if (ends > after) after = ends;
          continue;
        }
        if (ends < until) until = ends;
      }
      const value = member.ask(m, key);
      if (Number.isNaN(value)) continue;
      count += 1;
      sum += value;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    const answer = count === 0 ? Number.NaN : together(how, { count, sum, least, greatest });
    if (member.moved !== undefined) kept[key] = { moved, after, until, answer };
    return answer;
  };
}

function together(
  how: Across,
  all: { readonly count: number; readonly sum: number; readonly least: number; readonly greatest: number },
): number {
  switch (how) {
    case 'max':
      return all.greatest;
    case 'min':
      return all.least;
    case 'sum':
      return roundForComparison(all.sum);
    case 'mean':
      return roundForComparison(all.sum / all.count);
  }
}
