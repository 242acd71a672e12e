import { describe, expect, test } from 'vitest';
import { found, levelFile, parse, ruleFile, withCondition, type Json } from '../test-rig.ts';

const SMOKE = { fact: 'last', params: { of: 'smoke' } };
const BOUNDED = { fact: 'last', params: { of: 'smoke', within: [0, 1] } };
const KIND = { fact: 'place', params: { attribute: 'kind' } };
const COUNT = { fact: 'count', params: { of: 'smoke', window: '1h' } };

const WHEN = '/levels/blue/when';
const told = (fact: Json, operator: string, value: unknown): string[] => found(withCondition({ any: [{ ...fact, operator, value }] }));
const messageOf = (fact: Json, operator: string, value: unknown): string | undefined =>
  parse(withCondition({ ...fact, operator, value })).problems[0]?.message;

describe('what is compared by size is a number', () => {
  test.each<readonly [string, unknown, string]>([
    ['greaterThan', null, ''],
    ['greaterThanInclusive', true, ''],
    ['lessThan', '35', ''],
    ['lessThanInclusive', 'high', ''],
    ['not:greaterThan', '35', ''],
    ['swap:lessThan', false, ''],
    ['greaterThan', [1, 2], ''],
    ['someValue:greaterThan', [1, '2'], '/1'],
    ['not:everyValue:lessThan', [null], '/0'],
  ])('%s %j is refused', (operator, value, member) => {
    expect(told(SMOKE, operator, value)).toEqual([`rule-value-type ${WHEN}/any/0/value${member}`]);
  });

  test.each<readonly [string, unknown]>([
    ['greaterThan', 5],
    ['greaterThan', { fact: 'value' }],
    ['someValue:greaterThan', [1, 2]],
    ['everyValue:not:lessThan', [1, 2]],
  ])('%s %j is taken', (operator, value) => {
    expect(told(SMOKE, operator, value)).toEqual([]);
  });

  test('the mend is in the sentence', () => {
    expect(messageOf(SMOKE, 'greaterThan', '35')).toBe('Write 35 without quotes: greaterThan compares numbers, and "35" is none.');
    expect(messageOf(SMOKE, 'greaterThan', null)).toBe('Write a number here: greaterThan compares numbers, and null is none.');
    expect(messageOf(SMOKE, 'greaterThan', [1])).toContain('"someValue:greaterThan"');
  });

  test('it is looked for in named and in clear conditions too', () => {
    const slip = { ...SMOKE, operator: 'lessThan', value: '1' };
    expect(found(ruleFile({ conditions: { calm: slip } }))).toEqual(['rule-value-type /conditions/calm/value']);
    const levels = { blue: levelFile({ ...SMOKE, operator: 'greaterThan', value: 1 }, { clear: { when: { not: slip } } }) };
    expect(found(ruleFile({ levels }))).toEqual(['rule-value-type /levels/blue/clear/when/not/value']);
  });
});

describe('what is compared by being the same can be so', () => {
  test.each<readonly [Json, string, unknown, string]>([
    [SMOKE, 'equal', true, ''],
    [SMOKE, 'equal', null, ''],
    [SMOKE, 'notEqual', false, ''],
    [SMOKE, 'in', [1, true], '/1'],
    [SMOKE, 'not:equal', true, ''],
    [BOUNDED, 'equal', 'open', ''],
    [COUNT, 'in', ['1'], '/0'],
    [{ fact: 'time', params: { as: 'weekday' } }, 'equal', 'Monday', ''],
    [{ fact: 'value' }, 'equal', '5', ''],
    [KIND, 'equal', null, ''],
  ])('%j %s %j is refused', (fact, operator, value, member) => {
    expect(told(fact, operator, value)).toEqual([`rule-never ${WHEN}/any/0/value${member}`]);
  });

  test.each<readonly [Json, string, unknown]>([
    [SMOKE, 'equal', 'open'],
    [SMOKE, 'in', ['open', 1]],
    [SMOKE, 'someValue:equal', ['open', 'shut']],
    [KIND, 'equal', 'underpass'],
    [KIND, 'equal', true],
    [COUNT, 'equal', 0],
    // Whatever is known is not null: so one asks whether it is known.
    [{ fact: 'absence' }, 'notEqual', null],
    [SMOKE, 'not:equal', null],
  ])('%j %s %j is taken', (fact, operator, value) => {
    expect(told(fact, operator, value)).toEqual([]);
  });

  test('under a "not", only what is not known is left to its author', () => {
    expect(found(withCondition({ not: { ...SMOKE, operator: 'equal', value: null } }))).toEqual([]);
    expect(found(withCondition({ not: { ...SMOKE, operator: 'notEqual', value: null } }))).toEqual([`rule-never ${WHEN}/not/value`]);
    expect(found(withCondition({ not: { ...SMOKE, operator: 'equal', value: true } }))).toEqual([`rule-never ${WHEN}/not/value`]);
  });

  test('one value is not compared with a list', () => {
    expect(told(SMOKE, 'equal', [1, 2])).toEqual([`rule-value-type ${WHEN}/any/0/value`]);
    expect(messageOf(SMOKE, 'equal', [1, 2])).toContain('use "in"');
  });

  test('the mend is in the sentence', () => {
    expect(messageOf(SMOKE, 'equal', true)).toMatch(/true is kept as 1 and false as 0: write 1\.$/);
    expect(messageOf(BOUNDED, 'equal', 'open')).toMatch(/take "within" out, which lets no text pass, or write a number\.$/);
  });
});
