import { nearestName } from '../model/nearest-name.ts';

const DECORATORS = ['someFact', 'everyFact', 'someValue', 'everyValue', 'swap', 'not'];
const OPERATORS = [
  ...['equal', 'notEqual', 'in', 'notIn', 'contains', 'doesNotContain'],
  ...['lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive'],
];

const ID = 'Write small letters and digits, joined by "-" and beginning with a letter, such as "rainfall-1h".';

/** Part of a pattern of ours → what text it lets pass; the first that is found counts. */
const SENTENCES: readonly (readonly [part: string, sentence: string])[] = [
  ['wd', 'Write a duration such as "15m" or "24h", or working days: "1wd" to "99wd".'],
  ['^(?=.*[1-9])', 'Write a time longer than nothing, such as "90s", "5m" or "1h30m".'],
  ['(ms|s|m|h|d)', 'Write a duration such as "90s", "5m", "1h30m" or "0s".'],
  ['someFact', `Use one of ${OPERATORS.join(', ')}, with a decorator such as "not:" before it if need be.`],
  ['\\.[A-Za-z_]', 'Write a member path such as "$.name" or "$.list[0]"; filters and scripts are never accepted.'],
  ['\\$lag', 'Write the id of a measure, in small letters and digits joined by "-", such as "pm25", or "$lag".'],
  ['^[a-z][a-z0-9]*(-', ID],
  ['^([01][0-9]', 'Write a time of day from "00:00" to "23:59".'],
  ['T[0-9]{2}', 'Write a date and time with an offset, such as "2026-06-01T08:00:00+08:00".'],
  ['^[0-9]{4}-', 'Write a date such as "2026-06-01", or null.'],
  ['^[0-9]{9}$', 'Write the nine digits of a street code, such as "310104014".'],
  ['^(sensor|', 'Write a key such as "sensor:s1", "place:p1" or "street:310104014".'],
  ['_+-]', 'Write the name of a time zone, such as "Asia/Shanghai".'],
  ['^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Write letters, digits, ".", "_" and "-" only, such as "s1".'],
  ['^[A-Za-z][A-Za-z0-9_-]*$', 'Write the name of an attribute: letters, digits, "_" and "-", such as "capacity".'],
];

/** One sentence for a text that a pattern of our schemas refuses. */
export function mendOfPattern(pattern: string, text: unknown): string {
  const sentence = SENTENCES.find(([part]) => pattern.includes(part))?.[1];
  if (sentence === undefined) return `Write it so that it matches ${pattern}.`;
  const meant = typeof text === 'string' && pattern.includes('someFact') ? operatorMeant(text) : null;
  return meant === null
    ? sentence
    : `There is no operator "${text as string}" (did you mean "${meant}"?); ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

/** With each part that is unknown put right; `null` where one is near to none. */
function operatorMeant(text: string): string | null {
  const parts = text.split(':');
  const right = parts.map((part, i) => {
    const known = i === parts.length - 1 ? OPERATORS : DECORATORS;
    return known.includes(part) ? part : nearestName(part, known);
  });
  return right.includes(null) || text.length > 80 ? null : right.join(':');
}
