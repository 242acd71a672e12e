import { describe, expect, test } from 'vitest';
import type { Scope } from '../../model/rule.ts';
import { parseRule } from '../rule-file.ts';
import { levelFile, ruleFile, type Json } from '../test-rig.ts';
import { checkSigns, type FiledRule } from './sign-graph.ts';

interface Asked {
  readonly sign: string;
  readonly at?: string;
}

/** A rule of this scope whose value is the sum of signs and a reading, or the reading alone. */
function rule(id: string, scope: Scope, asks: readonly Asked[] = [], over: Json = {}): FiledRule {
  const last = { fact: 'last', params: { of: 'x' } };
  const value = asks.length === 0 ? last : { fact: 'total', params: { of: [...asks.map((params) => ({ fact: 'sign', params })), last] } };
  const file = `trial/${id}.rule.json`;
  const text = JSON.stringify(ruleFile({ id, scope, domain: 'trial', value, ...over }));
  const parsed = parseRule(text, file);
  if (parsed.rule === null) throw new Error(JSON.stringify(parsed.problems));
  return { rule: parsed.rule, file };
}

function told(rules: readonly FiledRule[], unread: readonly string[] = []): string[] {
  return checkSigns(rules, new Set(unread)).map(({ code, file, pointer }) => `${code} ${file.slice(6, -10)} ${pointer}`);
}

const FIRST = '/value/params/of/0/params';

describe('signs that ask for signs', () => {
  test('one that is not there is named; one whose file has problems of its own is not', () => {
    const asking = rule('a', 'place', [{ sign: 'b' }]);
    expect(told([asking])).toEqual([`rule-sign-unknown a ${FIRST}/sign`]);
    expect(told([asking], ['b'])).toEqual([]);
  });

  test('wherever it stands in the file', () => {
    const when = { fact: 'value', operator: 'greaterThan', value: { fact: 'sign', params: { sign: 'z' } } };
    const levels = { red: levelFile({ all: [when] }, { clear: { when: { not: when } } }) };
    expect(told([rule('a', 'place', [], { levels })])).toEqual([
      'rule-sign-unknown a /levels/red/when/all/0/value/params/sign',
      'rule-sign-unknown a /levels/red/clear/when/not/value/params/sign',
    ]);
  });

  test('a circle is named once, with its path', () => {
    const ring = [rule('a', 'place', [{ sign: 'b' }]), rule('b', 'place', [{ sign: 'c' }]), rule('c', 'place', [{ sign: 'b' }])];
    const problems = checkSigns(ring, new Set());
    expect(problems.map(({ code, file }) => `${code} ${file}`)).toEqual(['rule-sign-cycle trial/b.rule.json']);
    expect(problems[0]?.message).toContain('b → c → b');
    expect(told([rule('a', 'place', [{ sign: 'a' }])])).toEqual([`rule-sign-cycle a ${FIRST}/sign`]);
  });

  test('two circles are two problems', () => {
    const pair = (x: string, y: string): FiledRule[] => [rule(x, 'place', [{ sign: y }]), rule(y, 'place', [{ sign: x }])];
    expect(told([...pair('a', 'b'), ...pair('c', 'd')])).toHaveLength(2);
  });

  test('a chain of thousands of files is told without exhausting the stack', () => {
    const chain = Array.from({ length: 5_000 }, (_, i) => ({
      ...rule('a', 'place', [{ sign: `r${(i + 1) % 5_000}` }]),
      file: `trial/r${i}.rule.json`,
    })).map(({ rule: one, file }, i) => ({ rule: { ...one, id: `r${i}` }, file }));
    expect(told(chain)).toEqual([`rule-sign-cycle r0 ${FIRST}/sign`]);
  });

  test('signs that multiply are refused where they pass the limit', () => {
    const ten = (sign: string): Asked[] => Array.from({ length: 10 }, () => ({ sign }));
    const rules = [
      rule('a', 'place'),
      rule('b', 'place', ten('a')),
      rule('c', 'place', ten('b')),
      rule('d', 'place', ten('c')),
      rule('e', 'place', ten('d')),
    ];
    expect(told(rules)).toEqual([`rule-signs-too-many d ${FIRST}/sign`]);
  });

  test('a rule may sum up all 74 signs', () => {
    const signs = Array.from({ length: 74 }, (_, i) => rule(`s${i}`, 'place'));
    const groups = [0, 1, 2, 3, 4].map((g) =>
      rule(
        `g${g}`,
        'district',
        signs.slice(g * 15, g * 15 + 15).map(({ rule: { id } }) => ({ sign: id, at: 'district' })),
      ),
    );
    expect(
      told([
        ...signs,
        ...groups,
        rule(
          'all',
          'district',
          groups.map(({ rule: { id } }) => ({ sign: id })),
        ),
      ]),
    ).toEqual([]);
  });
});

