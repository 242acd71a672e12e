import type { Question } from '../engine/condition/evaluate.ts';

/** Objects and arrays of a line nest at most this deep. */
const DEPTH_LIMIT = 256;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Reads one line of `maibo rules eval`; throws an `Error` that says what is wrong with it. */
export function readQuestion(line: string): Question {
  const value = JSON.parse(line) as unknown;
  if (!isObject(value)) throw new Error('A line must be an object: {"conditions": …, "facts": {…}, "named": {…}}.');
  // A key that stands twice is lost in parsing, so that fewer are found than were written.
  if (countMembers(value, 1) !== countColons(line)) throw new Error('A key stands twice in one object.');
  if (!Object.hasOwn(value, 'conditions')) throw new Error('"conditions" is missing.');
  return { conditions: value['conditions'], facts: objectOf(value, 'facts'), named: objectOf(value, 'named') };
}

function objectOf(line: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = Object.hasOwn(line, name) ? line[name] : {};
  if (!isObject(value)) throw new Error(`"${name}" must be an object.`);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members of all objects in it. Quicker than to look for names that were seen before. */
function countMembers(value: object, depth: number): number {
  if (depth > DEPTH_LIMIT) throw new Error(`Nest objects and arrays at most ${DEPTH_LIMIT} deep.`);
  if (Array.isArray(value)) {
    let count = 0;
    for (const member of value as unknown[]) if (typeof member === 'object' && member !== null) count += countMembers(member, depth + 1);
    return count;
  }
  if (Object.hasOwn(value, '__proto__')) throw new Error('The key "__proto__" is never accepted.');
  let count = 0;
  for (const name in value) {
    count += 1;
    const member = (value as Record<string, unknown>)[name];
    if (typeof member === 'object' && member !== null) count += countMembers(member, depth + 1);
  }
  return count;
}

/** Colons outside of texts: one for each member, in text that is JSON. */
function countColons(json: string): number {
  let count = 0;
  for (let i = 0; i < json.length; i += 1) {
    const char = json.charCodeAt(i);
    if (char === COLON) count += 1;
    else if (char === QUOTE) i = endOfText(json, i + 1);
  }
  return count;
}

function endOfText(json: string, from: number): number {
  for (let i = from; i < json.length; i += 1) {
    const char = json.charCodeAt(i);
    if (char === QUOTE) return i;
    if (char === BACKSLASH) i += 1;
  }
  return json.length;
}
