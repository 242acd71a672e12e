import type { Condition, FactCondition, FactReference, NamedCondition, NotCondition } from '../../model/condition.ts';
import { textCode } from '../cells/text-code.ts';
import { findOperator, type Operator } from './operators.ts';
import { compilePath, PathRefused } from './path.ts';

/** A condition over live signs may be neither true nor false: a silent sensor proves nothing. */
export type Truth = 0 | 1 | 2;
export const FALSE: Truth = 0;
export const TRUE: Truth = 1;
export const UNKNOWN: Truth = 2;

/** A compiled condition, asked of one context. */
export type Test<Context> = (context: Context) => Truth;
/** `undefined` when it is not known. */
export type Ask<Context> = (context: Context) => unknown;

export interface Fact<Context> {
  readonly ask: Ask<Context>;
  /** Given for a fact that is always a number, NaN when it is not known: nothing is boxed on the way. */
  readonly number: ((context: Context) => number) | null;
  /** Given for a fact that is a number or a text: the number or the text's code, NaN when it is not known. */
  readonly coded?: (context: Context) => number;
}

export interface ConditionSource<Context> {
  /** Turns a fact with its parameters into closures; throws `ConditionError` for one that does not exist. */
  fact(reference: FactReference, pointer: string): Fact<Context>;
  readonly named: Readonly<Record<string, Condition>>;
  /** Lets a named condition of several parts be judged once for all who name it. */
  readonly once?: (name: string, test: Test<Context>) => Test<Context>;
}

/** A compiled condition, with its parts for those who must explain it. */
export interface ConditionNode<Context> {
  readonly kind: 'all' | 'any' | 'not' | 'leaf';
  readonly pointer: string;
  /** Of the named condition that stands here. */
  readonly name: string | null;
  readonly test: Test<Context>;
  readonly children: readonly ConditionNode<Context>[];
  readonly leaf: ConditionLeaf<Context> | null;
}

export interface ConditionLeaf<Context> {
  readonly fact: FactReference;
  readonly operator: string;
  /** As it stands in the rule: a reference to another fact, or the value itself. */
  readonly value: FactCondition['value'];
  readonly left: Ask<Context>;
  readonly right: Ask<Context>;
}

/** A condition that cannot be compiled: where in it, and why. */
export class ConditionError extends Error {
  readonly code: string;
  readonly pointer: string;
  constructor(code: string, pointer: string, message: string) {
    super(message);
    this.name = 'ConditionError';
    this.code = code;
    this.pointer = pointer;
  }
}

/** What is handed down while a condition is compiled. */
interface Around<Context> {
  readonly source: ConditionSource<Context>;
  readonly pointer: string;
  /** The named conditions that it stands in, outermost first. */
  readonly within: readonly string[];
  readonly root: boolean;
}

/**
 * Compiles a json-rules-engine condition to closures. An unknown fact makes its leaf UNKNOWN, and the three values
 * combine as Kleene's: `all` with one FALSE is FALSE whatever else is unknown, `any` with one TRUE is TRUE.
 */
export function compileTree<Context>(condition: Condition, source: ConditionSource<Context>, pointer = ''): ConditionNode<Context> {
  return compileNode(condition, { source, pointer, within: [], root: true });
}

export function compileCondition<Context>(condition: Condition, source: ConditionSource<Context>, pointer = ''): Test<Context> {
  return compileTree(condition, source, pointer).test;
}

function compileNode<Context>(node: Condition, around: Around<Context>): ConditionNode<Context> {
  // json-rules-engine looks for any, all, not, then a name, then a fact; below the root it looks for a name first.
  if (!around.root && Object.hasOwn(node, 'condition')) return compileNamed((node as NamedCondition).condition, around);
  if (Object.hasOwn(node, 'any')) return compileList(node, 'any', around);
  if (Object.hasOwn(node, 'all')) return compileList(node, 'all', around);
  if (Object.hasOwn(node, 'not')) {
    const { pointer } = around;
    const child = compileNode((node as NotCondition).not, { ...around, pointer: `${pointer}/not`, root: false });
    return { kind: 'not', pointer, name: null, test: notOf(child.test), children: [child], leaf: null };
  }
  if (Object.hasOwn(node, 'condition')) return compileNamed((node as NamedCondition).condition, around);
  return compileLeaf(node as FactCondition, around);
}

