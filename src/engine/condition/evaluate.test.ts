import { Engine } from 'json-rules-engine';
import { describe, expect, it } from 'vitest';
import { evaluate, type Question } from './evaluate.ts';
import { EvaluationRefused } from './expansion.ts';

type Verdict = boolean | 'error';
type Asked = Partial<Question> & { readonly conditions: unknown };

function ours({ conditions, facts = {}, named = {} }: Asked): Verdict {
  try {
    return evaluate(structuredClone({ conditions, facts, named }));
  } catch (error) {
    if (error instanceof EvaluationRefused) throw error;
    return 'error';
  }
}

async function theirs({ conditions, facts = {}, named = {} }: Asked): Promise<Verdict> {
  try {
    const engine = new Engine();
    for (const [name, body] of Object.entries(structuredClone(named))) engine.setCondition(name, body as never);
    engine.addRule({ conditions: structuredClone(conditions) as never, event: { type: 'yes' } });
    return (await engine.run(structuredClone(facts))).results.length === 1;
  } catch {
    return 'error';
  }
}

/** What a row says is what we answer, and what json-rules-engine answers. */
async function bothSay(verdict: Verdict, asked: Asked): Promise<void> {
  expect(await theirs(asked)).toBe(verdict);
  expect(ours(asked)).toBe(verdict);
}

const facts = {
  one: 1,
  two: 2,
  text: 'abc',
  digits: '10',
  nothing: null,
  list: [1, 2],
  empty: [],
  deep: { list: [1, { a: 5 }], 'x.y': 7 },
};
const yes = { fact: 'one', operator: 'equal', value: 1 };
const no = { fact: 'one', operator: 'equal', value: 2 };
const fails = { fact: 'absent', operator: 'equal', value: 1 };

describe('lists of conditions', () => {
  it.each<[string, Verdict, unknown]>([
    ['no conditions are met, in any as in all', true, { any: [] }],
    ['no conditions are met, below the root too', true, { all: [yes, { any: [] }] }],
    ['one alone says what it says', false, { any: [no] }],
    ['not turns it round', true, { not: { any: [no, { not: yes }] } }],
    ['a fact that is absent fails the rule', 'error', { all: [fails] }],
    ['even where another of its group has decided', 'error', { any: [yes, fails] }],
    ['even where it stands behind one that is false', 'error', { all: [no, fails] }],
    ['but not in a group that is not reached', true, { any: [{ ...yes, priority: 2 }, fails] }],
    ['nor behind a false one of higher priority', false, { all: [fails, { ...no, priority: 10 }] }],
    ['a higher priority goes first, wherever it stands', 'error', { any: [yes, { ...fails, priority: 2 }] }],
    [
      'a priority may be a text',
      true,
      {
        any: [
          { ...yes, priority: '10' },
          { ...fails, priority: 9 },
        ],
      },
    ],
    [
      'none, 0 and null are 1',
      'error',
      {
        any: [
          { ...yes, priority: 0 },
          { ...fails, priority: null },
        ],
      },
    ],
    [
      'of a list it is a whole number',
      'error',
      {
        any: [
          { all: [], priority: 'high' },
          { ...fails, priority: 1 },
        ],
      },
    ],
    ['of a leaf it is any text, and such a group has a place of its own', true, { any: [{ ...fails, priority: 'high' }, yes] }],
    ['but none that every object has', 'error', { any: [yes, { ...yes, priority: 'toString' }] }],
    ['which nobody sees where there is only one', true, { any: [{ ...yes, priority: 'toString' }] }],
    ['a list must be one', 'error', { all: yes }],
    ['not takes no list', 'error', { not: [yes] }],
    ['a root is no fact', 'error', yes],
    [
      'a broken node fails the rule, reached or not',
      'error',
      {
        any: [
          { ...yes, priority: 2 },
          { fact: 'one', operator: 'equal' },
        ],
      },
    ],
    ['null is no condition', 'error', { all: [null] }],
    ['any counts before all', false, { any: [no], all: [yes] }],
    ['and what does not count is not even read', true, { any: [yes], all: 'what?' }],
    ['a fact that owns an empty all is one', true, { all: [{ ...no, all: [] }] }],
  ])('%s', async (_, verdict, conditions) => {
    await bothSay(verdict, { conditions, facts });
  });
});

