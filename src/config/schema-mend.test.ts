import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mendOfPattern } from './pattern-mend.ts';
import { checkSchema } from './schema-check.ts';
import { MENDS } from './schema-mend.ts';
import { BOUND, levelFile, parse, ruleFile, withCondition, withValue, type Json } from './test-rig.ts';

const SCHEMAS = (['rule', 'rule-test'] as const).map((name) => ({
  name,
  schema: JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')) as Json,
}));

/** Hold other schemas by name, or one, or a list of them. */
const NAMED = ['properties', 'definitions'];
const ONE = ['additionalProperties', 'propertyNames', 'items', 'if', 'then', 'else', 'not'];
const SEVERAL = ['allOf', 'anyOf', 'oneOf'];
/** Say nothing themselves: what they join is told. */
const SILENT = ['$schema', '$id', '$ref', 'title', 'description', ...NAMED, 'items', 'if', 'then', 'else', 'allOf', 'anyOf'];

function schemasIn(schema: unknown): Json[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = schema as Json;
  const below = [
    ...NAMED.flatMap((key) => Object.values((own[key] as Json | undefined) ?? {})),
    ...ONE.map((key) => own[key]),
    ...SEVERAL.flatMap((key) => (own[key] as unknown[] | undefined) ?? []),
  ];
  return [own, ...below.flatMap(schemasIn)];
}

describe('what a schema refuses is said in a sentence of ours', () => {
  test.each(SCHEMAS)('for every keyword of the schema of a $name', ({ schema }) => {
    const used = new Set(schemasIn(schema).flatMap(Object.keys));
    expect(used.size).toBeGreaterThan(15);
    expect([...used].filter((keyword) => !SILENT.includes(keyword) && !Object.hasOwn(MENDS, keyword))).toEqual([]);
  });

  test.each(SCHEMAS)('for every pattern of the schema of a $name', ({ schema }) => {
    const patterns = schemasIn(schema).flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []));
    for (const pattern of patterns) expect(mendOfPattern(pattern, '')).not.toContain(pattern);
  });

  const level = (over: Json): Json => ruleFile({ levels: { blue: levelFile({ all: [BOUND] }, over) } });
  test.each<readonly [Json, string, string]>([
    [withCondition({ all: [] }), '/levels/blue/when/all', 'Write at least one condition here.'],
    [level({ for: 5 }), '/levels/blue/for', 'Write a duration such as "90s", "5m", "1h30m" or "0s".'],
    [ruleFile({ stale: 300 }), '/stale', 'Write a duration such as "90s", "5m", "1h30m" or "0s".'],
    [ruleFile({ unit: 5 }), '/unit', 'Write a text in quotes here.'],
    [ruleFile({ latch: 'yes' }), '/latch', 'Write true or false here.'],
    [ruleFile({ title: 'Rain' }), '/title', 'Write an object in braces here.'],
    [ruleFile({ models: 'pir' }), '/models', 'Write a list in square brackets here.'],
    [ruleFile({ models: ['a', 'b', 'a'] }), '/models', 'Members 1 and 3 of this list are the same; keep one.'],
    [
      ruleFile({ models: ['PIR'] }),
      '/models/0',
      'Write small letters and digits, joined by "-" and beginning with a letter, such as "rainfall-1h".',
    ],
    [ruleFile({ version: 0 }), '/version', 'Write a whole number from 1 to 1000000000.'],
    [ruleFile({ title: { zh: '', en: 'Rain' } }), '/title/zh', 'Write something here; the text is empty.'],
    [ruleFile({ unit: 'm'.repeat(41) }), '/unit', 'Shorten this to at most 40 characters.'],
    [ruleFile({ levels: {} }), '/levels', 'Write at least one of "blue", "yellow", "orange", "red" here.'],
    [level({ clear: {} }), '/levels/blue/clear', 'Write at least one of "when", "for" here.'],
    [
      ruleFile({ conditions: { Wet: BOUND } }),
      '/conditions/Wet',
      'Give "Wet" another name: small letters and digits, joined by "-", at most 64.',
    ],
    [withValue({ fact: 'last', params: { of: 'rain', within: [1] } }), '/value/params/within', 'Write exactly 2 numbers here.'],
    [withValue({ fact: 'robust-z', params: { of: 1, slot: '1h', floor: 0 } }), '/value/params/floor', 'Write a number above 0.'],
    [ruleFile({ levles: {} }), '/levles', 'Remove "levles", or write "levels" if that is meant.'],
    [ruleFile({ colour: 'red' }), '/colour', 'Remove "colour", or correct its spelling.'],
    [
      ruleFile({ scope: 'sensors' }),
      '/scope',
      'There is no "sensors" here (did you mean "sensor"?); use one of sensor, place, street, district, gateway.',
    ],
  ])('%j at %s', (file, pointer, message) => {
    expect(parse(file).problems.map((problem) => [problem.pointer, problem.message])).toEqual([[pointer, message]]);
  });

  test('a fact or an operator that is misspelt is told with the one that was meant', () => {
    expect(parse(withCondition({ ...BOUND, fact: 'vlaue' })).problems[0]?.message).toMatch(
      /^There is no "vlaue" here \(did you mean "value"\?\); use one of /,
    );
    expect(parse(withCondition({ ...BOUND, operator: 'not:greaterThen' })).problems[0]?.message).toMatch(
      /^There is no operator "not:greaterThen" \(did you mean "not:greaterThan"\?\); use one of equal, /,
    );
    expect(parse(withCondition({ ...BOUND, operator: 'atLeast' })).problems[0]?.message).toMatch(/^Use one of equal, /);
  });

  test('so is a rule test', () => {
    const test = (input: unknown): unknown => ({ rule: 'rain', cases: [{ name: 'n', input, expect: [] }] });
    const messages = (value: unknown): string[] => checkSchema('rule-test', value, 'x').map(({ message }) => message);
    expect(messages(test([]))).toEqual(['Write at least one reading here.']);
    expect(messages(test([{ at: '0s', values: {} }]))).toEqual(['Write at least one measure with its value here.']);
    expect(messages({ rule: 'rain', ladders: [] })).toContain('Write at least one ladder here.');
  });
});
