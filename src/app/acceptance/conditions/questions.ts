import fc from 'fast-check';

/*
 * Lines for `maibo rules eval` that lead into every corner of json-rules-engine. Pools are small, so that facts and values meet.
 */

/** Stands for a number that JSON.stringify does not write. */
const HUGE = '∞';
const NAMES = ['a', 'b', 'c', 'd'];
const SCALARS: readonly unknown[] = [
  ...[-1, 0, 1, 2, 3, 10, 1.5, true, false, null, HUGE, `-${HUGE}`],
  ...['', 'a', 'ab', 'b', 'null', '1', '2', '10', '9', ' 1', '1x', '1e1', 'Infinity', 'undefined'],
];
/** Members that every object has, or that operators call. */
const ODD = ['toString', 'valueOf', 'constructor', 'length', 'indexOf', 'some', 'x y', 'x.y'];
const PLAIN_OPERATORS = [
  ...['equal', 'notEqual', 'lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive'],
  ...['in', 'notIn', 'contains', 'doesNotContain'],
];
const DECORATORS = ['not', 'swap', 'someFact', 'everyFact', 'someValue', 'everyValue'];
const LOOKING = new Set(['in', 'notIn', 'someValue', 'everyValue']);
const WRONG_OPERATORS: readonly unknown[] = ['equals', '', 'not:', ':equal', 'not::equal', 'equal:not', 'toString', 'nope:equal', 5, null];
const PATHS: readonly unknown[] = [
  ...['$.a', '$.b', '$.a.b', '$[0]', '$.a[1]', '$.length', "$['x y']", "$['x.y']", '$["a"]', 'a', 'a.b', '0', '$', '$.toString'],
  ...['$.[0]', ".['a']", "$.a.['b']", '$..a', '$.*', '$[*]', '$[0,1]', '$[a,b]', '$[0:2]', '$[-1:]', '$..*', '$.a.*', '[0]', '.a'],
  ...['$[?(@.a)]', '$.a^', '$.a~', '$.', 'constructor', '', null, false, 5, ['$', 'a']],
];
const PRIORITIES: readonly unknown[] = [
  ...[1, 2, 3, 10, 9, -1, 0, 1.5],
  ...['1', '2', '10', '9', 'high', '', '0', '1e1', 'toString'],
  ...[true, null, [2], {}],
];

const common = fc.constantFrom<unknown>(1, 2, 'a');
const scalar = fc.oneof({ weight: 2, arbitrary: common }, { weight: 5, arbitrary: fc.constantFrom(...SCALARS) });
const text = fc.constantFrom('', 'a', 'ab', '12', '9', 'nullundefined1');
const list = fc.array(fc.oneof({ weight: 6, arbitrary: scalar }, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 });
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...NAMES) }, fc.constantFrom(...ODD)), tie('value'), { maxKeys: 3 }),
  ),
})).value;
/** Something for a path to go down. */
const inner = fc.record({ a: common, b: common, 'x y': common }, { requiredKeys: ['a'] });
const structure = fc.record(
  { a: fc.oneof(common, list, inner), b: fc.oneof(common, inner), 'x y': common, 'x.y': common, 0: common },
  { requiredKeys: ['a'] },
);
const factValue = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 2, arbitrary: list },
  { weight: 2, arbitrary: structure },
  { weight: 1, arbitrary: json },
);
/** Most are there. */
const facts = fc
  .tuple(
    fc.tuple(factValue, factValue, factValue, factValue),
    fc.constantFrom<string>('', ...NAMES, 'constructor', 'e', 'e', 'e'),
    fc.nat(9),
  )
  .map(([values, odd, chance]) => {
    const [a, b, c, d] = values;
    const all: Record<string, unknown> = { a, b, c, d };
    if (chance === 0) delete all[odd];
    if (chance === 1) all[odd] = a;
    return all;
  });

const factName = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom(...NAMES) },
  fc.constantFrom<unknown>('zz', 'e', 'constructor', 5, null),
);
const path = fc.constantFrom(...PATHS);
const operator = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom<unknown>(...PLAIN_OPERATORS) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.array(fc.constantFrom(...DECORATORS), { minLength: 1, maxLength: 3 }), fc.constantFrom(...PLAIN_OPERATORS))
      .map(([decorators, base]): unknown => [...decorators, base].join(':')),
  },
  { weight: 1, arbitrary: fc.constantFrom(...WRONG_OPERATORS) },
);

type Node = Record<string, unknown>;
/** Adds a member now and then. */
function sometimes(node: fc.Arbitrary<Node>, key: string, value: fc.Arbitrary<unknown>, oneIn: number): fc.Arbitrary<Node> {
  return fc.tuple(node, fc.nat(oneIn - 1), value).map(([own, chance, added]) => (chance === 0 ? { ...own, [key]: added } : own));
}

