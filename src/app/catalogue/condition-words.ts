import type { Condition, FactCondition, FactReference } from '../../model/condition.ts';
import type { Rule } from '../../model/rule.ts';
import { factWords } from './fact-words.ts';
import { outsideBrackets } from './outside-brackets.ts';

const SIGNS: Readonly<Record<string, string>> = {
  equal: '=',
  notEqual: '≠',
  lessThan: '<',
  lessThanInclusive: '≤',
  greaterThan: '>',
  greaterThanInclusive: '≥',
  in: '∈',
  notIn: '∉',
};

/** A condition as an analyst reads it aloud; names are written out. `≥ 35` alone is about the value of the rule. */
export function conditionWords(condition: Condition, rule: Rule): string {
  if ('all' in condition) return joined(condition.all, ' ∧ ', rule);
  if ('any' in condition) return joined(condition.any, ' ∨ ', rule);
  if ('not' in condition) return `¬(${conditionWords(condition.not, rule)})`;
  if ('condition' in condition) {
    const named = rule.conditions[condition.condition];
    return named === undefined ? condition.condition : conditionWords(named, rule);
  }
  return comparisonWords(condition);
}

function joined(parts: readonly Condition[], by: string, rule: Rule): string {
  const words = parts.map((part) => conditionWords(part, rule));
  if (words.length === 1) return words[0] as string;
  return words.map((one) => (/ [∧∨] /.test(outsideBrackets(one)) ? `(${one})` : one)).join(by);
}

function comparisonWords({ fact, params, operator, value }: FactCondition): string {
  const left = factWords({ fact, ...(params === undefined ? {} : { params }) });
  const right = Array.isArray(value) ? `{${value.map(String).join(', ')}}` : isFact(value) ? factWords(value) : String(value);
  return `${left} ${SIGNS[operator] ?? operator} ${right}`.trim();
}

function isFact(value: unknown): value is FactReference {
  return typeof value === 'object' && value !== null && 'fact' in value;
}

/** Conditions that facts refer to by name, in the order of the file: these keep their names. */
export function namesInFacts(rule: Rule): string[] {
  const asked = new Set<unknown>();
  const stack: unknown[] = [rule.value, rule.conditions, rule.levels];
  while (stack.length > 0) {
    const one = stack.pop();
    if (typeof one !== 'object' || one === null) continue;
    const { fact, params } = one as { readonly fact?: unknown; readonly params?: { readonly when?: unknown } };
    if (typeof fact === 'string') asked.add(params?.when);
    stack.push(...(Object.values(one) as unknown[]));
  }
  return Object.keys(rule.conditions).filter((name) => asked.has(name));
}
