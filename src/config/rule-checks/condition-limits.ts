import type { Problem } from '../../model/problem.ts';
import { conditionRoots, walkCondition } from './condition-walk.ts';

const DEPTH_LIMIT = 16;
const NODE_LIMIT = 500;
/** What json-rules-engine looks for in a node, in this order; a node that owns two would silently lose one. */
const FORMS = ['any', 'all', 'not', 'condition', 'fact'];

/** Bounds and forms of the conditions of a parsed file, before anything recurses into them. */
export function checkConditionLimits(value: unknown, file: string): Problem[] {
  const problems: Problem[] = [];
  let nodes = 0;
  for (const { root, pointer } of conditionRoots(value)) {
    for (const visited of walkCondition(root, pointer)) {
      nodes += 1;
      if (nodes > NODE_LIMIT) {
        const message = `Use at most ${NODE_LIMIT} conditions in one rule; split it into several rules.`;
        return [{ code: 'rule-conditions-too-many', file, pointer: visited.pointer, message }];
      }
      if (visited.depth > DEPTH_LIMIT) {
        return [{ code: 'rule-depth', file, pointer: visited.pointer, message: `Nest conditions at most ${DEPTH_LIMIT} deep.` }];
      }
      const forms = FORMS.filter((form) => Object.hasOwn(visited.node, form));
      if (forms.length < 2) continue;
      const message = `Keep one of ${forms.map((form) => `"${form}"`).join(', ')}; a condition has one form.`;
      problems.push({ code: 'rule-condition-shape', file, pointer: visited.pointer, message });
    }
  }
  return problems;
}
