import type { Condition, FactCondition } from '../../model/condition.ts';
import type { Problem } from '../../model/problem.ts';
import type { RuleFile } from '../rule-file-shape.ts';
import { conditionRoots } from './condition-walk.ts';
import { rangeOf, type Range } from './value-range.ts';

/** Comparisons with a number that no sample can ever satisfy, such as one beyond the plausible range of the fact. */
export function checkThresholds(rule: RuleFile, file: string): Problem[] {
  const problems: Problem[] = [];
  for (const { root, pointer } of conditionRoots(rule)) {
    for (const { leaf, pointer: at } of leavesOf(root as Condition | undefined, pointer)) {
      const asked = leaf.fact === 'value' ? rule.value : leaf;
      const range = leaf.path === undefined && asked.path === undefined ? rangeOf(asked) : null;
      if (range === null || typeof leaf.value !== 'number' || !isNeverTrue(leaf.operator, leaf.value, range)) continue;
      const bounds = Number.isFinite(range[1]) ? `${range[0]} to ${range[1]}` : `${range[0]} upwards`;
      const message = `The ${leaf.fact} is from ${bounds} here, so that ${leaf.operator} ${leaf.value} is never true; correct the threshold or the range.`;
      problems.push({ code: 'rule-never', file, pointer: `${at}/value`, message });
    }
  }
  return problems;
}

/** Comparisons that stand under `all` and `any` alone: under a `not`, never true is always true, and may be meant. */
function leavesOf(root: Condition | undefined, pointer: string): { readonly leaf: FactCondition; readonly pointer: string }[] {
  if (root === undefined) return [];
  if ('any' in root) return root.any.flatMap((child, i) => leavesOf(child, `${pointer}/any/${i}`));
  if ('all' in root) return root.all.flatMap((child, i) => leavesOf(child, `${pointer}/all/${i}`));
  return 'fact' in root ? [{ leaf: root, pointer }] : [];
}

function isNeverTrue(operator: string, bound: number, [least, greatest]: Range): boolean {
  switch (operator) {
    case 'greaterThan':
      return bound >= greatest;
    case 'greaterThanInclusive':
      return bound > greatest;
    case 'lessThan':
      return bound <= least;
    case 'lessThanInclusive':
      return bound < least;
    case 'equal':
      return bound < least || bound > greatest;
    default:
      return false;
  }
}
