import { expect, test } from 'vitest';
import { parseRule, type Vocabulary } from './rule-file.ts';
import { RULE_PROBLEM_CODES } from './rule-problem-codes.ts';
import { BOUND, FILE, found, levelFile, parse, ruleFile, withCondition, withValue, type Json } from './test-rig.ts';

const ORDER = { kind: 'flood', from: 'blue', lead: 'ops', support: ['water'], due: { accept: '15m', arrive: '30m', close: '6h' } };

test('a good file is a rule with its durations read and its defaults filled in', () => {
  const levels = {
    red: levelFile({ all: [{ ...BOUND, value: 100 }] }, { for: '1h30m' }),
    blue: levelFile({ all: [BOUND] }, { clear: { when: { all: [{ fact: 'value', operator: 'lessThan', value: 31.5 }] }, for: '60m' } }),
  };
  const { rule, problems } = parse(ruleFile({ levels, order: ORDER, stale: '15m' }));
  expect(problems).toEqual([]);
  expect(rule).toMatchObject({ kind: 'rule', split: null, models: [], conditions: {}, latch: false, lateness: 0, stale: 900_000 });
  expect(rule).toMatchObject({ flap: null, onChange: 'keep' });
  expect(rule?.levels.map(({ level: name, hold, clearHold }) => [name, hold, clearHold])).toEqual([
    ['blue', 0, 3_600_000],
    ['red', 5_400_000, 0],
  ]);
  expect(rule?.levels[1]?.clearWhen).toBeNull();
  expect(rule?.order?.due).toEqual({ accept: 900_000, arrive: 1_800_000, close: 21_600_000 });
});

test('fluttering, a change of the file, and a gateway are read', () => {
  const file = ruleFile({ scope: 'gateway', flap: { raises: 3, within: '30m' }, onChange: 'rebase' });
  expect(parse(file)).toMatchObject({
    problems: [],
    rule: { scope: 'gateway', flap: { raises: 3, within: 1_800_000 }, onChange: 'rebase' },
  });
});

test('no stale and no order mean never and none', () => {
  expect(parse(ruleFile()).rule).toMatchObject({ stale: null, order: null });
  expect(parse(ruleFile({ stale: null, order: null })).rule).toMatchObject({ stale: null, order: null });
});

