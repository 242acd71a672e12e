import type { Condition, FactCondition } from '../../model/condition.ts';
import { LEVELS, type Level } from '../../model/level.ts';
import type { Problem } from '../../model/problem.ts';
import type { LevelFile, RuleFile } from '../rule-file-shape.ts';

export type Direction = 'up' | 'down';
interface Threshold {
  readonly direction: Direction;
  readonly bound: number;
  readonly inclusive: boolean;
}

const COMPARISONS: Readonly<Record<string, { readonly direction: Direction; readonly inclusive: boolean }>> = {
  greaterThan: { direction: 'up', inclusive: false },
  greaterThanInclusive: { direction: 'up', inclusive: true },
  lessThan: { direction: 'down', inclusive: false },
  lessThanInclusive: { direction: 'down', inclusive: true },
};

/**
 * Catches the slip of a finger in a ladder of plain thresholds: a higher level that is easier to reach than a lower one, and
 * a clear condition that is already true where the level is raised. Conditions that are no plain ladder are left alone.
 */
export function checkLadder(rule: RuleFile, file: string): Problem[] {
  const problems: Problem[] = [];
  const highest = new Map<string, { readonly bound: number; readonly level: Level }>();
  for (const level of LEVELS) {
    const one = rule.levels[level];
    if (one === undefined) continue;
    for (const [mark, { direction, bound }] of thresholds(one.when, rule)) {
      const before = highest.get(mark);
      if (before !== undefined && (direction === 'up' ? bound < before.bound : bound > before.bound)) {
        const message = `${level} (${bound}) is easier to reach than ${before.level} (${before.bound}); put the thresholds in rising order of danger.`;
        problems.push({ code: 'rule-ladder', file, pointer: `/levels/${level}/when`, message });
      } else highest.set(mark, { bound, level });
    }
    const overlap = overlapOf(one, rule);
    if (overlap !== null) problems.push({ code: 'rule-clear-overlap', file, pointer: `/levels/${level}/clear/when`, message: overlap });
  }
  return problems;
}

/** Plain comparisons at the top of a condition, by fact and direction; a fact that is bounded on both sides of an `all` is a range, no ladder. */
function thresholds(condition: Condition, rule: RuleFile): Map<string, Threshold> {
  const found = new Map<string, Threshold>();
  const doubtful = new Set<string>();
  const conjunction = !('any' in condition);
  for (const { fact, direction, bound, inclusive } of comparisonsIn(condition, rule)) {
    const mark = `${fact} ${direction}`;
    const opposite = `${fact} ${direction === 'up' ? 'down' : 'up'}`;
    if (found.has(mark)) doubtful.add(mark);
    if (conjunction && found.has(opposite)) {
      doubtful.add(mark);
      doubtful.add(opposite);
    }
    found.set(mark, { direction, bound, inclusive });
  }
  for (const mark of doubtful) found.delete(mark);
  return found;
}

/** What stands at the top of a condition and compares a fact with a number. */
export function comparisonsIn(condition: Condition, rule: RuleFile): (Threshold & { readonly fact: string })[] {
  return topLeaves(condition).flatMap((leaf) => {
    const comparison = Object.hasOwn(COMPARISONS, leaf.operator) ? COMPARISONS[leaf.operator] : undefined;
    if (comparison === undefined || typeof leaf.value !== 'number') return [];
    return [{ ...comparison, bound: leaf.value, fact: identity(leaf, rule) }];
  });
}

function topLeaves(condition: Condition): FactCondition[] {
  const list = 'any' in condition ? condition.any : 'all' in condition ? condition.all : [condition];
  return list.filter((child): child is FactCondition => 'fact' in child);
}

function identity(leaf: FactCondition, rule: RuleFile): string {
  const { fact, params } = leaf.fact === 'value' ? rule.value : leaf;
  return JSON.stringify([fact, params ?? {}]);
}

function overlapOf(level: LevelFile, rule: RuleFile): string | null {
  if (level.clear?.when === undefined) return null;
  const raises = thresholds(level.when, rule);
  const clears = thresholds(level.clear.when, rule);
  // An `all` with more than one part is not true for the threshold alone.
  if (raises.size !== 1 || clears.size !== 1 || partsOf(level.when) !== 1 || partsOf(level.clear.when) !== 1) return null;
  const [[raiseMark, raise]] = [...raises] as [[string, Threshold]];
  const [[clearMark, clear]] = [...clears] as [[string, Threshold]];
  if (raise.direction === clear.direction || raiseMark.slice(0, -raise.direction.length) !== clearMark.slice(0, -clear.direction.length))
    return null;
  const gap = raise.direction === 'up' ? clear.bound - raise.bound : raise.bound - clear.bound;
  if (gap < 0 || (gap === 0 && !(raise.inclusive && clear.inclusive))) return null;
  const side = raise.direction === 'up' ? 'below' : 'above';
  return `The level is raised at ${raise.bound} and clears at ${clear.bound}, so that it does both at once; clear it ${side} ${raise.bound}.`;
}

export function partsOf(condition: Condition): number {
  return 'any' in condition ? condition.any.length : 'all' in condition ? condition.all.length : 1;
}
