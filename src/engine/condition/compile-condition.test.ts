import { Engine as Reference } from 'json-rules-engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../model/condition.ts';
import {
  compileCondition,
  compileTree,
  ConditionError,
  FALSE,
  TRUE,
  UNKNOWN,
  type ConditionNode,
  type ConditionSource,
  type Fact,
} from './compile-condition.ts';
import { findOperator } from './operators.ts';

type Facts = Readonly<Record<string, unknown>>;

/** Facts as given; those in capitals are told as numbers. */
function sourceOf(named: Readonly<Record<string, Condition>> = {}): ConditionSource<Facts> {
  return {
    named,
    fact: ({ fact }): Fact<Facts> => ({
      ask: (facts) => facts[fact],
      number: fact === fact.toUpperCase() ? (facts) => (facts[fact] as number | undefined) ?? Number.NaN : null,
    }),
  };
}

function ask(condition: Condition, facts: Facts, named: Readonly<Record<string, Condition>> = {}): number {
  return compileCondition(condition, sourceOf(named))(facts);
}

function errorOf(condition: unknown, named: Readonly<Record<string, Condition>> = {}): Pick<ConditionError, 'code' | 'pointer'> {
  try {
    compileTree(condition as Condition, sourceOf(named), '/when');
  } catch (error) {
    if (error instanceof ConditionError) return { code: error.code, pointer: error.pointer };
  }
  throw new Error('It was compiled.');
}

async function theirs(condition: Condition, facts: Facts): Promise<boolean> {
  const engine = new Reference();
  engine.addRule({ conditions: condition as never, event: { type: 'yes' } });
  const { events } = await engine.run({ ...facts });
  return events.length === 1;
}

const NUMBERS = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(1.5, Infinity, -Infinity));
const scalar = fc.oneof(NUMBERS, fc.constantFrom('1', '2', 'x', '', true, null));
const PLAIN = ['equal', 'notEqual', 'lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive'];
const leaf: fc.Arbitrary<Condition> = fc.record({
  fact: fc.constantFrom('a', 'b', 'A', 'B'),
  operator: fc.constantFrom(...PLAIN, 'not:equal', 'swap:lessThan', 'not:greaterThan'),
  value: fc.oneof({ weight: 3, arbitrary: scalar }, fc.record({ fact: fc.constantFrom('a', 'b', 'A', 'B') })),
});
const tree = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('node'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('node'), { maxLength: 3 }).map((any) => ({ any })),
    tie('node').map((not) => ({ not })),
  ),
})).node;
const root = fc.array(tree, { maxLength: 3 }).chain((list) => fc.constantFrom<Condition>({ all: list }, { any: list }));

