import { describe, expect, it } from 'vitest';
import { parseRule } from '../../../config/rule-file.ts';
import { altered, PARTIES, PONDING, PONDING_LADDER } from '../test-rig.ts';
import { mutantsOf } from './mutants.ts';
import { oneStep, oneTenth } from './one-step.ts';
import { MutationBench } from './try-mutants.ts';

function moves(file = PONDING): string[] {
  return mutantsOf(file).map(({ pointer, was, now }) => `${pointer} ${was} → ${now}`);
}

describe('one step', () => {
  it.each([
    [35, [34, 36]],
    [0.14, [0.13, 0.15]],
    [1.005, [1.004, 1.006]],
    [-6, [-7, -5]],
    [0, [-1, 1]],
    [5000, [4999, 5001]],
  ])('of %s is its last decimal', (value, steps) => {
    expect(oneStep(value)).toEqual(steps);
  });

  it('of a hold is a tenth', () => {
    expect([oneTenth('2m'), oneTenth('1h'), oneTenth('5ms'), oneTenth('0s')]).toEqual([
      ['1m48s', '2m12s'],
      ['54m', '1h6m'],
      ['4ms', '6ms'],
      [],
    ]);
  });
});

describe('the mutants of a rule', () => {
  it('are its thresholds and its holds, each down and up', () => {
    expect(moves()).toEqual([
      '/levels/blue/when/all/0/value 5 → 4',
      '/levels/blue/when/all/0/value 5 → 6',
      '/levels/blue/clear/when/all/0/value 3 → 2',
      '/levels/blue/clear/when/all/0/value 3 → 4',
      '/levels/red/when/all/0/value 20 → 19',
      '/levels/red/when/all/0/value 20 → 21',
      '/levels/red/clear/when/all/0/value 15 → 14',
      '/levels/red/clear/when/all/0/value 15 → 16',
      '/levels/blue/for 2m → 1m48s',
      '/levels/blue/for 2m → 2m12s',
      '/levels/blue/clear/for 10m → 9m',
      '/levels/blue/clear/for 10m → 11m',
    ]);
  });

  it('reach into named conditions, lists and the parameters that samples are compared with', () => {
    const file = altered(PONDING, {
      value: { fact: 'rank', params: { of: 'depth', last: 3, rank: 2, within: [0, 500] } },
      conditions: {
        'night/late': { not: { any: [{ fact: 'time', params: { as: 'hour' }, operator: 'in', value: [22, 'x'] }] } },
        high: {
          fact: 'ratio',
          params: { of: { fact: 'count', params: { of: 'depth', window: '1h', atLeast: 0.5 } }, to: 7 },
          operator: 'equal',
          value: true,
        },
      },
    });
    const more = moves(file).filter((move) => !moves().includes(move));
    expect(more.filter((move) => move.includes('+') || !/→ (21|0.4|1)$/.test(move))).toEqual([
      '/conditions/night~1late/not/any/0/value/0 22 → 23',
      '/value/params/rank 2 → 3',
      '/conditions/high/params/of/params/atLeast 0.5 → 0.6',
    ]);
  });

  it('move a quantile, which is right to 1 % only, by what can be told apart', () => {
    const slow = altered(PONDING, { value: { fact: 'percentile', params: { of: 'depth', window: '2h', p: 90 } } });
    const file = altered(slow, {}, { red: { when: { all: [{ fact: 'value', operator: 'greaterThan', value: 300 }] } } });
    expect(moves(file).filter((move) => move.includes('/when/all/0/value') && !move.includes('clear'))).toEqual([
      '/levels/blue/when/all/0/value 5 → 4',
      '/levels/blue/when/all/0/value 5 → 6',
      '/levels/red/when/all/0/value 300 → 293',
      '/levels/red/when/all/0/value 300 → 307',
    ]);
  });

  it('change nothing but what they say', () => {
    const [first] = mutantsOf(PONDING);
    expect(first?.file).toEqual(
      altered(PONDING, {}, { blue: { when: { all: [{ fact: 'value', operator: 'greaterThanInclusive', value: 4 }] } } }),
    );
    expect(first?.level).toBe('blue');
    expect(moves()).toHaveLength(12);
  });
});

describe('a mutant on the tests of its rule', () => {
  const bench = (test: object): MutationBench => new MutationBench(PONDING, { rule: 'ponding', ...test }, { rules: [], parties: PARTIES });
  const survivors = (one: MutationBench): string[] =>
    mutantsOf(PONDING)
      .filter((mutant) => one.try(mutant) === 'survived')
      .map(({ pointer, now }) => `${pointer} ${now}`);

  it('is of a rule that is right', () => {
    expect(parseRule(JSON.stringify(PONDING), 'ponding.rule.json').problems).toEqual([]);
  });

  it('is noticed by a ladder that stands close to every threshold', () => {
    expect(bench({ ladders: [PONDING_LADDER] }).baseline()).toEqual({ failing: [], unreached: [] });
    expect(survivors(bench({ ladders: [PONDING_LADDER] }))).toEqual([]);
  });

  it('survives where a test stands too far off', () => {
    const { blue, red } = PONDING_LADDER.levels;
    const loose = { ...PONDING_LADDER, levels: { blue: { ...blue, safe: 1, stay: 5 }, red: { ...red, clear: 0 } } };
    expect(survivors(bench({ ladders: [loose] }))).toEqual([
      '/levels/blue/when/all/0/value 4',
      '/levels/blue/clear/when/all/0/value 4',
      '/levels/red/clear/when/all/0/value 14',
    ]);
  });

  it('says what fails unmoved, and what is never reached', () => {
    const test = { cases: [{ name: 'wrong', input: [{ at: '0s', values: { depth: 6 } }], until: '2m', expect: [] }] };
    expect(bench(test).baseline()).toEqual({ failing: ['wrong'], unreached: ['red'] });
  });
});