function compileList<Context>(node: Condition, kind: 'any' | 'all', around: Around<Context>): ConditionNode<Context> {
  const { pointer } = around;
  const list = (node as unknown as Record<string, unknown>)[kind];
  if (!Array.isArray(list)) throw new ConditionError('rule-condition-shape', `${pointer}/${kind}`, `"${kind}" must be an array.`);
  const children = list.map((child: Condition, i) => compileNode(child, { ...around, pointer: `${pointer}/${kind}/${i}`, root: false }));
  const tests = children.map((child) => child.test);
  return { kind, pointer, name: null, test: kind === 'all' ? allOf(tests) : anyOf(tests), children, leaf: null };
}

function compileNamed<Context>(name: string, { source, pointer, within }: Around<Context>): ConditionNode<Context> {
  const named = Object.hasOwn(source.named, name) ? source.named[name] : undefined;
  if (named === undefined) throw new ConditionError('rule-condition-unknown', `${pointer}/condition`, `No condition "${name}" exists.`);
  if (within.includes(name)) {
    throw new ConditionError('rule-condition-cycle', `${pointer}/condition`, `Condition "${name}" refers to itself.`);
  }
  const at = `/conditions/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const node = compileNode(named, { source, pointer: at, within: [...within, name], root: false });
  return { ...node, name, test: node.leaf === null && source.once !== undefined ? source.once(name, node.test) : node.test };
}

function allOf<Context>(tests: readonly Test<Context>[]): Test<Context> {
  if (tests.length === 1) return tests[0] as Test<Context>;
  return (context) => {
    let truth: Truth = TRUE;
    for (let i = 0; i < tests.length; i += 1) {
      const one = (tests[i] as Test<Context>)(context);
      if (one === FALSE) return FALSE;
      if (one === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}

function anyOf<Context>(tests: readonly Test<Context>[]): Test<Context> {
  // json-rules-engine: an empty list is true, for `any` too.
  if (tests.length === 0) return () => TRUE;
  if (tests.length === 1) return tests[0] as Test<Context>;
  return (context) => {
    let truth: Truth = FALSE;
    for (let i = 0; i < tests.length; i += 1) {
      const one = (tests[i] as Test<Context>)(context);
      if (one === TRUE) return TRUE;
      if (one === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}

function notOf<Context>(test: Test<Context>): Test<Context> {
  return (context) => {
    const truth = test(context);
    return truth === UNKNOWN ? UNKNOWN : truth === TRUE ? FALSE : TRUE;
  };
}

function compileLeaf<Context>(node: FactCondition, { source, pointer }: Around<Context>): ConditionNode<Context> {
  for (const key of ['fact', 'operator', 'value']) {
    if (!Object.hasOwn(node, key)) throw new ConditionError('rule-condition-shape', pointer, `A condition needs "${key}".`);
  }
  const { fact, operator: name, value, params, path } = node;
  const operator = findOperator(name);
  if (operator === null) throw new ConditionError('rule-operator-unknown', `${pointer}/operator`, `Unknown operator "${name}".`);
  const left = compileFact(node, source, pointer);
  const right = isReference(value) ? compileFact(value, source, `${pointer}/value`) : null;
  const rightAsk = right?.ask ?? (() => value);
  const quick =
    left.number !== null && typeof value === 'number'
      ? againstThreshold(name, left.number, value)
      : left.coded !== undefined
        ? againstCodes(name, left.coded, value)
        : null;
  const test = quick ?? compare(operator, left.ask, rightAsk);
  const reference = { fact, ...(params === undefined ? {} : { params }), ...(path === undefined ? {} : { path }) };
  return {
    kind: 'leaf',
    pointer,
    name: null,
    test,
    children: [],
    leaf: { fact: reference, operator: name, value, left: left.ask, right: rightAsk },
  };
}

function compileFact<Context>(reference: FactReference, source: ConditionSource<Context>, pointer: string): Fact<Context> {
  const fact = source.fact(reference, pointer);
  if (!reference.path) return fact;
  const find = findMember(reference.path, pointer);
  // json-rules-engine: a path into anything but an object is ignored.
  if (fact.number !== null) return fact;
  return {
    number: null,
    ask: (context) => {
      const value = fact.ask(context);
      return typeof value === 'object' && value !== null ? find(value) : value;
    },
  };
}

function findMember(path: string, pointer: string): (value: unknown) => unknown {
  try {
    return compilePath(path);
  } catch (error) {
    if (!(error instanceof PathRefused)) throw error;
    throw new ConditionError('rule-path', `${pointer}/path`, error.message);
  }
}

/** What most conditions are, and asked at every reading: a closure for each operator, nothing boxed. */
function againstThreshold<Context>(operator: string, number: (context: Context) => number, threshold: number): Test<Context> | null {
  const known = (value: number, truth: Truth): Truth => (Number.isNaN(value) ? UNKNOWN : truth);
  switch (operator) {
    case 'lessThan':
      return (context) => {
        const value = number(context);
        return value < threshold ? TRUE : known(value, FALSE);
      };
    case 'lessThanInclusive':
      return (context) => {
        const value = number(context);
        return value <= threshold ? TRUE : known(value, FALSE);
      };
    case 'greaterThan':
      return (context) => {
        const value = number(context);
        return value > threshold ? TRUE : known(value, FALSE);
      };
    case 'greaterThanInclusive':
      return (context) => {
        const value = number(context);
        return value >= threshold ? TRUE : known(value, FALSE);
      };
    case 'equal':
      return (context) => {
        const value = number(context);
        return value === threshold ? TRUE : known(value, FALSE);
      };
    case 'notEqual':
      return (context) => {
        const value = number(context);
        return value === threshold ? FALSE : known(value, TRUE);
      };
    default:
      return null;
  }
}

/** A newest text or number against those that the rule names, by code. */
function againstCodes<Context>(operator: string, coded: (context: Context) => number, value: unknown): Test<Context> | null {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [value];
  const codes = listed.map((one) => (typeof one === 'string' ? textCode(one) : one));
  if (!codes.every((code) => typeof code === 'number')) return null;
  const [code] = codes;
  const known = (found: number, truth: boolean): Truth => (Number.isNaN(found) ? UNKNOWN : truth ? TRUE : FALSE);
  if (Array.isArray(value)) {
    if (operator !== 'in' && operator !== 'notIn') return null;
    return (context) => {
      const found = coded(context);
      return known(found, codes.includes(found) === (operator === 'in'));
    };
  }
  if (operator !== 'equal' && operator !== 'notEqual') return null;
  return (context) => {
    const found = coded(context);
    return known(found, (found === code) === (operator === 'equal'));
  };
}

function compare<Context>(operator: Operator, left: Ask<Context>, right: Ask<Context>): Test<Context> {
  return (context) => {
    const b = right(context);
    const a = left(context);
    if (a === undefined || b === undefined) return UNKNOWN;
    // json-rules-engine lets an operator throw (`in` a number). One condition that cannot be judged must not end a city's watch.
    try {
      return operator(a, b) ? TRUE : FALSE;
    } catch {
      return UNKNOWN;
    }
  };
}

/** json-rules-engine: a `value` that owns `fact` is a reference, any other object is literal. */
export function isReference(value: unknown): value is FactReference {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'fact');
}
