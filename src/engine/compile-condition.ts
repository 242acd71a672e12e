import type { Condition, FactCondition, FactReference } from '../model/condition.ts';
import { findOperator, type Operator } from './operators.ts';

/** A condition over live signs may be neither true nor false: a silent sensor proves nothing. */
export type Truth = 0 | 1 | 2;
export const FALSE: Truth = 0;
export const TRUE: Truth = 1;
export const UNKNOWN: Truth = 2;

/** A compiled condition, asked of one context. */
export type Test<Context> = (context: Context) => Truth;
/** A compiled fact; `undefined` when it is not known. */
export type Ask<Context> = (context: Context) => unknown;

export interface ConditionSource<Context> {
  /** Turns a fact with its parameters into a closure; throws `ConditionError` for one that does not exist. */
  fact(reference: FactReference, pointer: string): Ask<Context>;
  readonly named: Readonly<Record<string, Condition>>;
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

/**
 * Compiles a json-rules-engine condition to a closure. An undefined fact makes its leaf UNKNOWN, and the three values
 * combine as Kleene's: `all` with one FALSE is FALSE whatever else is unknown, `any` with one TRUE is TRUE.
 */
export function compileCondition<Context>(condition: Condition, source: ConditionSource<Context>, pointer = ''): Test<Context> {
  return compileNode(condition, source, pointer, []);
}

function compileNode<Context>(
  node: Condition,
  source: ConditionSource<Context>,
  pointer: string,
  within: readonly string[],
): Test<Context> {
  // Own property order of json-rules-engine: any, all, not, then reference, then leaf.
  if (Object.hasOwn(node, 'any')) return compileAny(compileList(node, 'any', { source, pointer, within }));
  if (Object.hasOwn(node, 'all')) return compileAll(compileList(node, 'all', { source, pointer, within }));
  if (Object.hasOwn(node, 'not')) return compileNot(compileNode((node as { not: Condition }).not, source, `${pointer}/not`, within));
  if (Object.hasOwn(node, 'condition')) {
    const name = (node as { condition: string }).condition;
    const named = Object.hasOwn(source.named, name) ? source.named[name] : undefined;
    if (named === undefined) throw new ConditionError('rule-condition-unknown', `${pointer}/condition`, `No condition "${name}" exists.`);
    if (within.includes(name)) {
      throw new ConditionError('rule-condition-cycle', `${pointer}/condition`, `Condition "${name}" refers to itself.`);
    }
    return compileNode(named, source, `/conditions/${name}`, [...within, name]);
  }
  return compileLeaf(node as FactCondition, source, pointer);
}

interface Surroundings<Context> {
  readonly source: ConditionSource<Context>;
  readonly pointer: string;
  readonly within: readonly string[];
}

function compileList<Context>(node: Condition, key: 'any' | 'all', around: Surroundings<Context>): Test<Context>[] {
  const list = (node as unknown as Record<string, unknown>)[key];
  if (!Array.isArray(list)) throw new ConditionError('rule-condition-shape', `${around.pointer}/${key}`, `"${key}" must be an array.`);
  return list.map((child: Condition, i) => compileNode(child, around.source, `${around.pointer}/${key}/${i}`, around.within));
}

function compileAll<Context>(tests: readonly Test<Context>[]): Test<Context> {
  if (tests.length === 1) return tests[0] as Test<Context>;
  return (context) => {
    let truth: Truth = TRUE;
    for (const test of tests) {
      const one = test(context);
      if (one === FALSE) return FALSE;
      if (one === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}

function compileAny<Context>(tests: readonly Test<Context>[]): Test<Context> {
  // json-rules-engine: an empty list is true, for `any` too.
  if (tests.length === 0) return () => TRUE;
  if (tests.length === 1) return tests[0] as Test<Context>;
  return (context) => {
    let truth: Truth = FALSE;
    for (const test of tests) {
      const one = test(context);
      if (one === TRUE) return TRUE;
      if (one === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}

function compileNot<Context>(test: Test<Context>): Test<Context> {
  return (context) => {
    const truth = test(context);
    return truth === UNKNOWN ? UNKNOWN : truth === TRUE ? FALSE : TRUE;
  };
}

function compileLeaf<Context>(leaf: FactCondition, source: ConditionSource<Context>, pointer: string): Test<Context> {
  for (const key of ['fact', 'operator', 'value']) {
    if (!Object.hasOwn(leaf, key)) throw new ConditionError('rule-condition-shape', pointer, `A condition needs "${key}".`);
  }
  const operator = findOperator(leaf.operator);
  if (operator === null) {
    throw new ConditionError('rule-operator-unknown', `${pointer}/operator`, `Unknown operator "${leaf.operator}".`);
  }
  const ask = source.fact(leaf, pointer);
  if (isReference(leaf.value)) {
    const other = source.fact(leaf.value, `${pointer}/value`);
    return (context) => {
      const right = other(context);
      const left = ask(context);
      return left === undefined || right === undefined ? UNKNOWN : apply(operator, left, right);
    };
  }
  const constant = leaf.value;
  return (context) => {
    const left = ask(context);
    return left === undefined ? UNKNOWN : apply(operator, left, constant);
  };
}

/** json-rules-engine lets an operator throw (`in` a number). One condition that cannot be judged must not end a city's watch. */
function apply(operator: Operator, left: unknown, right: unknown): Truth {
  try {
    return operator(left, right) ? TRUE : FALSE;
  } catch {
    return UNKNOWN;
  }
}

/** json-rules-engine: a `value` that owns `fact` is a reference, any other object is literal. */
export function isReference(value: unknown): value is FactReference {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'fact');
}