const SCOPES: readonly (readonly [Scope, string, Scope, string | null])[] = [
  ['sensor', 'same', 'sensor', null],
  ['street', 'same', 'street', null],
  ['sensor', 'same', 'street', 'write "at": "street"'],
  ['street', 'same', 'sensor', 'write "at": "street"'],
  ['sensor', 'place', 'sensor', null],
  ['sensor', 'place', 'place', null],
  ['sensor', 'place', 'street', 'write "at": "street"'],
  ['sensor', 'street', 'street', null],
  ['sensor', 'district', 'district', null],
  ['street', 'place', 'sensor', 'write "at": "street"'],
  ['district', 'street', 'sensor', 'write "at": "district"'],
  ['district', 'district', 'gateway', null],
  ['gateway', 'same', 'gateway', null],
  ['gateway', 'place', 'sensor', 'write "at": "district"'],
  ['sensor', 'street', 'gateway', 'write "at": "district"'],
];

test.each(SCOPES)('a %s may or may not ask at %s for a sign of each %s: %s', (scope, at, other, mend) => {
  const problems = checkSigns([rule('a', scope, [{ sign: 'b', at }]), rule('b', other)], new Set());
  expect(problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(mend === null ? [] : [`rule-fact-scope ${FIRST}/at`]);
  if (mend !== null) expect(problems[0]?.message).toContain(mend);
});

test('keys that only one of the two rules splits by model are never the same', () => {
  const split = rule('b', 'street', [], { split: 'model' });
  expect(told([rule('a', 'street', [{ sign: 'b' }]), split])).toEqual([`rule-fact-scope a ${FIRST}/at`]);
  expect(told([rule('a', 'street', [{ sign: 'b' }], { split: 'model' }), split])).toEqual([]);
});

test('a rule that asks for a sign does not make it wait: both have one lateness', () => {
  const problems = checkSigns([rule('a', 'place', [{ sign: 'b' }], { lateness: '1m' }), rule('b', 'place')], new Set());
  expect(problems.map(({ code, file }) => `${code} ${file}`)).toEqual(['rule-sign-lateness trial/a.rule.json']);
  expect(problems[0]?.message).toContain('lateness 1m and "b" 0s');
  expect(told([rule('a', 'place', [{ sign: 'b' }], { lateness: '1m' }), rule('b', 'place', [], { lateness: '60s' })])).toEqual([]);
});

test('the sign that comes with the engine may be asked for', () => {
  expect(told([rule('a', 'district', [{ sign: 'gateway-down', at: 'district' }])])).toEqual([]);
});

test('a sign that is misspelt is told with the one that was meant', () => {
  const [problem] = checkSigns([rule('rainfall-1h', 'place'), rule('a', 'place', [{ sign: 'rainfal-1h' }])], new Set());
  expect(problem?.message).toBe('There is no rule "rainfal-1h" (did you mean "rainfall-1h"?); correct the id, or add its file.');
});
