import type { FactCondition, FactReference } from '../../model/condition.ts';
import type { Problem } from '../../model/problem.ts';
import type { RuleFile } from '../rule-file-shape.ts';
import type { RuleProblemCode } from '../rule-problem-codes.ts';
import { conditionRoots, isObject, walkCondition } from './condition-walk.ts';

const ORDERED = new Set(['lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive']);
const EQUALITY = new Set(['equal', 'notEqual', 'in', 'notIn']);
const LISTED = new Set(['in', 'notIn']);
/** Decorators that take one member of the list after the other. */
const UNPACKING = ['someValue', 'everyValue'];

/** A comparison with a value that is written out. */
interface Comparison {
  readonly fact: FactReference;
  readonly operator: string;
  readonly decorators: readonly string[];
  readonly base: string;
  readonly value: unknown;
  /** Stands under an odd number of negations, its own included. */
  readonly negated: boolean;
}

/** Takes a problem with the value, or with a member of it. */
type Say = (code: RuleProblemCode, at: string, message: string) => void;

/** The value of a comparison is of a type that the fact can be compared with: `depth > "5"` and `smoke = true` are slips. */
export function checkValueTypes(rule: RuleFile, file: string): Problem[] {
  const problems: Problem[] = [];
  for (const { root, pointer } of conditionRoots(rule)) {
    for (const { node, pointer: at } of walkCondition(root, pointer)) {
      const comparison = comparisonOf(node, rule, at.slice(pointer.length));
      const say: Say = (code, member, message) => void problems.push({ code, file, pointer: `${at}/value${member}`, message });
      if (comparison !== null && ORDERED.has(comparison.base)) checkOrdered(comparison, say);
      if (comparison !== null && EQUALITY.has(comparison.base)) checkEquality(comparison, say);
    }
  }
  return problems;
}

function comparisonOf(node: Readonly<Record<string, unknown>>, rule: RuleFile, path: string): Comparison | null {
  const { operator, value } = node;
  if (typeof operator !== 'string' || isObject(value)) return null;
  const decorators = operator.split(':');
  const base = decorators.pop() as string;
  const nots = [...decorators, ...path.split('/')].filter((part) => part === 'not').length + (base.startsWith('not') ? 1 : 0);
  const leaf = node as unknown as FactCondition;
  const fact = leaf.fact === 'value' ? rule.value : leaf;
  return { fact, operator, decorators, base, value, negated: nots % 2 === 1 };
}

function checkOrdered({ operator, decorators, value }: Comparison, say: Say): void {
  const unpacks = UNPACKING.some((one) => decorators.includes(one));
  if (Array.isArray(value) && !unpacks) {
    say('rule-value-type', '', `Write one number here, or "someValue:${operator}" to compare with each of a list.`);
    return;
  }
  // Without a list, what unpacks one is refused elsewhere.
  if (unpacks && !Array.isArray(value)) return;
  for (const [member, one] of membersOf(value)) {
    if (typeof one === 'number') continue;
    const number = typeof one === 'string' && one.trim() !== '' && Number.isFinite(Number(one)) ? Number(one) : null;
    const mend = number === null ? 'Write a number here' : `Write ${number} without quotes`;
    say('rule-value-type', member, `${mend}: ${operator} compares numbers, and ${shown(one)} is none.`);
  }
}

function checkEquality(comparison: Comparison, say: Say): void {
  const { fact, operator, decorators, base, value, negated } = comparison;
  const unpacks = UNPACKING.some((one) => decorators.includes(one));
  const looksIntoFact = decorators.includes('someFact') || decorators.includes('everyFact');
  // No fact of ours is a list: what looks into one, or into lists of lists, is left to its author.
  if (looksIntoFact || (LISTED.has(base) && (unpacks || decorators.includes('swap')))) return;
  const wantsList = LISTED.has(base) || unpacks;
  if (Array.isArray(value) !== wantsList) {
    if (!wantsList)
      say('rule-value-type', '', `Write one value here, or use "in": ${operator} compares with one value, never with a list.`);
    return;
  }
  const types = typesOf(fact);
  for (const [member, one] of membersOf(value)) {
    const type = one === null ? 'null' : typeof one;
    // "Is not null" is true of whatever is known, and means that.
    if (types.has(type) || (type === 'null' && negated)) continue;
    say(
      'rule-never',
      member,
      `The fact ${fact.fact} is never ${shown(one)} here, so that ${operator} tells nothing; ${mendOf(one, fact)}.`,
    );
  }
}

function membersOf(value: unknown): readonly (readonly [member: string, value: unknown])[] {
  return Array.isArray(value) ? value.map((one: unknown, i) => [`/${i}`, one] as const) : [['', value]];
}

/** What a fact may be: the newest reading may be a text, an attribute a truth as well; all else is a number. */
function typesOf({ fact, params = {} }: FactReference): ReadonlySet<string> {
  if (fact === 'place' || fact === 'sensor') return new Set(['number', 'string', 'boolean']);
  return new Set(fact === 'last' && params['within'] === undefined && params['across'] === undefined ? ['number', 'string'] : ['number']);
}

function mendOf(value: unknown, { fact, params = {} }: FactReference): string {
  if (value === null) return 'what is not known makes no comparison true; take this out';
  if (typeof value === 'boolean') return `true is kept as 1 and false as 0: write ${value ? 1 : 0}`;
  if (fact === 'last' && params['within'] !== undefined) return 'take "within" out, which lets no text pass, or write a number';
  return 'write a number';
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
