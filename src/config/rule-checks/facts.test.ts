import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BOUND, found, levelFile, parse, ruleFile, withCondition, withValue, type Json } from '../test-rig.ts';

const LAST = { fact: 'last', params: { of: 'x' } };
const CONDITIONS = { wet: { fact: 'last', params: { of: 'x' }, operator: 'greaterThan', value: 1 } };

/** One of each, with every parameter that the vocabulary has for it. */
const GOOD: readonly (readonly [string, Json])[] = [
  ['last', { of: ['x', 'y'], across: 'sum', within: [0, 9] }],
  ['min', { of: 'x', window: '31d', coverage: '1h', across: 'max', within: [0, 9] }],
  ['max', { of: 'x', window: '1d', kind: 'tumbling', ago: 8 }],
  ['mean', { of: 'x', window: '10m', weight: 'time' }],
  ['sum', { of: 'x', window: '8h', kind: 'session', gap: '30m' }],
  ['stddev', { of: 'x', window: '7d', kind: 'tumbling', ago: 1 }],
  ['percentile', { of: '$lag', window: '5m', p: 95, within: [0, 900] }],
  ['leq', { of: 'x', window: '1h', coverage: '45m', within: [20, 140] }],
  ['count', { of: 'x', window: '1h', atLeast: 3 }],
  ['count', { of: 'x', window: '1h', equal: 'open', kind: 'tumbling' }],
  ['distinct', { of: 'x', window: '5m', by: 'value', equal: true }],
  ['change', { of: 'x', window: '15m', as: 'percent', across: 'max' }],
  ['rate', { of: 'x', window: '30m', per: '1h' }],
  ['increase', { of: 'x', window: '24h', within: [0, 9] }],
  ['rank', { of: 'x', last: 16, rank: 16, order: 'lowest' }],
  ['absence', { of: 'x', unit: 'm' }],
  ['share', { of: 'x', atMost: 3 }],
  ['place', { attribute: 'capacity' }],
  ['sensor', { attribute: 'limit' }],
  ['time', { as: 'weekday' }],
  ['ratio', { of: LAST, to: { fact: 'place', params: { attribute: 'capacity' } }, times: 100 }],
  ['difference', { of: LAST, minus: 3, absolute: true }],
  ['total', { of: [LAST, 1, LAST] }],
  ['greatest', { of: [LAST, 0] }],
  ['least', { of: [LAST] }],
  [
    'piecewise',
    {
      of: LAST,
      points: [
        [0, 0],
        [35, 50],
        [75, 100],
      ],
      round: 'up',
    },
  ],
  ['choose', { when: 'wet', then: 1, else: LAST }],
  ['held', { when: 'wet', unit: 'm' }],
  ['episodes', { when: 'wet', window: '30m' }],
  ['exceedances', { of: 'x', mean: '15m', atLeast: 75, window: '1d' }],
  ['occupancy', { in: 'x', out: ['y', 'z'], reset: '04:00' }],
  ['sign', { sign: 'rainfall-1h', as: 'level', at: 'district', across: 'count' }],
  ['robust-z', { of: LAST, slot: '5m', weeks: 4, floor: 0.5 }],
  ['poisson-z', { of: LAST, slot: '1h', weeks: 8 }],
  ['ears', { of: LAST, method: 'C2' }],
  ['seasonal-rank', { of: LAST, span: 'week', years: 3 }],
];

describe('the vocabulary of facts', () => {
  test.each(GOOD)('%s is taken with %j, as value, in a condition, and as an operand', (fact, params) => {
    const reference = { fact, params };
    const when = { all: [{ ...reference, operator: 'greaterThanInclusive', value: reference }] };
    const file = ruleFile({ value: reference, conditions: CONDITIONS, levels: { red: levelFile(when) } });
    expect(found(file)).toEqual([]);
    expect(found(ruleFile({ conditions: CONDITIONS, value: { fact: 'total', params: { of: [reference] } } }))).toEqual([]);
  });

  test('it holds every fact of the schema', () => {
    const schema = JSON.parse(readFileSync(new URL('../../../schemas/rule.schema.json', import.meta.url), 'utf8')) as {
      definitions: { factName: { enum: string[] } };
    };
    expect(new Set(['value', ...GOOD.map(([fact]) => fact)])).toEqual(new Set(schema.definitions.factName.enum));
  });
});

const nest = (depth: number): unknown => (depth === 0 ? LAST : { fact: 'total', params: { of: [nest(depth - 1)] } });
const P = '/value/params';

