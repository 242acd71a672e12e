import type { Problem } from '../../model/problem.ts';
import { isObject } from './condition-walk.ts';
import { factsOf } from './fact-walk.ts';

/** Different ones: each is memory for every key. */
const DIFFERENT_LIMIT = 32;
/** However often each is asked for: each is work for every reading. */
const FACT_LIMIT = 600;
/** Operands within operands. */
const DEPTH_LIMIT = 4;

/** Bounds of the facts of a parsed file, before anything recurses into them. */
export function checkFactLimits(value: unknown, file: string): Problem[] {
  if (!isObject(value)) return [];
  const facts = factsOf({ value: value['value'], conditions: value['conditions'], levels: value['levels'] });
  const deep = facts.find((fact) => fact.depth > DEPTH_LIMIT);
  if (deep !== undefined) {
    const message = `Nest facts at most ${DEPTH_LIMIT} deep; give a part to a rule of its own and ask for it with "sign".`;
    return [{ code: 'rule-depth', file, pointer: deep.pointer, message }];
  }
  const message = `Use at most ${DIFFERENT_LIMIT} different facts, and ${FACT_LIMIT} in all, in one rule; split it into several rules.`;
  const tooMany: Problem = { code: 'rule-facts-too-many', file, pointer: '', message };
  if (facts.length > FACT_LIMIT) return [tooMany];
  return new Set(facts.map(({ fact, params }) => JSON.stringify([fact, params]))).size > DIFFERENT_LIMIT ? [tooMany] : [];
}
