import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseRule } from './rule-file.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';
import { BOUND, FILE, levelFile, parse, ruleFile, soon, withCondition, withValue, type Json } from './test-rig.ts';

/*
 * Whatever somebody writes into a rule file, it is refused at once, with the file, the place and the mend: reliability.md C2, B3.
 */
const PROTOTYPE = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));

const good = JSON.stringify(ruleFile());
const list = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
const object = (length: number, make: (i: number) => readonly [string, unknown]): Json => Object.fromEntries(list(length, make));
const deep = (open: string, close: string, depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`;
const nots = (depth: number): unknown => list(depth, () => 0).reduce((inner: unknown) => ({ not: inner }), BOUND);
const fact = (name: string, params: Json): Json => ({ fact: name, params });
const compared = (name: string, params: Json): Json => ({ ...fact(name, params), operator: 'greaterThan', value: 1 });
const total = (depth: number, width: number): unknown =>
  depth === 0 ? { fact: 'value' } : fact('total', { of: list(width, () => total(depth - 1, width)) });
const withMember = (member: string): string => `{${member}, ${good.slice(1)}`;
const withRaw = (from: string, to: string): string => good.replace(from, to);
const backtrack = (half: string, times: number, end = '!'): string => half.repeat(times) + end;

type Case = readonly [name: string, text: string, code: RuleProblemCode];

const NESTING: readonly Case[] = [
  ['conditions nested 20,000 deep', `{"levels":{"red":{"when":${deep('{"not":', '}', 20_000)}}}}`, 'rule-too-large'],
  ['conditions nested as deep as the size allows', `{"levels":{"red":{"when":${deep('{"not":', '}', 8_000)}}}}`, 'rule-depth'],
  ['arrays nested 20,000 deep', deep('[', ']', 20_000), 'rule-depth'],
  ['arrays opened and never closed', '['.repeat(65_000), 'rule-depth'],
  ['objects nested 10,000 deep', deep('{"a":', '}', 10_000), 'rule-depth'],
  ['arrays in a member that nobody reads', withRaw('"value":35', `"value":35,"name":${deep('[', ']', 5_000)}`), 'rule-depth'],
  ['closed more often than opened', ']}'.repeat(30_000), 'rule-json'],
  ['conditions nested 17 deep', JSON.stringify(withCondition(nots(16))), 'rule-depth'],
  ['operands nested 15 deep', JSON.stringify(withValue(total(15, 1))), 'rule-depth'],
  ['operands that branch into thousands', JSON.stringify(withValue(total(3, 9))), 'rule-facts-too-many'],
];

const SIZE: readonly Case[] = [
  ['a million nodes', `[${'1,'.repeat(1_000_000)}1]`, 'rule-too-large'],
  ['a million objects', JSON.stringify(list(1_000_000, () => ({}))), 'rule-too-large'],
  ['a text of a million characters', JSON.stringify(ruleFile({ unit: 'x'.repeat(1_000_000) })), 'rule-too-large'],
  ['a text that is above 64 KB in bytes alone', JSON.stringify(ruleFile({ unit: '脉'.repeat(30_000) })), 'rule-too-large'],
  ['nothing but space', ' '.repeat(65_536), 'rule-json'],
  ['501 conditions', JSON.stringify(withCondition({ any: list(501, () => ({ condition: 'a' })) })), 'rule-conditions-too-many'],
  ['a list of 15,000 models', JSON.stringify(ruleFile({ models: list(15_000, (i) => i % 10) })), 'rule-too-large'],
  ['lists that are compared member by member', withValueText(list(3, () => list(800, (i) => i % 10))), 'rule-fact-params'],
  ['24,000 numbers', withValueText(list(30, () => list(800, (i) => i % 10))), 'rule-too-large'],
  ['5,000 members that do not exist', JSON.stringify(object(5_000, (i) => [`m${i}`, 1])), 'rule-too-large'],
  ['900 members that do not exist', JSON.stringify(ruleFile(object(900, (i) => [`m${i}`, 1]))), 'rule-schema'],
  ['a name of 60 KB that does not exist', JSON.stringify(ruleFile({ ['x'.repeat(60_000)]: 1 })), 'rule-schema'],
  [
    '499 comparisons, all wrong',
    JSON.stringify(withCondition({ any: list(499, () => ({ fact: 1, operator: 2, value: {} })) })),
    'rule-fact-unknown',
  ],
  [
    '33 windows',
    JSON.stringify(withCondition({ any: list(33, (i) => compared('sum', { of: 'x', window: `${i + 1}h` })) })),
    'rule-facts-too-many',
  ],
  ['65 points', JSON.stringify(withValue(fact('piecewise', { of: 1, points: list(65, (i) => [i, i]) }))), 'rule-fact-params'],
  ['1,500 operands', JSON.stringify(withValue(fact('total', { of: list(1_500, () => 1) }))), 'rule-too-large'],
];

const KEYS: readonly Case[] = [
  ['__proto__ at the top', withMember('"__proto__": {"polluted": true}'), 'rule-key-forbidden'],
  ['__proto__ behind an escape', withMember('"\\u005f_proto__": {"polluted": true}'), 'rule-key-forbidden'],
  [
    '__proto__ all in escapes',
    withMember(`"${'__proto__'.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}": {"polluted": true}`),
    'rule-key-forbidden',
  ],
  ['constructor as a condition', JSON.stringify(ruleFile({ conditions: { constructor: BOUND } })), 'rule-key-forbidden'],
  ['prototype as a level', JSON.stringify(ruleFile({ levels: { prototype: levelFile(BOUND) } })), 'rule-key-forbidden'],
  ['__proto__ in parameters', withRaw('"window":"1h"', '"window":"1h","__proto__":{"of":"y"}'), 'rule-key-forbidden'],
  ['__proto__ in a comparison', withRaw('"value":35', '"value":35,"__proto__":{"path":"$"}'), 'rule-key-forbidden'],
  ['__proto__ in an order', withMember('"order": {"__proto__": null}'), 'rule-key-forbidden'],
  [
    '__proto__ in a list in a member that nobody reads',
    withRaw('"value":35', '"value":35,"note":[[{"__proto__":1}]]'),
    'rule-key-forbidden',
  ],
  ['constructor in a title', withRaw('"zh":"雨"', '"zh":"雨","constructor":{"prototype":1}'), 'rule-key-forbidden'],
  ['a condition named toString that is not there', JSON.stringify(withCondition({ condition: 'toString' })), 'rule-schema'],
  ['a condition named valueof that is not there', JSON.stringify(withCondition({ condition: 'valueof' })), 'rule-condition-unknown'],
  [
    'a condition named constructor that is not there',
    JSON.stringify(withCondition({ condition: 'constructor' })),
    'rule-condition-unknown',
  ],
  ['a fact named __proto__', JSON.stringify(withValue(fact('__proto__', {}))), 'rule-fact-unknown'],
  ['a fact named hasOwnProperty', JSON.stringify(withValue(fact('hasOwnProperty', {}))), 'rule-fact-unknown'],
  ['an operator named constructor', JSON.stringify(withCondition({ ...BOUND, operator: 'constructor' })), 'rule-operator-unknown'],
  ['a scope named __proto__', JSON.stringify(ruleFile({ scope: '__proto__' })), 'rule-schema'],
  ['a key twice', withRaw('"version":1', '"version":1,"version":2'), 'rule-key-duplicate'],
  ['a key twice, once behind an escape', withRaw('"version":1', '"version":1,"versio\\u006e":2'), 'rule-key-duplicate'],
  ['a key twice in parameters', withRaw('"window":"1h"', '"window":"1h","window":"31d"'), 'rule-key-duplicate'],
  ['5,000 times one key', `{${'"a":1,'.repeat(5_000)}"a":1}`, 'rule-key-duplicate'],
];

const PATTERNS: readonly Case[] = [
  ['an id', JSON.stringify(ruleFile({ id: backtrack('a-', 30_000) })), 'rule-schema'],
  ['a domain', JSON.stringify(ruleFile({ domain: backtrack('a', 60_000) })), 'rule-schema'],
  ['a model', JSON.stringify(ruleFile({ models: [backtrack('a1-', 20_000)] })), 'rule-schema'],
  ['a name of a condition', JSON.stringify(ruleFile({ conditions: { [backtrack('a-', 30_000)]: BOUND } })), 'rule-schema'],
  ['a duration', JSON.stringify(ruleFile({ lateness: backtrack('1m', 30_000) })), 'rule-schema'],
  ['a staleness of digits', JSON.stringify(ruleFile({ stale: backtrack('1', 60_000) })), 'rule-schema'],
  ['a span of zeros', JSON.stringify(ruleFile({ flap: { raises: 2, within: backtrack('0s', 30_000) } })), 'rule-schema'],
  ['an operator', JSON.stringify(withCondition({ ...BOUND, operator: backtrack('not:', 15_000) })), 'rule-schema'],
  ['a path', JSON.stringify(withCondition({ ...BOUND, path: backtrack('$.a', 1) + backtrack('.a', 30_000) })), 'rule-schema'],
  ['an attribute', JSON.stringify(withValue(fact('place', { attribute: backtrack('a-', 30_000) }))), 'rule-fact-params'],
  ['a measure', JSON.stringify(withValue(fact('last', { of: backtrack('a-', 30_000) }))), 'rule-fact-params'],
  [
    'a time of day',
    JSON.stringify(withValue(fact('occupancy', { in: 'x', out: 'y', reset: backtrack('04:', 20_000) }))),
    'rule-fact-params',
  ],
  ['a date', JSON.stringify(ruleFile({ source: { standard: 'n', note: '', effectiveFrom: backtrack('2026-', 12_000) } })), 'rule-schema'],
];

const PATHS: readonly Case[] = [
  '$[?(@.constructor.constructor("return process")())]',
  '$..*',
  '$[(@.length-1)]',
  "$['__proto__']",
  '$.a[*]',
  '$.a[-1]',
  '$[0,1]',
  '$.a[?(@.b =~ /(a+)+$/)]',
  '^$.a~',
  '$.a`parent`',
].map((path) => [`the path ${path}`, JSON.stringify(withCondition({ ...BOUND, path })), 'rule-path'] as const);

const CIRCLES: readonly Case[] = [
  ['a condition that is itself', JSON.stringify(ruleFile({ conditions: { a: { condition: 'a' } } })), 'rule-condition-cycle'],
  [
    '64 conditions in one circle',
    JSON.stringify(ruleFile({ conditions: object(64, (i) => [`c${i}`, { condition: `c${(i + 1) % 64}` }]) })),
    'rule-condition-cycle',
  ],
  [
    'a condition that asks how long it has held',
    JSON.stringify(ruleFile({ conditions: { a: compared('held', { when: 'a' }) } })),
    'rule-condition-cycle',
  ],
  [
    'a circle through held, episodes and choose',
    JSON.stringify(
      ruleFile({
        conditions: {
          a: compared('held', { when: 'b' }),
          b: { not: compared('episodes', { when: 'c', window: '1h' }) },
          c: compared('total', { of: [fact('choose', { when: 'a', then: 1, else: 0 })] }),
        },
      }),
    ),
    'rule-condition-cycle',
  ],
  [
    'a value that is made of itself',
    JSON.stringify(withValue(fact('difference', { of: { fact: 'value' }, minus: 1 }))),
    'rule-condition-cycle',
  ],
  ['a value that is itself', JSON.stringify(withValue({ fact: 'value' })), 'rule-fact-unknown'],
  [
    'conditions that multiply to ten to the thirtieth',
    JSON.stringify(
      ruleFile({ conditions: object(30, (i) => [`n${i}`, i === 29 ? BOUND : { all: list(10, () => ({ condition: `n${i + 1}` })) }]) }),
    ),
    'rule-conditions-too-many',
  ],
  [
    'conditions that multiply through facts',
    JSON.stringify(
      ruleFile({
        conditions: object(20, (i) => [
          `n${i}`,
          i === 19 ? BOUND : { all: list(10, () => compared('choose', { when: `n${i + 1}`, then: 1, else: 0 })) },
        ]),
      }),
    ),
    'rule-conditions-too-many',
  ],
  [
    'thousands of named conditions',
    JSON.stringify(ruleFile({ conditions: object(2_000, (i) => [`n${i}`, { condition: 'n1' }]) })),
    'rule-too-large',
  ],
  [
    '900 named conditions',
    JSON.stringify(ruleFile({ conditions: object(900, (i) => [`n${i}`, { condition: 'n1' }]) })),
    'rule-conditions-too-many',
  ],
  ['450 named conditions', JSON.stringify(ruleFile({ conditions: object(450, (i) => [`n${i}`, { condition: 'n1' }]) })), 'rule-schema'],
];

const MEMORY: readonly Case[] = [
  ['a window of a thousand years', JSON.stringify(withValue(fact('sum', { of: 'x', window: '365000d' }))), 'rule-window-too-long'],
  [
    'a window of more milliseconds than a number holds',
    JSON.stringify(withValue(fact('sum', { of: 'x', window: `${'9'.repeat(19)}d` }))),
    'rule-window-too-long',
  ],
  ['a hold of more milliseconds than a number holds', JSON.stringify(ruleFile({ stale: `${'9'.repeat(19)}d` })), 'rule-duration'],
  [
    'six percentiles',
    JSON.stringify(withValue(fact('total', { of: list(6, (i) => fact('percentile', { of: 'x', window: '31d', p: i })) }))),
    'rule-state-too-large',
  ],
  [
    'three five-minute baselines of eight weeks',
    JSON.stringify(withValue(fact('total', { of: list(3, (i) => fact('robust-z', { of: i, slot: '5m', weeks: 8 })) }))),
    'rule-state-too-large',
  ],
  [
    'seven counts of different sensors',
    JSON.stringify(withValue(fact('total', { of: list(7, (i) => fact('distinct', { of: 'x', window: `${i + 1}d` })) }))),
    'rule-state-too-large',
  ],
  ['a baseline of milliseconds', JSON.stringify(withValue(fact('robust-z', { of: 1, slot: '1ms', weeks: 8 }))), 'rule-fact-params'],
  [
    'means of a millisecond',
    JSON.stringify(withValue(fact('exceedances', { of: 'x', mean: '0ms', window: '1d', above: 1 }))),
    'rule-fact-params',
  ],
  ['the last million samples', JSON.stringify(withValue(fact('rank', { of: 'x', last: 1e6, rank: 1 }))), 'rule-fact-params'],
  [
    'a million windows ago',
    JSON.stringify(withValue(fact('sum', { of: 'x', window: '1h', kind: 'tumbling', ago: 1e6 }))),
    'rule-fact-params',
  ],
  ['a million weeks', JSON.stringify(withValue(fact('poisson-z', { of: 1, slot: '1h', weeks: 1e6 }))), 'rule-fact-params'],
];

const VALUES: readonly Case[] = [
  ['1e999 as a threshold', withRaw(':35', ':1e999'), 'rule-schema'],
  [
    '−1e999 as a bound',
    JSON.stringify(withValue(fact('last', { of: 'x', within: [0, 1] }))).replace('[0,1]', '[-1e999,1]'),
    'rule-fact-params',
  ],
  ['a version of 309 digits', withRaw('"version":1', `"version":${'9'.repeat(309)}`), 'rule-schema'],
  ['a version of 300 digits', withRaw('"version":1', `"version":${'9'.repeat(300)}`), 'rule-schema'],
  ['NaN', withRaw(':35', ':NaN'), 'rule-json'],
  ['Infinity', withRaw(':35', ':Infinity'), 'rule-json'],
  ['"NaN" as a bound', withRaw('"window":"1h"', '"window":"1h","within":["NaN",1]'), 'rule-fact-params'],
  ['half a surrogate pair behind an escape', withRaw('"雨"', '"\\ud83c"'), 'rule-encoding'],
  ['half a surrogate pair as it is', withRaw('雨', '\udf27'), 'rule-encoding'],
  ['half a surrogate pair in a key', withRaw('"value":35', '"value":35,"\\udf27":1'), 'rule-encoding'],
  ['a byte-order mark inside', withRaw('"id"', '\uFEFF"id"'), 'rule-json'],
  ['a NUL outside of a text', withRaw('"id"', '\u0000"id"'), 'rule-json'],
  ['a comment', withRaw('"id"', '/* rain */ "id"'), 'rule-json'],
  ['half a string', `{"id": "${'\\'.repeat(50_000)}`, 'rule-json'],
  ['a key that never ends', `{"${'a'.repeat(60_000)}`, 'rule-json'],
  ['nothing', '', 'rule-json'],
  ['null', 'null', 'rule-schema'],
  ['a list of rules', `[${good}]`, 'rule-schema'],
  [
    'an unknown fact, deep inside',
    JSON.stringify(withValue(fact('total', { of: [fact('least', { of: [fact('eval', {})] })] }))),
    'rule-fact-unknown',
  ],
];

function withValueText(lists: readonly (readonly number[])[]): string {
  return JSON.stringify(withCondition({ any: lists.map((of) => ({ ...fact('last', { of }), operator: 'equal', value: 1 })) }));
}

// The schema is compiled once a process.
beforeAll(() => void parseRule('{}', FILE));

afterEach(() => {
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(PROTOTYPE);
  expect(({} as Json)['polluted']).toBeUndefined();
});

const ALL = [
  ...NESTING,
  ...SIZE,
  ...KEYS,
  ...PATTERNS.map(([name, ...rest]) => [`a text meant to backtrack in ${name}`, ...rest] as const),
  ...PATHS,
  ...CIRCLES,
  ...MEMORY,
  ...VALUES,
];

describe('a hostile text', () => {
  test.each(ALL)('R1, R2: %s', async (_name, text, code) => {
    const { rule, problems } = await soon(() => parseRule(text, FILE));
    expect(rule).toBeNull();
    expect(problems[0]).toMatchObject({ code, file: FILE });
    expect(problems.length).toBeLessThanOrEqual(20);
    for (const { pointer, message } of problems) {
      expect(pointer).toMatch(/^(\/|$)/);
      expect(message).toMatch(/^["A-Za-z][^\n]{5,}\.$/s);
      expect(message.length).toBeLessThan(2_000);
    }
  });

  test('a good file passes, again and again', async () => {
    for (let i = 0; i < 10; i += 1) expect(await soon(() => parse(ruleFile()))).toMatchObject({ problems: [], rule: { id: 'rain' } });
  });

  test('so does one that is nearly as large as it may be', async () => {
    const conditions = object(64, (i) => [`n${i}`, { any: list(6, (j) => ({ ...BOUND, value: 35 + j, name: 'x'.repeat(60) })) }]);
    const text = JSON.stringify(ruleFile({ conditions }));
    expect(text.length).toBeGreaterThan(48_000);
    expect((await soon(() => parseRule(text, FILE))).problems).toEqual([]);
  });
});