const BAD: readonly (readonly [string, string, Json, string])[] = [
  ['a weight of a sum', 'sum', { of: 'x', window: '1h', weight: 'time' }, `rule-fact-params ${P}/weight`],
  ['an earlier window of a sliding one', 'sum', { of: 'x', window: '1h', ago: 1 }, `rule-fact-params ${P}/ago`],
  ['the ninth window before', 'sum', { of: 'x', window: '1h', kind: 'tumbling', ago: 9 }, `rule-fact-params ${P}/ago`],
  ['a session without a gap', 'sum', { of: 'x', window: '1h', kind: 'session' }, `rule-fact-params ${P}/kind`],
  ['a gap without a session', 'sum', { of: 'x', window: '1h', gap: '1m' }, `rule-fact-params ${P}/gap`],
  ['a gap longer than the session', 'sum', { of: 'x', window: '1h', kind: 'session', gap: '2h' }, `rule-fact-params ${P}/gap`],
  ['a tumbling week and a half', 'sum', { of: 'x', window: '10d12h', kind: 'tumbling' }, `rule-window-uneven ${P}/window`],
  ['the 101st percentile', 'percentile', { of: 'x', window: '1h', p: 101 }, `rule-fact-params ${P}/p`],
  ['the third of two', 'rank', { of: 'x', last: 2, rank: 3 }, `rule-fact-params ${P}/rank`],
  ['the last 17', 'rank', { of: 'x', last: 17, rank: 3 }, `rule-fact-params ${P}/last`],
  ['two ways to count', 'count', { of: 'x', window: '1h', above: 1, below: 9 }, `rule-fact-params ${P}/below`],
  ['no way to exceed', 'exceedances', { of: 'x', window: '1d', mean: '15m' }, `rule-fact-params ${P}/mean`],
  ['means that miss midnight', 'exceedances', { of: 'x', window: '1d', mean: '7m', above: 1 }, `rule-window-uneven ${P}/mean`],
  [
    'points that fall',
    'piecewise',
    {
      of: LAST,
      points: [
        [0, 0],
        [5, 1],
        [5, 2],
      ],
    },
    `rule-fact-params ${P}/points/2/0`,
  ],
  ['one point', 'piecewise', { of: LAST, points: [[0, 0]] }, `rule-fact-params ${P}/points`],
  ['a division by zero', 'ratio', { of: LAST, to: 0 }, `rule-fact-params ${P}/to`],
  ['a text as operand', 'total', { of: ['x'] }, `rule-fact-params ${P}/of/0`],
  ['a slot of a minute', 'robust-z', { of: LAST, slot: '1m' }, `rule-fact-params ${P}/slot`],
  ['a slot of seven minutes', 'robust-z', { of: LAST, slot: '7m' }, `rule-window-uneven ${P}/slot`],
  ['a reset at 24:00', 'occupancy', { in: 'x', out: 'y', reset: '24:00' }, `rule-fact-params ${P}/reset`],
  ['a condition that is not there', 'held', { when: 'dry' }, `rule-condition-unknown ${P}/when`],
  ['operands five deep', 'total', { of: [nest(4)] }, `rule-depth ${P}/of/0/params/of/0/params/of/0/params/of/0/params/of/0`],
];

