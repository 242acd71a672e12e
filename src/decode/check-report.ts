import type { Report } from '../model/reading.ts';
import type { Scalar } from '../model/text.ts';
import { pointerStep, refused } from './decoded.ts';
import type { Refused } from './decoded.ts';
import { createNameCheck, isIdentifier } from './identifier.ts';
import { readTimestamp } from './timestamp.ts';

export const MEASURES_LIMIT = 64;
export const STRING_LIMIT = 64;

/** Checks one parsed object; `sensor` is the one that the topic names, or `null` in a batch. `base` is the member's pointer. */
export type ReportCheck = (body: unknown, gateway: string, sensor: string | null, base: string) => Report | Refused;

/**
 * The hand-written twin of `schemas/reading.schema.json`, because it runs once a message. A test holds both to the same
 * verdict over random messages. Members that the schema does not name are ignored.
 */
export function createReportCheck(): ReportCheck {
  const isName = createNameCheck();
  return (body, gateway, topicSensor, base) => {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return refused('schema', base, 'A reading is an object with "values"; see schemas/reading.schema.json.');
    const { at, seq, test, values, sensor } = body as Members;
    const time = at === undefined ? null : readTimestamp(at);
    if (at !== undefined && time === null) return badTime(base);
    const bad =
      checkSensor(sensor, topicSensor, base) ??
      (seq === undefined || (Number.isSafeInteger(seq) && (seq as number) >= 0)
        ? null
        : refused('schema', `${base}/seq`, '"seq" is a whole number from 0 to 9007199254740991, or absent.')) ??
      (test === undefined || typeof test === 'boolean' ? null : refused('schema', `${base}/test`, '"test" is true or false, or absent.')) ??
      checkValues(values, isName, base);
    if (bad !== null) return bad;
    return {
      kind: 'report',
      gateway,
      sensor: topicSensor ?? (sensor as string),
      at: time,
      seq: seq === undefined ? null : (seq as number),
      test: test === true,
      values: values as Record<string, Scalar>,
    };
  };
}

interface Members {
  readonly at?: unknown;
  readonly seq?: unknown;
  readonly test?: unknown;
  readonly values?: unknown;
  readonly sensor?: unknown;
}

function badTime(base: string): Refused {
  return refused(
    'time-invalid',
    `${base}/at`,
    '"at" is RFC 3339 with an offset (2026-11-23T08:00:00.000+08:00) or epoch milliseconds, from 1973 to 2099.',
  );
}

function checkSensor(sensor: unknown, topicSensor: string | null, base: string): Refused | null {
  if (sensor === undefined && topicSensor !== null) return null;
  if (typeof sensor !== 'string' || !isIdentifier(sensor))
    return refused(
      'schema',
      `${base}/sensor`,
      '"sensor" is needed: 1 to 64 letters, digits, dots, underscores, colons or hyphens, beginning with a letter or digit.',
    );
  if (topicSensor !== null && sensor !== topicSensor)
    return refused('schema', `${base}/sensor`, 'The topic names another sensor; leave "sensor" out or make both the same.');
  return null;
}

function checkValues(values: unknown, isName: (name: string) => boolean, base: string): Refused | null {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return refused('schema', `${base}/values`, '"values" is an object with one member a measure, e.g. {"smoke": 1}.');
  let count = 0;
  for (const name in values) {
    count += 1;
    const value = (values as Record<string, unknown>)[name];
    if (!isName(name))
      return refused(
        'schema',
        `${base}/values${pointerStep(name)}`,
        'The name of a measure is 1 to 64 letters, digits, dots, underscores, colons or hyphens, and not reserved.',
      );
    if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean' && !isShortString(value))
      return refused(
        'schema',
        `${base}/values${pointerStep(name)}`,
        'A value is a finite number, true, false, or a string of at most 64 characters.',
      );
  }
  if (count === 0 || count > MEASURES_LIMIT) return refused('schema', `${base}/values`, `"values" holds 1 to ${MEASURES_LIMIT} measures.`);
  return null;
}

function isShortString(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (value.length <= STRING_LIMIT) return true;
  return value.length <= 2 * STRING_LIMIT && codePoints(value) <= STRING_LIMIT;
}

/** As JSON Schema counts the length of a string. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
