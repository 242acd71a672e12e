import type { Problem } from '../../model/problem.ts';
import type { RuleFile } from '../rule-file-shape.ts';
import { conditionRoots, walkCondition } from './condition-walk.ts';

const LISTS = ['in', 'notIn', 'someValue', 'everyValue'];

/** Operators that look into a list need one, written out: no fact of ours is a list, and looking into a number is an error. */
export function checkListOperators(rule: RuleFile, file: string): Problem[] {
  const problems: Problem[] = [];
  for (const { root, pointer } of conditionRoots(rule)) {
    for (const { node, pointer: at } of walkCondition(root, pointer)) {
      const { operator, value } = node as { operator?: unknown; value?: unknown };
      if (typeof operator !== 'string' || Array.isArray(value) || !operator.split(':').some((part) => LISTS.includes(part))) continue;
      const message = `Write "value" as a list, such as [1, 2]: the operator ${operator} looks into it.`;
      problems.push({ code: 'rule-operator-list', file, pointer: `${at}/value`, message });
    }
  }
  return problems;
}