const CASES: readonly (readonly [string, Json | string, string, Vocabulary?])[] = [
  ['broken JSON', '{"id": "rain",}', 'rule-json '],
  ['a missing member', { ...ruleFile(), unit: undefined }, 'rule-schema '],
  ['a member that does not exist', ruleFile({ levles: {} }), 'rule-schema /levles'],
  ['no level at all', ruleFile({ levels: {} }), 'rule-schema /levels'],
  ['a colour that does not exist', ruleFile({ levels: { purple: levelFile(BOUND) } }), 'rule-schema /levels/purple'],
  ['a title in one language', ruleFile({ title: { zh: '雨' } }), 'rule-schema /title'],
  ['an empty all, which would always be true', withCondition({ all: [] }), 'rule-schema /levels/blue/when/all'],
  ['a number too large to be one', JSON.stringify(ruleFile()).replace(':35', ':1e999'), 'rule-schema /levels/blue/when/all/0/value'],
  ['an object as the value of a comparison', withCondition({ ...BOUND, value: {} }), 'rule-schema /levels/blue/when/value'],
  ['a duration without a unit', ruleFile({ stale: '15' }), 'rule-duration /stale'],
  ['a hold that is no duration', ruleFile({ levels: { blue: levelFile(BOUND, { for: '5 minutes' }) } }), 'rule-duration /levels/blue/for'],
  ['a hold beyond a month', ruleFile({ levels: { blue: levelFile(BOUND, { for: '32d' }) } }), 'rule-duration /levels/blue/for'],
  ['a lateness of hours, in which everything would be kept', ruleFile({ lateness: '61m' }), 'rule-duration /lateness'],
  ['a window of no length', withValue({ fact: 'sum', params: { of: 'rain', window: '0s' } }), 'rule-duration /value/params/window'],
  [
    'a window that would eat the memory',
    withValue({ fact: 'sum', params: { of: 'rain', window: '32d' } }),
    'rule-window-too-long /value/params/window',
  ],
  ['a fact that does not exist', withCondition({ ...BOUND, fact: 'average' }), 'rule-fact-unknown /levels/blue/when/fact'],
  ['a fact named as a member of every object', withCondition({ ...BOUND, fact: 'toString' }), 'rule-fact-unknown /levels/blue/when/fact'],
  ['a value that is defined by itself', withValue({ fact: 'value' }), 'rule-fact-unknown /value/fact'],
  ['a fact without its parameters', withValue({ fact: 'sum' }), 'rule-fact-params /value'],
  ['a fact without its window', withValue({ fact: 'sum', params: { of: 'rain' } }), 'rule-fact-params /value/params'],
  [
    'a parameter of another fact',
    withValue({ fact: 'last', params: { of: 'rain', window: '1h' } }),
    'rule-fact-params /value/params/window',
  ],
  [
    'a range the wrong way round',
    withValue({ fact: 'last', params: { of: 'rain', within: [9, 1] } }),
    'rule-fact-params /value/params/within',
  ],
  [
    'a coverage longer than its window',
    withValue({ fact: 'mean', params: { of: 'rain', window: '1h', coverage: '2h' } }),
    'rule-fact-params /value/params/coverage',
  ],
  [
    'a clock-aligned window that misses midnight',
    withValue({ fact: 'max', params: { of: 'rain', window: '7h', kind: 'tumbling' } }),
    'rule-window-uneven /value/params/window',
  ],
  [
    'an attribute of a sensor, of a street',
    { ...withValue({ fact: 'sensor', params: { attribute: 'a' } }), scope: 'street' },
    'rule-fact-scope /value/fact',
  ],
  [
    'five-minute baselines of months',
    withValue({
      fact: 'total',
      params: { of: [1, 2, 3].map((floor) => ({ fact: 'robust-z', params: { of: 1, slot: '5m', weeks: 8, floor } })) },
    }),
    'rule-state-too-large /value/params/of/0',
  ],
  [
    'another unit than the city has',
    withValue({ fact: 'last', params: { of: 'rain' } }),
    'rule-unit /unit',
    { measures: [{ id: 'rain', unit: 'cm' }] },
  ],
  [
    'a threshold beyond what is plausible',
    withValue({ fact: 'last', params: { of: 'rain', within: [0, 30] } }),
    'rule-never /levels/blue/when/all/0/value',
  ],
  ['a flutter within no time', ruleFile({ flap: { raises: 3, within: '0s' } }), 'rule-duration /flap/within'],
  ['a share of nothing in particular', withValue({ fact: 'share', params: { of: 'rain' } }), 'rule-fact-params /value/params'],
  ['an operator that does not exist', withCondition({ ...BOUND, operator: 'atLeast' }), 'rule-operator-unknown /levels/blue/when/operator'],
  [
    'a decorator that does not exist',
    withCondition({ ...BOUND, operator: 'most:equal' }),
    'rule-operator-unknown /levels/blue/when/operator',
  ],
  ['a list operator without a list', withCondition({ ...BOUND, operator: 'in', value: 3 }), 'rule-operator-list /levels/blue/when/value'],
  ['a threshold in quotes', withCondition({ ...BOUND, value: '35' }), 'rule-value-type /levels/blue/when/value'],
  ['a path with a script', withCondition({ ...BOUND, path: '$[?(@.constructor)]' }), 'rule-path /levels/blue/when/path'],
  ['a node of two forms', withCondition({ all: [BOUND], any: [BOUND] }), 'rule-condition-shape /levels/blue/when'],
  ['a name that stands for nothing', withCondition({ condition: 'wet' }), 'rule-condition-unknown /levels/blue/when/condition'],
  ['a name that every object has', withCondition({ condition: 'constructor' }), 'rule-condition-unknown /levels/blue/when/condition'],
  [
    'names in a circle',
    ruleFile({ conditions: { a: { not: { condition: 'b' } }, b: { any: [BOUND, { condition: 'a' }] } } }),
    'rule-condition-cycle /conditions/a',
  ],
  [
    'a measure that the city does not have',
    ruleFile(),
    'rule-measure-unknown /value/params/of',
    { measures: [{ id: 'smoke', unit: 'state' }] },
  ],
  ['a party that the city does not have', ruleFile({ order: ORDER }), 'rule-party-unknown /order/support/0', { parties: ['ops'] }],
  ['a party that leads and supports', ruleFile({ order: { ...ORDER, support: ['ops'] } }), 'rule-party-twice /order/support'],
  ['an order that no level reaches', ruleFile({ order: { ...ORDER, from: 'red' } }), 'rule-order-never /order/from'],
  ['due times that fall', ruleFile({ order: { ...ORDER, due: { accept: '2h', arrive: '1h', close: '6h' } } }), 'rule-due-order /order/due'],
  [
    'working days that fall',
    ruleFile({ order: { ...ORDER, due: { accept: '1h', arrive: '5wd', close: '1wd' } } }),
    'rule-due-order /order/due',
  ],
  [
    'a duration after working days',
    ruleFile({ order: { ...ORDER, due: { accept: '1wd', arrive: '24h', close: '7d' } } }),
    'rule-due-order /order/due',
  ],
  [
    'a duration longer than the days that follow',
    ruleFile({ order: { ...ORDER, due: { accept: '25h', arrive: '1wd', close: '5wd' } } }),
    'rule-due-order /order/due',
  ],
  [
    'no working day',
    ruleFile({ order: { ...ORDER, due: { accept: '1h', arrive: '2h', close: '0wd' } } }),
    'rule-duration /order/due/close',
  ],
  [
    'working days without end',
    ruleFile({ order: { ...ORDER, due: { accept: '1h', arrive: '2h', close: '100wd' } } }),
    'rule-duration /order/due/close',
  ],
  [
    'working days and hours together',
    ruleFile({ order: { ...ORDER, due: { accept: '1h', arrive: '2h', close: '1wd2h' } } }),
    'rule-duration /order/due/close',
  ],
  ['a hold in working days', ruleFile({ levels: { blue: levelFile({ all: [BOUND] }, { for: '1wd' }) } }), 'rule-duration /levels/blue/for'],
  [
    'a higher level that is easier to reach',
    ruleFile({ levels: { blue: levelFile({ all: [BOUND] }), red: levelFile({ all: [{ ...BOUND, value: 10 }] }) } }),
    'rule-ladder /levels/red/when',
  ],
  [
    'a clear condition that is true where the level is raised',
    ruleFile({
      levels: { blue: levelFile({ all: [BOUND] }, { clear: { when: { all: [{ fact: 'value', operator: 'lessThan', value: 40 }] } } }) },
    }),
    'rule-clear-overlap /levels/blue/clear/when',
  ],
  [
    'a level that rises and one that falls',
    ruleFile({ levels: { blue: levelFile({ all: [BOUND] }), yellow: levelFile({ fact: 'value', operator: 'lessThan', value: 3 }) } }),
    'rule-ladder /levels/yellow/when',
  ],
  ['a rule that asks for signs only', withValue({ fact: 'sign', params: { sign: 'rainfall-1h' } }), 'rule-no-reading /value'],
  ['another id than the file name', ruleFile({ id: 'rainfall' }), 'rule-id-file /id'],
  ['another domain than the folder', ruleFile({ domain: 'flood' }), 'rule-domain-folder /domain'],
];

