import type { Problem } from '../../model/problem.ts';
import { pointerOf } from '../json-pointer.ts';

/** No list and no object in a rule file has a use for more. */
const MEMBER_LIMIT = 1_000;
/** With `u` a whole pair is one character, and no surrogate. */
const HALF_PAIR = /\p{Surrogate}/u;

interface Step {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}

/**
 * Bounds and texts of a value that no schema has seen yet, by its own stack. The first fault is told.
 * @param most members that all lists and objects may have together.
 */
export function checkMembers(value: unknown, file: string, most: number): Problem[] {
  const stack: Step[] = [{ value, path: [] }];
  let total = 0;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { path } = top;
    if (typeof top.value === 'string' && HALF_PAIR.test(top.value)) return [halfPair(file, path)];
    if (typeof top.value !== 'object' || top.value === null) continue;
    const members: readonly (readonly [string | number, unknown])[] = Array.isArray(top.value)
      ? top.value.map((member: unknown, i) => [i, member] as const)
      : Object.entries(top.value);
    total += members.length;
    if (members.length > MEMBER_LIMIT || total > most) {
      const message = `Keep at most ${MEMBER_LIMIT} members in one list or object, and ${most} in the whole file.`;
      return [{ code: 'rule-too-large', file, pointer: pointerOf(path), message }];
    }
    for (const [name, member] of members) {
      if (typeof name === 'string' && HALF_PAIR.test(name)) return [halfPair(file, path)];
      stack.push({ value: member, path: [...path, name] });
    }
  }
  return [];
}

/** It cannot be written as UTF-8: what is kept would differ from what was checked. */
function halfPair(file: string, path: readonly (string | number)[]): Problem {
  const message = 'Write whole characters: this text holds one half of a surrogate pair.';
  return { code: 'rule-encoding', file, pointer: pointerOf(path), message };
}
