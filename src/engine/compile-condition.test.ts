import { Engine as Reference } from 'json-rules-engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../model/condition.ts';
import { compileCondition, ConditionError, TRUE, UNKNOWN } from './compile-condition.ts';
import { findOperator } from './operators.ts';

type Facts = Readonly<Record<string, unknown>>;

function ours(condition: Condition, facts: Facts): boolean {
  const test = compileCondition<Facts>(condition, { fact: (reference) => (given) => given[reference.fact], named: {} });
  return test(facts) === TRUE;
}

async function theirs(condition: Condition, facts: Facts): Promise<boolean> {
  const engine = new Reference();
  engine.addRule({ conditions: condition as never, event: { type: 'yes' } });
  const { events } = await engine.run({ ...facts });
  return events.length === 1;
}

const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('1', '2', 'x', '', true, null, 1.5));
const leaf: fc.Arbitrary<Condition> = fc.record({
  fact: fc.constantFrom('a', 'b', 'c'),
  operator: fc.constantFrom(
    'equal',
    'notEqual',
    'lessThan',
    'lessThanInclusive',
    'greaterThan',
    'greaterThanInclusive',
    'not:equal',
    'swap:lessThan',
  ),
  value: fc.oneof(number, fc.record({ fact: fc.constantFrom('a', 'b', 'c') })),
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

describe('conditions', () => {
  it('agree with json-rules-engine over known facts', async () => {
    await fc.assert(
      fc.asyncProperty(root, fc.record({ a: number, b: number, c: number }), async (condition, facts) => {
        expect(ours(condition, facts)).toBe(await theirs(condition, facts));
      }),
      { numRuns: 2_000 },
    );
  });

  it('an empty any is true, as in json-rules-engine', async () => {
    expect(ours({ any: [] }, {})).toBe(true);
    expect(await theirs({ any: [] }, {})).toBe(true);
  });

  it('one false decides all and one true decides any, whatever else is unknown', () => {
    const known = { fact: 'a', operator: 'equal', value: 1 };
    const unknown = { fact: 'zzz', operator: 'equal', value: 1 };
    const ask = (condition: Condition, a: number) =>
      compileCondition<Facts>(condition, { fact: (reference) => (given) => given[reference.fact], named: {} })({ a });
    expect(ask({ all: [unknown, known] }, 2)).toBe(0);
    expect(ask({ all: [unknown, known] }, 1)).toBe(UNKNOWN);
    expect(ask({ any: [unknown, known] }, 1)).toBe(TRUE);
    expect(ask({ any: [unknown, known] }, 2)).toBe(UNKNOWN);
    expect(ask({ not: unknown }, 1)).toBe(UNKNOWN);
  });

  it('refuses a named condition that is missing or refers to itself, with the pointer', () => {
    const source = { fact: () => () => 1, named: { loop: { all: [{ condition: 'loop' }] } } };
    expect(() => compileCondition({ all: [{ condition: 'loop' }] }, source, '/when')).toThrow(ConditionError);
    try {
      compileCondition({ all: [{ condition: 'gone' }] }, source, '/when');
      expect.unreachable();
    } catch (error) {
      expect((error as ConditionError).pointer).toBe('/when/all/0/condition');
    }
  });

  it('knows decorators and refuses unknown names', () => {
    expect(findOperator('not:contains')?.('text', 't')).toBe(true);
    expect(findOperator('everyFact:lessThan')?.([1, 2], 3)).toBe(true);
    expect(findOperator('constructor')).toBeNull();
    expect(findOperator('maybe:equal')).toBeNull();
  });
});