describe('named conditions', () => {
  const named = { yes: { all: [yes] }, no: { all: [no] }, far: { condition: 'yes', priority: 1 }, urgent: { all: [yes], priority: 9 } };
  it.each<[string, Verdict, unknown]>([
    ['stand for what they name', true, { all: [{ condition: 'yes' }] }],
    ['may be the root', true, { condition: 'yes' }],
    ['may name each other', true, { not: { not: { condition: 'far' } } }],
    ['must exist', 'error', { all: [{ condition: 'gone' }] }],
    ['must exist only where they are reached', true, { any: [{ ...yes, priority: 2 }, { condition: 'gone' }] }],
    ['are sorted by the priority of the place where they stand', 'error', { any: [{ condition: 'urgent' }, fails] }],
    ['which it may have', true, { any: [{ condition: 'yes', priority: 2 }, fails] }],
    ['below the root a name counts before a list', true, { all: [{ condition: 'yes', any: [no] }] }],
    ['at the root after it', false, { condition: 'yes', any: [no] }],
    ['have names that are texts', 'error', { condition: 1 }],
  ])('%s', async (_, verdict, conditions) => {
    await bothSay(verdict, { conditions, facts, named });
  });

  it('are all loaded, used or not', async () => {
    await bothSay('error', { conditions: { all: [] }, named: { unused: { all: [null] } } });
    await bothSay('error', { conditions: { all: [] }, named: { unused: yes } });
    await bothSay('error', { conditions: { all: [] }, named: { '': { all: [] } } });
  });
});

describe('operators', () => {
  it.each<[string, string, unknown, Verdict]>([
    ['digits', 'equal', 10, false],
    ['list', 'equal', [1, 2], false],
    ['nothing', 'equal', null, true],
    ['one', 'in', [1, 2], true],
    ['one', 'in', '321', true],
    ['nothing', 'in', 'a null b', true],
    ['one', 'in', 1, 'error'],
    ['one', 'notIn', null, 'error'],
    ['list', 'contains', 2, true],
    ['text', 'contains', 'a', false],
    ['text', 'doesNotContain', 'z', false],
    ['text', 'not:contains', 'z', true],
    ['digits', 'lessThan', '9', true],
    ['digits', 'lessThan', 9, false],
    ['text', 'greaterThan', 'abb', false],
    ['nothing', 'lessThan', 1, false],
    ['one', 'greaterThan', null, true],
    ['one', 'lessThan', 'x', false],
    ['list', 'lessThan', 5, false],
    ['one', 'not:lessThan', 'x', true],
    ['list', 'someFact:equal', 2, true],
    ['list', 'everyFact:lessThan', 2, false],
    ['empty', 'someFact:equal', 2, false],
    ['empty', 'everyFact:equal', 2, true],
    ['one', 'everyFact:equal', 1, false],
    ['one', 'someValue:equal', [2, 1], true],
    ['one', 'someValue:equal', 1, 'error'],
    ['one', 'everyValue:lessThan', [], true],
    ['one', 'swap:lessThan', 0, true],
    ['nothing', 'swap:lessThan', 0, false],
    ['one', 'swap:contains', [1], true],
    ['list', 'everyFact:someValue:equal', [2, 1], true],
    ['list', 'not:someFact:swap:greaterThan', 1, true],
    ['one', 'equals', 1, 'error'],
    ['one', 'never:equal', 1, 'error'],
    ['one', 'equal:not', 1, 'error'],
    ['one', 'toString', 1, 'error'],
    ['one', ':equal', 1, 'error'],
  ])('%s %s %j', async (fact, operator, value, verdict) => {
    await bothSay(verdict, { conditions: { all: [{ fact, operator, value }] }, facts });
  });

  it('must be texts', async () => {
    for (const operator of [5, null, ['equal'], {}]) await bothSay('error', { conditions: { all: [{ ...yes, operator }] }, facts });
  });
});