describe('what the schema cannot say of them', () => {
  test.each(BAD)('%s is refused', (_name, fact, params, expected) => {
    expect(found(withValue({ fact, params }))).toEqual([expected]);
  });

  test('operands four deep are taken', () => {
    expect(found(withValue(nest(4)))).toEqual([]);
  });

  test('a condition that asks, through a fact, whether it is true itself is refused', () => {
    const held = (when: string): Json => ({ fact: 'held', params: { when }, operator: 'greaterThan', value: 5 });
    expect(found(ruleFile({ conditions: { a: held('a') } }))).toEqual(['rule-condition-cycle /conditions/a']);
    expect(found(ruleFile({ conditions: { a: held('b'), b: { not: { condition: 'a' } } } }))).toEqual([
      'rule-condition-cycle /conditions/a',
    ]);
    const choose = { fact: 'choose', params: { when: 'wet', then: 1, else: 0 } };
    const { problems } = parse(ruleFile({ value: choose, conditions: { wet: BOUND } }));
    expect(problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(['rule-condition-cycle /conditions/wet']);
    expect(problems[0]?.message).toContain('wet → value → wet');
  });

  test('facts that ask for conditions that ask for facts multiply, and are counted', () => {
    const conditions: Json = { c9: { ...BOUND, fact: 'last', params: { of: 'x' } } };
    for (let i = 0; i < 9; i += 1) {
      const choose = (then: number): Json => ({
        fact: 'choose',
        params: { when: `c${i + 1}`, then, else: 0 },
        operator: 'equal',
        value: 1,
      });
      conditions[`c${i}`] = { all: [choose(1), choose(2), choose(3)] };
    }
    expect(found(ruleFile({ conditions }))).toContain('rule-conditions-too-many /conditions/c0');
  });
});

describe('a threshold that can never be met', () => {
  const NEVER: readonly (readonly [Json, string, number])[] = [
    [{ fact: 'time', params: { as: 'hour' } }, 'equal', 24],
    [{ fact: 'share', params: { silent: true } }, 'greaterThan', 100],
    [{ fact: 'count', params: { of: 'x', window: '1h' } }, 'lessThan', 0],
    [{ fact: 'mean', params: { of: 'x', window: '1h', within: [-5, 60] } }, 'lessThanInclusive', -6],
    [{ fact: 'sign', params: { sign: 's', as: 'level' } }, 'greaterThanInclusive', 5],
    [
      {
        fact: 'piecewise',
        params: {
          of: LAST,
          points: [
            [0, 0],
            [1, 500],
          ],
        },
      },
      'greaterThan',
      500,
    ],
  ];
  test.each(NEVER)('%j %s %d is refused', (fact, operator, value) => {
    expect(found(withCondition({ any: [{ ...fact, operator, value }, BOUND] }))).toEqual(['rule-never /levels/blue/when/any/0/value']);
  });

  test('one that can be met, that stands under a not, or of which nothing is known is left alone', () => {
    const plain = { fact: 'mean', params: { of: 'x', window: '1h', within: [0, 60] }, operator: 'greaterThanInclusive', value: 60 };
    expect(found(withCondition({ all: [plain] }))).toEqual([]);
    expect(found(withCondition({ not: { ...plain, value: 61 } }))).toEqual([]);
    expect(found(withCondition({ all: [{ ...plain, params: { ...plain.params, across: 'sum' }, value: 61 }] }))).toEqual([]);
  });
});

describe('units', () => {
  const measures = [
    { id: 'x', unit: 'mm' },
    { id: 'y', unit: 'cm' },
  ];
  test('a plain value has the unit of its measure, or it is refused with both', () => {
    expect(found(withValue({ fact: 'last', params: { of: 'x' } }), { measures })).toEqual([]);
    const { problems } = parse(withValue({ fact: 'percentile', params: { of: ['x', 'y'], window: '1h', p: 5 } }), { measures });
    expect(problems.map(({ code }) => code)).toEqual(['rule-unit']);
    expect(problems[0]?.message).toMatch(/"mm".*y in "cm"/);
  });

  test.each<readonly [string, Json]>([
    ['a sum', { fact: 'sum', params: { of: 'y', window: '1h' } }],
    ['a sum across sensors', { fact: 'last', params: { of: 'y', across: 'sum' } }],
    ['a growth', { fact: 'increase', params: { of: 'y', window: '1h' } }],
    ['a change', { fact: 'change', params: { of: 'y', window: '1h' } }],
  ])('%s keeps the unit of what is summed', (_name, value) => {
    expect(found(withValue(value), { measures })).toEqual(['rule-unit /unit']);
    expect(found(ruleFile({ unit: 'cm', value }), { measures })).toEqual([]);
  });

  test('a sum of states is a number of things, and a change in percent is percent', () => {
    const sum = withValue({ fact: 'sum', params: { of: 'open', window: '1h' } });
    expect(found(sum, { measures: [...measures, { id: 'open', unit: 'state' }] })).toEqual([]);
    expect(found(withValue({ fact: 'change', params: { of: 'y', window: '1h', as: 'percent' } }), { measures })).toEqual([]);
  });

  test('a value that is made of others has a unit of its own', () => {
    expect(found(withValue({ fact: 'count', params: { of: 'y', window: '1h' } }), { measures })).toEqual([]);
    expect(found(withValue({ fact: 'ratio', params: { of: { fact: 'last', params: { of: 'y' } }, to: 10 } }), { measures })).toEqual([]);
  });

  test('a measure that is not there is named once, with those that are like it', () => {
    const both = {
      fact: 'total',
      params: {
        of: [
          { fact: 'last', params: { of: 'rain-fall' } },
          { fact: 'rank', params: { of: 'rain-fall', last: 2, rank: 1 } },
        ],
      },
    };
    const { problems } = parse(withValue(both), { measures: [...measures, { id: 'rain', unit: 'mm' }] });
    expect(problems).toMatchObject([{ code: 'rule-measure-unknown', pointer: '/value/params/of/0/params/of' }]);
    expect(problems[0]?.message).toContain('use one such as rain, or add it');
    const slip = parse(withValue({ fact: 'last', params: { of: 'rian' } }), { measures: [{ id: 'rain', unit: 'mm' }] });
    expect(slip.problems[0]?.message).toBe(
      'The city has no measure "rian" (did you mean "rain"?); correct it, or add it to measures.json.',
    );
  });
});

test('what comes with the engine is a measure too: how late a reading came', () => {
  expect(
    found(ruleFile({ unit: 's', value: { fact: 'percentile', params: { of: '$lag', window: '5m', p: 95 } } }), { measures: [] }),
  ).toEqual([]);
});