const reference = sometimes(fc.record({ fact: factName }), 'path', path, 3);
const value = fc.oneof({ weight: 5, arbitrary: scalar }, { weight: 3, arbitrary: list }, { weight: 2, arbitrary: reference }, json);
/** With one of the last kind no rule can be loaded. */
const priority = fc.oneof({ weight: 99, arbitrary: fc.constantFrom(...PRIORITIES) }, fc.constant<unknown>({ toString: 1 }));
/** What looks into its value is mostly given something to look into. */
const bareLeaf = fc.tuple(factName, operator, value, fc.record({ list, text }), fc.nat(3)).map(([fact, name, any, given, chance]): Node => {
  const looks = typeof name === 'string' && name.split(':').some((part) => LOOKING.has(part));
  return { fact, operator: name, value: [any, given.text, given.list, given.list][looks ? chance : 0] };
});
const leaf = sometimes(sometimes(sometimes(bareLeaf, 'path', path, 5), 'priority', priority, 4), 'params', json, 20);

const runner = fc.constantFrom<Node>(
  { fact: 'a', operator: 'equal', value: { fact: 'a' } },
  { fact: 'a', operator: 'notEqual', value: { fact: 'a' } },
  { fact: 'a', operator: 'equal', value: { fact: 'a' } },
  { fact: 'a', operator: 'notEqual', value: { fact: 'a' } },
  { fact: 'zz', operator: 'equal', value: 1 },
);
/** Who comes first decides: what is true, false, or fails, in whatever order their priorities give. */
const race = fc
  .tuple(fc.constantFrom('any', 'all'), fc.array(fc.tuple(runner, priority), { minLength: 3, maxLength: 5 }))
  .map(([form, runners]): Node => ({ [form]: runners.map(([node, itsPriority]) => ({ ...node, priority: itsPriority })) }));

const BROKEN: readonly unknown[] = [
  null,
  0,
  5,
  'a',
  [],
  {},
  { all: {} },
  { any: null },
  { not: [] },
  { not: null },
  { fact: 'a' },
  { fact: 'a', operator: 'equal' },
];

/** A whole condition, mostly; it may use these names. */
function conditionOf(names: readonly string[], maxDepth: number): fc.Arbitrary<unknown> {
  const named = fc.record({
    condition: fc.oneof({ weight: 30, arbitrary: fc.constantFrom<unknown>(...names) }, fc.constantFrom<unknown>('gone', 5)),
  });
  const prioritised = (node: fc.Arbitrary<Node>): fc.Arbitrary<Node> => sometimes(node, 'priority', priority, 4);
  const { group } = fc.letrec<{ node: unknown; group: Node }>((tie) => {
    const children = fc.array(tie('node'), { maxLength: 3 });
    const all = prioritised(fc.record({ all: children }));
    const any = prioritised(fc.record({ any: children }));
    const not = prioritised(fc.record({ not: tie('node') }));
    // Some own the members of two forms.
    const mixed = fc
      .tuple(fc.oneof(all, any, not, named, leaf), fc.oneof(all, any, not, named))
      .map(([one, two]): Node => ({ ...one, ...two }));
    const group = fc.oneof({ weight: 5, arbitrary: all }, { weight: 5, arbitrary: any }, { weight: 3, arbitrary: not }, mixed, race);
    return {
      group,
      node: fc.oneof(
        { maxDepth, depthSize: 'small' },
        { weight: 9, arbitrary: leaf },
        { weight: 5, arbitrary: group },
        { weight: 2, arbitrary: prioritised(named) },
      ),
    };
  });
  const broken = fc.constantFrom(...BROKEN);
  return fc.oneof(
    { weight: 40, arbitrary: group },
    { weight: 3, arbitrary: prioritised(named) },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: broken.map((child) => ({ all: [child] })) },
  );
}

// Each may use those after it; the last closes a circle now and then.
const named = fc
  .tuple(conditionOf(['two', 'three'], 1), conditionOf(['three'], 1), conditionOf(['last'], 1), fc.nat(40))
  .map(([one, two, three, chance]) => ({ one, two, three, last: chance === 0 ? { all: [{ condition: 'one' }] } : { any: [] } }));
const question = fc.record({ conditions: conditionOf(['one', 'one', 'two', 'three'], 3), facts, named });

export const questionLine: fc.Arbitrary<string> = question.map((asked) =>
  JSON.stringify(asked).replaceAll(`"${HUGE}"`, '1e999').replaceAll(`"-${HUGE}"`, '-1e999'),
);