describe('facts and values', () => {
  it.each<[string, Verdict, object]>([
    ['a value that owns a fact is that fact', true, { fact: 'one', operator: 'lessThan', value: { fact: 'two' } }],
    ['a fact is the same list as itself', true, { fact: 'list', operator: 'equal', value: { fact: 'list' } }],
    ['a value that is an absent fact fails', 'error', { fact: 'one', operator: 'equal', value: { fact: 'absent' } }],
    ['a path goes into a fact', true, { fact: 'deep', path: '$.list[1].a', operator: 'equal', value: 5 }],
    ['and into a value', true, { fact: 'one', operator: 'equal', value: { fact: 'deep', path: '$.list[0]', params: { any: 1 } } }],
    ['quoted', true, { fact: 'deep', path: "$['x.y']", operator: 'equal', value: 7 }],
    ['without the root sign', true, { fact: 'deep', path: 'list[0]', operator: 'equal', value: 1 }],
    ['with a dot before the bracket', true, { fact: 'deep', path: '$.list.[1].a', operator: 'equal', value: 5 }],
    ['a star finds a list', true, { fact: 'deep', path: '$..a', operator: 'contains', value: 5 }],
    ['what it does not find is undefined', true, { fact: 'deep', path: '$.gone', operator: 'notEqual', value: null }],
    ['and no number', false, { fact: 'deep', path: '$.gone', operator: 'lessThan', value: 5 }],
    [
      'a value that is not found makes no comparison true',
      false,
      { fact: 'one', operator: 'lessThan', value: { fact: 'deep', path: '$.gone' } },
    ],
    ['a path into a text is ignored', true, { fact: 'text', path: '$[0]', operator: 'equal', value: 'abc' }],
    ['a path into null is ignored', true, { fact: 'nothing', path: '$.a', operator: 'equal', value: null }],
    ['an empty path is none', true, { fact: 'list', path: '', operator: 'contains', value: 1 }],
    ['a literal object is never equal', false, { fact: 'deep', operator: 'equal', value: { list: 1 } }],
    ['it loses what every object has', false, { fact: 'one', operator: 'lessThan', value: { toString: 1, valueOf: 1 } }],
    ['a name that every object has is a name', 'error', { fact: 'toString', operator: 'notEqual', value: 1 }],
  ])('%s', async (_, verdict, leaf) => {
    await bothSay(verdict, { conditions: { all: [leaf] }, facts });
  });

  it('a fact has a name', async () => {
    await bothSay('error', { conditions: { all: [] }, facts: { '': 1 } });
    await bothSay(true, { conditions: { all: [{ fact: 'constructor', operator: 'equal', value: 1 }] }, facts: { constructor: 1 } });
  });
});

describe('the commonest errors', () => {
  it.each<[string, unknown]>([
    ['Undefined fact: absent', { all: [fails] }],
    ['Unknown operator: equals', { all: [{ ...yes, operator: 'equals' }] }],
    ['No condition gone exists', { condition: 'gone' }],
    ['"any" must be an array', { any: 5 }],
    ['"not" cannot be an array', { not: [] }],
    ['Condition: constructor "operator" property required', { all: [{ fact: 'one' }] }],
  ])('have the words of json-rules-engine: %s', (words, conditions) => {
    expect(() => evaluate({ conditions, facts, named: {} })).toThrow(new Error(words));
  });
});

describe('what is refused', () => {
  const chain = (length: number): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length }, (_, i) => [`n${i}`, i === length - 1 ? { all: [] } : { condition: `n${i + 1}` }]));
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `n${i}`,
      i === 39 ? { all: [] } : { all: [{ condition: `n${i + 1}` }, { condition: `n${i + 1}` }] },
    ]),
  );
  it.each<[string, Asked]>([
    ['a name that refers to itself', { conditions: { condition: 'a' }, named: { a: { all: [yes, { not: { condition: 'a' } }] } }, facts }],
    ['names without end', { conditions: { condition: 'n0' }, named: chain(2_000) }],
    ['names that multiply', { conditions: { condition: 'n0' }, named: doubling }],
    ['too many decorators', { conditions: { all: [{ ...yes, operator: `${'not:'.repeat(101)}equal` }] }, facts }],
    ['a path that runs a script', { conditions: { all: [{ ...yes, fact: 'deep', path: '$.list[?(@.a)]' }] }, facts }],
    ['a path that is no text', { conditions: { all: [{ ...yes, fact: 'deep', path: ['$', 'list'] }] }, facts }],
  ])('%s', (_, asked) => {
    expect(() => ours(asked)).toThrow(EvaluationRefused);
  });

  it('only where it is reached', () => {
    const circle = { a: { all: [{ condition: 'a' }] } };
    expect(ours({ conditions: { any: [{ ...yes, priority: 2 }, { condition: 'a' }] }, named: circle, facts })).toBe(true);
    expect(ours({ conditions: { all: [{ ...yes, fact: 'one', path: '$[?(@.a)]' }] }, facts })).toBe(true);
  });
});
