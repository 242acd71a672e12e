import type { Problem } from '../model/problem.ts';
import { pointerOf } from './json-pointer.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';

interface Frame {
  /** Keys seen so far; `null` in an array. */
  readonly keys: Set<string> | null;
  /** Key or index of the member being read. */
  member: string | number;
  /** True where the next string is a key. */
  keyNext: boolean;
}

/** Objects and arrays nest at most this deep in a file that a person writes. */
const DEPTH_LIMIT = 64;
/** A hostile file does not get a report as long as itself. */
const PROBLEM_LIMIT = 20;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * One pass over JSON text before anybody parses it: too deep, a key written twice, a key that names a prototype.
 * Says nothing about validity. Its cost is linear and it keeps its own stack, so no text can exhaust it.
 */
export function guardJson(text: string, file: string): Problem[] {
  const problems: Problem[] = [];
  const stack: Frame[] = [];
  const say = (code: RuleProblemCode, message: string): void => {
    problems.push({ code, file, pointer: pointerOf(stack.map((frame) => frame.member)), message });
  };
  for (let i = 0; i < text.length && problems.length < PROBLEM_LIMIT; i += 1) {
    const char = text[i];
    const top = stack.at(-1);
    if (char === '"') {
      const end = endOfString(text, i);
      if (top?.keys && top.keyNext) takeKey(top, readString(text.slice(i, end + 1)), say);
      i = end;
    } else if (char === '{' || char === '[') {
      if (stack.length >= DEPTH_LIMIT) {
        say('rule-depth', `Nest objects and arrays at most ${DEPTH_LIMIT} deep.`);
        return problems;
      }
      stack.push(char === '{' ? { keys: new Set(), member: '', keyNext: true } : { keys: null, member: 0, keyNext: false });
    } else if (char === '}' || char === ']') stack.pop();
    else if (char === ',' && top) {
      if (top.keys) top.keyNext = true;
      else top.member = (top.member as number) + 1;
    }
  }
  return problems;
}

function takeKey(frame: Frame, key: string, say: (code: RuleProblemCode, message: string) => void): void {
  frame.member = key;
  frame.keyNext = false;
  if (FORBIDDEN.has(key)) say('rule-key-forbidden', `Remove the key "${key}"; it has no meaning here and is never accepted.`);
  else if (frame.keys?.has(key)) say('rule-key-duplicate', `"${key}" stands here twice; keep one of the two.`);
  frame.keys?.add(key);
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

/** A key may hide behind escapes; text that is no JSON string is left to the parser to refuse. */
function readString(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
