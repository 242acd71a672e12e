import { Almanac } from 'json-rules-engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePath, PathRefused } from './path.ts';

const MEMBERS = [
  'a',
  'b',
  'a b',
  '0',
  '1',
  '-1',
  'x.y',
  '*',
  '..',
  'a,b',
  '0:1',
  '$',
  '$a',
  'length',
  '',
  'f(x)',
  'x~y',
  '#',
  '%',
  'toString',
];
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(0, 1, '', 'ab', null, true, false),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...MEMBERS), tie('value'), { maxKeys: 4 }),
  ),
})).value;
const object = json.filter((value) => typeof value === 'object' && value !== null);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('.a', '.b', '[0]', '[1]', '.0', "['a b']", '["a"]', "['x.y']", '.length', '[-1]') },
  fc.constantFrom(
    '.*',
    '[*]',
    '..a',
    '..*',
    '..[0]',
    '.[0]',
    ".['a']",
    '.[*]',
    '[0:1]',
    '[:-1]',
    '[::2]',
    '[1:0]',
    '[a,b]',
    '[0,1:]',
    '[*,a]',
  ),
  fc.constantFrom("['*']", "['0:1']", "['a,b']", '.$a', '.a b', '.f(x)', "['x~y']", '.toString', '.%', '.#'),
);
const path = fc
  .tuple(fc.constantFrom('$', '$', '$', 'a', 'b', '', '$a', '0', '*'), fc.array(step, { maxLength: 4 }))
  .map(([start, steps]) => start + steps.join(''))
  .filter((text) => text !== '');
const MARKS = '$.[]*ab0:,\'"() ?@~^`;#1-'.split('');
const anything = fc.string({ unit: fc.constantFrom(...MARKS), minLength: 1, maxLength: 9 });

function ours(text: string, value: unknown): unknown {
  try {
    return JSON.stringify(compilePath(text)(value)) ?? 'undefined';
  } catch (error) {
    if (error instanceof PathRefused) return null;
    throw error;
  }
}

async function theirs(text: string, value: unknown): Promise<string> {
  return JSON.stringify(await new Almanac().addFact('fact', value).factValue('fact', {}, text)) ?? 'undefined';
}

const SHELF = {
  books: [
    { id: 1, 'x y': 'a', tags: ['t', 'u'] },
    { id: 2, tags: [] },
  ],
  'x.y': 7,
  '*': 8,
  name: 'abc',
  id: 3,
  odd: { '*': { id: 4 }, 'a,b': 5, '0:1': 6 },
};

describe('paths', () => {
  it.each<[string, unknown]>([
    ['$', SHELF],
    ['$.books[0].id', 1],
    ["$.books[0]['x y']", 'a'],
    ['books[1].id', 2],
    ["$['x.y']", 7],
    ['$.name[1]', 'b'],
    ['$.name.length', 3],
    ['$.books.length', 2],
    ['$.books[-1].id', undefined],
    ['$.gone.id', undefined],
    // A dot before a bracket goes down, as `..` does.
    ['$.books.[1].id', 2],
    ["$.['x.y']", 7],
    ['$..id', [3, 1, 2, 4]],
    ['$.books[*].id', [1, 2]],
    ['$.books[:1].id', [1]],
    ['$.books[0,1].id', [1, 2]],
    ['$.books[*].gone', undefined],
    ['$.*.length', [2, 3]],
    // A member of that name comes before the meaning, but not as the first step.
    ["$['*'].length", [2, 3]],
    ['[0]', undefined],
    // After another step it is looked for first.
    ["$.odd['*'].id", 4],
    ["$.odd['a,b']", 5],
    ['$.odd.0:1', 6],
    ["$[odd,name]['*']", [{ id: 4 }]],
    ["$.*['a,b']", [5]],
  ])('%s', async (text, found) => {
    expect(compilePath(text)(SHELF)).toEqual(found);
    expect(await theirs(text, SHELF)).toBe(JSON.stringify(found) ?? 'undefined');
  });

  it.each([
    '$[?(@.id)]',
    '$.books[(@.length-1)]',
    '$.books[?(@.id>1)].id',
    '$.id^',
    '$.id~',
    '$.',
    '$.a..',
    '$..',
    '',
    '.',
    '$.id@number()',
    "$.'id'",
    "$['a','b']",
    '$[',
    '$.a]',
    '$a;b',
    'constructor',
    'toString',
    '__proto__',
  ])('refuse %s', (text) => {
    expect(() => compilePath(text)).toThrow(PathRefused);
  });

  it('refuse to look at more than anybody means', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 40; i += 1) deep = { a: deep, b: deep };
    expect(() => compilePath('$..c')(deep)).toThrow('looks at more than');
  });

  it('of every form that is not refused find what json-rules-engine finds', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(path, object, async (text, value) => {
        const found = ours(text, value);
        if (found === null) refused += 1;
        else expect(found).toBe(await theirs(text, value));
      }),
      { numRuns: 5_000 },
    );
    expect(refused).toBeLessThan(500);
  });

  it('of any marks whatever are refused, or find what json-rules-engine finds', async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(anything, object, async (text, value) => {
        const found = ours(text, value);
        if (found === null) return;
        answered += 1;
        expect(found).toBe(await theirs(text, value));
      }),
      { numRuns: 5_000 },
    );
    expect(answered).toBeGreaterThan(500);
  });
});
