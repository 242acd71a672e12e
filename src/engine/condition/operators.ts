/** Compares a fact (left) with a value (right), as json-rules-engine does. May throw a TypeError where it does. */
export type Operator = (fact: unknown, value: unknown) => boolean;

function isNumberLike(fact: unknown): boolean {
  if (typeof fact === 'number') return !Number.isNaN(fact);
  return !Number.isNaN(Number.parseFloat(fact as string));
}

function indexOf(list: unknown, member: unknown): number {
  return (list as { indexOf(member: unknown): number }).indexOf(member);
}

const PLAIN: Readonly<Record<string, Operator>> = {
  equal: (fact, value) => fact === value,
  notEqual: (fact, value) => fact !== value,
  in: (fact, value) => indexOf(value, fact) > -1,
  notIn: (fact, value) => indexOf(value, fact) === -1,
  contains: (fact, value) => Array.isArray(fact) && indexOf(fact, value) > -1,
  doesNotContain: (fact, value) => Array.isArray(fact) && indexOf(fact, value) === -1,
  lessThan: (fact, value) => isNumberLike(fact) && (fact as number) < (value as number),
  lessThanInclusive: (fact, value) => isNumberLike(fact) && (fact as number) <= (value as number),
  greaterThan: (fact, value) => isNumberLike(fact) && (fact as number) > (value as number),
  greaterThanInclusive: (fact, value) => isNumberLike(fact) && (fact as number) >= (value as number),
};

type Decorator = (inner: Operator) => Operator;

const DECORATORS: Readonly<Record<string, Decorator>> = {
  someFact: (inner) => (fact, value) => Array.isArray(fact) && fact.some((member) => inner(member, value)),
  everyFact: (inner) => (fact, value) => Array.isArray(fact) && fact.every((member) => inner(member, value)),
  someValue: (inner) => (fact, value) => (value as unknown[]).some((member) => inner(fact, member)),
  everyValue: (inner) => (fact, value) => (value as unknown[]).every((member) => inner(fact, member)),
  swap: (inner) => (fact, value) => inner(value, fact),
  not: (inner) => (fact, value) => !inner(fact, value),
};

/**
 * Finds an operator by name; `not:contains`, `swap:someFact:equal` are read from the left.
 * @returns `null` when the name, or any decorator in it, is unknown.
 */
export function findOperator(name: string): Operator | null {
  if (Object.hasOwn(PLAIN, name)) return PLAIN[name] as Operator;
  const parts = name.split(':');
  const base = parts.pop() as string;
  if (!Object.hasOwn(PLAIN, base)) return null;
  let operator = PLAIN[base] as Operator;
  for (const decorator of parts.reverse()) {
    if (!Object.hasOwn(DECORATORS, decorator)) return null;
    operator = (DECORATORS[decorator] as Decorator)(operator);
  }
  return operator;
}
