import { describe, expect, it } from 'vitest';
import type { Condition, FactReference } from '../../model/condition.ts';
import { assembled, PONDING } from '../rule-test/test-rig.ts';
import { conditionWords, namesInFacts } from './condition-words.ts';
import { factWords } from './fact-words.ts';

const last = (of: string): FactReference => ({ fact: 'last', params: { of } });

describe('a fact in words', () => {
  it.each<[string, string, Record<string, unknown> | undefined]>([
    ['', 'value', undefined],
    ['sum(rain, 1h)', 'sum', { of: 'rain', window: '1h', within: [0, 200] }],
    ['mean(density, 60s, max)', 'mean', { of: 'density', window: '60s', across: 'max' }],
    ['mean(dust, 15m tumbling, 1 ago)', 'mean', { of: 'dust', window: '15m', kind: 'tumbling', ago: 1 }],
    ['count(ebike = 1, 1h)', 'count', { of: 'ebike', window: '1h', equal: 1 }],
    ['distinct(smoke/heat, 5m, value)', 'distinct', { of: ['smoke', 'heat'], window: '5m', by: 'value' }],
    ['p90(delay, 2h)', 'percentile', { of: 'delay', window: '2h', p: 90 }],
    ['highest(2/3, depth)', 'rank', { of: 'depth', last: 3, rank: 2 }],
    ['change(people, 15m) in %', 'change', { of: 'people', window: '15m', as: 'percent' }],
    ['rate(depth, 2m) / 1m', 'rate', { of: 'depth', window: '2m', per: '1m' }],
    ['absence(pir) in h', 'absence', { of: 'pir', unit: 'h' }],
    ['absence in s', 'absence', undefined],
    ['share(silent)', 'share', { silent: true }],
    ['share(lamp-out = 1)', 'share', { of: 'lamp-out', equal: 1 }],
    ['exceedances(15m mean of dust ≥ 1, 1d)', 'exceedances', { of: 'dust', mean: '15m', atLeast: 1, window: '1d' }],
    ['level(rainfall-1h, street)', 'sign', { sign: 'rainfall-1h', as: 'level', at: 'street' }],
    ['last(a) / sensor.width × 100', 'ratio', { of: last('a'), to: { fact: 'sensor', params: { attribute: 'width' } }, times: 100 }],
    ['abs(last(a) − 220)', 'difference', { of: last('a'), minus: 220, absolute: true }],
    ['(last(a) − last(b)) / 220', 'ratio', { of: { fact: 'difference', params: { of: last('a'), minus: last('b') } }, to: 220 }],
    [
      'greatest(last(a), 0) − (last(a) − 1)',
      'difference',
      { of: { fact: 'greatest', params: { of: [last('a'), 0] } }, minus: { fact: 'difference', params: { of: last('a'), minus: 1 } } },
    ],
    ['greatest(last(a), 0)', 'greatest', { of: [last('a'), 0] }],
    ['(night ? 55 : last(a))', 'choose', { when: 'night', then: 55, else: last('a') }],
    ['robust-z(last(a), 5m, 4 weeks)', 'robust-z', { of: last('a'), slot: '5m' }],
    ['EARS C2(last(a))', 'ears', { of: last('a'), method: 'C2' }],
    ['an-unheard-of(x)', 'an-unheard-of', { of: 'x' }],
  ])('%s', (words, fact, params) => {
    expect(factWords({ fact, ...(params === undefined ? {} : { params }) })).toBe(words);
  });
});

describe('a condition in words', () => {
  const rule = { ...assembled(PONDING), conditions: { wet: { fact: 'value', operator: 'greaterThan', value: 1 } as const } };
  const at = (operator: string, value: unknown, fact = 'value'): Condition => ({ fact, operator, value }) as Condition;

  it.each<[string, Condition]>([
    ['≥ 5', { all: [at('greaterThanInclusive', 5)] }],
    ['≥ 5 ∧ (< 3 ∨ = 2)', { all: [at('greaterThanInclusive', 5), { any: [at('lessThan', 3), at('equal', 2)] }] }],
    ['¬(< 3 ∨ = 2) ∧ > 1', { all: [{ not: { any: [at('lessThan', 3), at('equal', 2)] } }, { condition: 'wet' }] }],
    [
      '< 3 ∧ (¬(= 2 ∨ = 4) ∨ > 1)',
      { all: [at('lessThan', 3), { any: [{ not: { any: [at('equal', 2), at('equal', 4)] } }, { condition: 'wet' }] }] },
    ],
    ['absence in s ∈ {a, b}', at('in', ['a', 'b'], 'absence')],
    ['≥ last(b)', at('greaterThanInclusive', last('b'))],
    ['swap:in 5', at('swap:in', 5)],
  ])('%s', (words, condition) => {
    expect(conditionWords(condition, rule)).toBe(words);
  });

  it('keeps the names that facts call', () => {
    expect(namesInFacts(rule)).toEqual([]);
    expect(namesInFacts({ ...rule, value: { fact: 'held', params: { when: 'wet' } } })).toEqual(['wet']);
  });
});