describe('live conditions', () => {
  it('say what json-rules-engine says where all facts are known', async () => {
    await fc.assert(
      fc.asyncProperty(root, fc.record({ a: scalar, b: scalar, A: NUMBERS, B: NUMBERS }), async (condition, facts) => {
        expect(ask(condition, facts)).toBe((await theirs(condition, facts)) ? TRUE : FALSE);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(PLAIN)('%s with an unknown fact is unknown, however the fact is told', (operator) => {
    for (const fact of ['a', 'A']) {
      expect(ask({ fact, operator, value: 1 }, {})).toBe(UNKNOWN);
      expect(ask({ fact, operator, value: { fact: 'b' } }, { b: 1 })).toBe(UNKNOWN);
      expect(ask({ fact: 'b', operator, value: { fact } }, { b: 1 })).toBe(UNKNOWN);
      expect(ask({ not: { fact, operator, value: 1 } }, {})).toBe(UNKNOWN);
    }
  });

  it('one false decides all and one true decides any, whatever else is unknown', () => {
    const unknown = { fact: 'zzz', operator: 'equal', value: 1 };
    const is = (value: number): Condition => ({ fact: 'a', operator: 'equal', value });
    for (const others of [[unknown], [unknown, unknown]]) {
      expect(ask({ all: [...others, is(2)] }, { a: 1 })).toBe(FALSE);
      expect(ask({ all: [is(2), ...others] }, { a: 1 })).toBe(FALSE);
      expect(ask({ all: [...others, is(1)] }, { a: 1 })).toBe(UNKNOWN);
      expect(ask({ any: [...others, is(1)] }, { a: 1 })).toBe(TRUE);
      expect(ask({ any: [is(1), ...others] }, { a: 1 })).toBe(TRUE);
      expect(ask({ any: [...others, is(2)] }, { a: 1 })).toBe(UNKNOWN);
    }
    expect(ask({ any: [] }, {})).toBe(TRUE);
  });

  it('an operator that fails tells nothing, and stops nobody', () => {
    expect(ask({ fact: 'a', operator: 'in', value: 5 }, { a: 1 })).toBe(UNKNOWN);
    expect(ask({ any: [{ fact: 'a', operator: 'someValue:equal', value: 5 }, { all: [] }] }, { a: 1 })).toBe(TRUE);
  });

  it('follow a path into what is known, and know nothing where it leads nowhere', () => {
    const deep = (path: string, value: number): Condition => ({ fact: 'a', path, operator: 'equal', value });
    expect(ask(deep("$.b[0]['x y']", 3), { a: { b: [{ 'x y': 3 }] } })).toBe(TRUE);
    expect(ask(deep('$.b', 3), { a: {} })).toBe(UNKNOWN);
    expect(ask(deep('$.b', 3), { a: 3 })).toBe(TRUE);
    expect(ask({ fact: 'A', path: '$.b', operator: 'equal', value: 3 }, { A: 3 })).toBe(TRUE);
    expect(ask({ fact: 'b', operator: 'lessThan', value: { fact: 'a', path: '$.list[1]' } }, { a: { list: [1, 2] }, b: 1 })).toBe(TRUE);
  });
});

describe('the tree of a condition', () => {
  const named = {
    'wet/dry': { any: [{ fact: 'A', operator: 'greaterThan', value: 5, params: { of: 'depth' } }] },
    both: { condition: 'wet/dry' },
  };
  const condition: Condition = {
    all: [{ not: { fact: 'b', operator: 'equal', value: { fact: 'A' }, path: '$.x' } }, { condition: 'both' }],
  };

  it('has every part in its place, with the name under which it came', () => {
    const shown = (node: ConditionNode<Facts>): unknown => [node.kind, node.pointer, node.name, ...node.children.map(shown)];
    expect(shown(compileTree(condition, sourceOf(named), '/when'))).toEqual([
      'all',
      '/when',
      null,
      ['not', '/when/all/0', null, ['leaf', '/when/all/0/not', null]],
      ['any', '/conditions/wet~1dry', 'both', ['leaf', '/conditions/wet~1dry/any/0', null]],
    ]);
  });

  it('tells both sides of a leaf and its truth', () => {
    const [first, second] = compileTree(condition, sourceOf(named)).children as [ConditionNode<Facts>, ConditionNode<Facts>];
    const facts = { A: 7, b: { x: 7 } };
    const one = first.children[0] as ConditionNode<Facts>;
    expect([one.leaf?.fact, one.leaf?.operator, one.leaf?.left(facts), one.leaf?.right(facts)]).toEqual([
      { fact: 'b', path: '$.x' },
      'equal',
      7,
      7,
    ]);
    const other = second.children[0] as ConditionNode<Facts>;
    expect([other.leaf?.fact, other.leaf?.left(facts), other.leaf?.right(facts)]).toEqual([{ fact: 'A', params: { of: 'depth' } }, 7, 5]);
    expect([one, other, first, second].map((node) => node.test(facts))).toEqual([TRUE, TRUE, FALSE, TRUE]);
    expect(first.leaf).toBeNull();
  });

  it('below the root a name counts before a list, at the root after it', () => {
    const both = { condition: 'yes', any: [{ not: { all: [] } }] } as unknown as Condition;
    const yes = { yes: { all: [] } };
    expect(ask(both, {}, yes)).toBe(FALSE);
    expect(ask({ all: [both] }, {}, yes)).toBe(TRUE);
  });
});

describe('a condition that cannot be compiled', () => {
  const fine = { fact: 'a', operator: 'equal', value: 1 };
  it.each<[string, unknown, string]>([
    ['rule-condition-unknown', { all: [{ condition: 'gone' }] }, '/when/all/0/condition'],
    ['rule-condition-cycle', { condition: 'loop' }, '/conditions/loop/all/0/condition'],
    ['rule-condition-shape', { any: 5 }, '/when/any'],
    ['rule-condition-shape', { not: { fact: 'a' } }, '/when/not'],
    ['rule-operator-unknown', { all: [{ ...fine, operator: 'equals' }] }, '/when/all/0/operator'],
    ['rule-path', { all: [{ ...fine, path: '$[?(@.a)]' }] }, '/when/all/0/path'],
    ['rule-path', { all: [{ ...fine, fact: 'A', path: '$.a^' }] }, '/when/all/0/path'],
    ['rule-path', { all: [{ ...fine, value: { fact: 'b', path: '$.' } }] }, '/when/all/0/value/path'],
  ])('is refused: %s %j', (code, condition, pointer) => {
    expect(errorOf(condition, { loop: { all: [{ condition: 'loop' }] } })).toEqual({ code, pointer });
  });
});

describe('operators', () => {
  it('have decorators, and no names but their own', () => {
    expect(findOperator('not:contains')?.('text', 't')).toBe(true);
    expect(findOperator('everyFact:lessThan')?.([1, 2], 3)).toBe(true);
    for (const name of ['constructor', 'maybe:equal', 'equal:not', ':equal', 'not:', '']) expect(findOperator(name)).toBeNull();
  });
});
