import { pointerStep } from './decoded.ts';

interface Frame {
  /** Keys of an object so far; `null` in an array. */
  readonly keys: Set<string> | null;
  readonly path: string;
  index: number;
}

/** Nothing nests deeper than this in a message that we take. */
export const DEPTH_LIMIT = 16;

/** What lies deeper is refused for its depth; here it costs neither memory nor stack. */
const BEYOND: Frame = { keys: null, path: '', index: 0 };

/** Keys that a parsed value holds. Compared with the colons of the text it tells whether a key was written twice. */
export function countKeys(value: unknown): number {
  let count = 0;
  if (Array.isArray(value)) {
    for (const member of value) if (typeof member === 'object' && member !== null) count += countKeys(member);
    return count;
  }
  // `for in` over what JSON.parse made is six times as fast as Object.values: no array is built.
  for (const key in value as Record<string, unknown>) {
    count += 1;
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === 'object' && member !== null) count += countKeys(member);
  }
  return count;
}

/**
 * JSON pointers of keys that stand twice in one object. `JSON.parse` keeps the last one and says nothing, but another reader
 * of the same bytes may keep the first. The text must be valid JSON; depth costs no stack.
 */
export function findDuplicateKeys(text: string): readonly string[] {
  const found: string[] = [];
  const stack: Frame[] = [];
  let path = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    const top = stack.at(-1);
    if (char === '"') {
      const end = endOfString(text, i);
      const after = skipSpace(text, end + 1);
      if (top?.keys && text[after] === ':') {
        const key = JSON.parse(text.slice(i, end + 1)) as string;
        path = top.path + pointerStep(key);
        if (top.keys.has(key)) found.push(path);
        top.keys.add(key);
      }
      i = end;
    } else if (char === '{' || char === '[') {
      const own = top && top.keys === null ? `${top.path}/${top.index}` : path;
      stack.push(stack.length < DEPTH_LIMIT ? { keys: char === '{' ? new Set() : null, path: own, index: 0 } : BEYOND);
    } else if (char === '}' || char === ']') stack.pop();
    else if (char === ',' && top) top.index += 1;
  }
  return found;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

function skipSpace(text: string, start: number): number {
  let i = start;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i += 1;
  return i;
}