for (const [name, file, expected, vocabulary] of CASES) {
  test(`R3, R4: ${name} is refused where it stands`, () => {
    expect(found(file, vocabulary)).toEqual([expected]);
  });
}

test('R4: every message is one sentence that begins with what to do or what is wrong', () => {
  for (const [, file, , vocabulary] of CASES) {
    const { problems } = parseRule(typeof file === 'string' ? file : JSON.stringify(file), FILE, vocabulary);
    for (const { message } of problems) expect(message).toMatch(/^["A-Za-z][^\n]{5,}\.$/);
  }
});

test('a party or a named condition that is misspelt is told with the one that was meant', () => {
  const order = { ...ORDER, support: ['watr'] };
  expect(parse(ruleFile({ order }), { parties: ['ops', 'water'] }).problems[0]?.message).toBe(
    'The city has no party "watr" (did you mean "water"?); use one of ops, water.',
  );
  const file = { ...withCondition({ condition: 'wett' }), conditions: { wet: BOUND } };
  expect(parse(file).problems[0]?.message).toMatch(/^No condition is named "wett" \(did you mean "wet"\?\); use one of wet/);
});

test('measures and parties are not checked where the city is not known', () => {
  expect(found(ruleFile({ order: ORDER }))).toEqual([]);
  expect(found(ruleFile({ order: ORDER }), { measures: [{ id: 'rain', unit: 'mm' }], parties: ['ops', 'water'] })).toEqual([]);
});

test('due times may be working days, after durations', () => {
  const { rule } = parse(ruleFile({ order: { ...ORDER, due: { accept: '4h', arrive: '1wd', close: '15wd' } } }));
  expect(rule?.order?.due).toEqual({
    accept: 14_400_000,
    arrive: { kind: 'working-days', days: 1 },
    close: { kind: 'working-days', days: 15 },
  });
});

test('several problems are reported together', () => {
  expect(found(ruleFile({ unit: 5, version: 0 }))).toEqual(['rule-schema /version', 'rule-schema /unit']);
});

test('conditions may carry members of their own, as json-rules-engine allows', () => {
  expect(found(withCondition({ all: [{ ...BOUND, name: 'enough rain', priority: 2 }], name: 'wet' }))).toEqual([]);
});

test('a range is no ladder, and equal thresholds with a longer hold are allowed', () => {
  const range = (low: number, high: number): Json => ({
    all: [
      { ...BOUND, value: low },
      { fact: 'value', operator: 'lessThanInclusive', value: high },
    ],
  });
  expect(found(ruleFile({ levels: { blue: levelFile(range(10, 20)), red: levelFile(range(20, 500)) } }))).toEqual([]);
  expect(found(ruleFile({ levels: { orange: levelFile({ all: [BOUND] }), red: levelFile({ all: [BOUND] }, { for: '2h' }) } }))).toEqual([]);
});

test('a two-sided ladder widens, or it is refused', () => {
  const band = (low: number, high: number): Json => ({
    any: [
      { fact: 'value', operator: 'lessThan', value: low },
      { fact: 'value', operator: 'greaterThan', value: high },
    ],
  });
  expect(found(ruleFile({ levels: { blue: levelFile(band(1.7, 2.5)), yellow: levelFile(band(1.5, 3)) } }))).toEqual([]);
  expect(found(ruleFile({ levels: { blue: levelFile(band(1.5, 2.5)), yellow: levelFile(band(1.7, 3)) } }))).toEqual([
    'rule-ladder /levels/yellow/when',
  ]);
});

test('R1: 16 deep and 500 conditions are still accepted', () => {
  expect(found(withCondition(Array.from({ length: 15 }).reduce((inner: unknown) => ({ not: inner }), BOUND)))).toEqual([]);
  expect(found(withCondition({ any: Array.from({ length: 499 }, () => BOUND) }))).toEqual([]);
});

test('a syntax error names line and column', () => {
  const { problems } = parseRule('{\n  "id": "rain",\n  oops\n}', FILE);
  expect(problems[0]?.message).toContain('line 3, column 3');
});

/** Shown elsewhere: by hostile files, by whole folders, by rule tests. */
const ELSEWHERE = [
  ...['rule-too-large', 'rule-depth', 'rule-key-duplicate', 'rule-key-forbidden', 'rule-conditions-too-many', 'rule-facts-too-many'],
  ...['rules-folder-unreadable', 'rules-folder-too-large', 'rule-file-unreadable', 'rule-encoding', 'rule-id-duplicate'],
  ...['rule-sign-unknown', 'rule-sign-cycle', 'rule-signs-too-many', 'rule-sign-lateness', 'rule-test-too-long', 'rule-file-name'],
  ...['rule-test-orphan', 'rule-test-reference', 'rule-untested'],
];

test('every code that a file can earn is shown by one of these cases', () => {
  const shown = new Set(CASES.map(([, , expected]) => expected.split(' ')[0]));
  expect([...RULE_PROBLEM_CODES].filter((code) => !shown.has(code)).sort()).toEqual([...ELSEWHERE].sort());
});
