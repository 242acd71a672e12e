import type { Condition, FactReference } from '../model/condition.ts';
import type { Level } from '../model/level.ts';
import type { LevelRule, Rule } from '../model/rule.ts';
import type { Text } from '../model/text.ts';
import { formatDuration } from '../model/time.ts';
import { isReference } from './condition/compile-condition.ts';

export const COLOUR: Readonly<Record<Level, string>> = { blue: '蓝色', yellow: '黄色', orange: '橙色', red: '红色' };

export const SIGN: Readonly<Record<string, string>> = {
  equal: '=',
  notEqual: '≠',
  lessThan: '<',
  lessThanInclusive: '≤',
  greaterThan: '>',
  greaterThanInclusive: '≥',
  in: '∈',
  notIn: '∉',
};

/** Says in one sentence a language why a level was raised, with the value and the condition that it met. */
export function explainRaise(rule: Rule, level: LevelRule, value: number | null): Text {
  const shown = showValue(rule, value);
  const condition = describeCondition(level.when, rule);
  const hold =
    level.hold === 0 ? { zh: '', en: '' } : { zh: `，持续 ${formatDuration(level.hold)}`, en: ` for ${formatDuration(level.hold)}` };
  return {
    zh: `${rule.title.zh}${shown}，达到${COLOUR[level.level]}条件：${condition}${hold.zh}`,
    en: `${rule.title.en}${shown} meets ${level.level}: ${condition}${hold.en}`,
  };
}

/** Says that a level, or all of them, has ended. */
export function explainClear(rule: Rule, value: number | null): Text {
  const shown = showValue(rule, value);
  return { zh: `${rule.title.zh}${shown}，已恢复`, en: `${rule.title.en}${shown}: back to normal` };
}

/** A state (on or off) has no number that says more than the title does. */
function showValue(rule: Rule, value: number | null): string {
  return value === null || rule.unit === 'state' ? '' : ` ${formatNumber(value)} ${rule.unit}`;
}

/** Rounded as people read it: at most three decimals. */
export function formatNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** The condition in the order in which an analyst reads it aloud. */
export function describeCondition(condition: Condition, rule: Rule): string {
  if ('all' in condition) return condition.all.map((child) => describeNested(child, rule)).join(' ∧ ');
  if ('any' in condition) return condition.any.map((child) => describeNested(child, rule)).join(' ∨ ');
  if ('not' in condition) return `¬(${describeCondition(condition.not, rule)})`;
  if ('condition' in condition) return condition.condition;
  const right = isReference(condition.value) ? describeFact(condition.value) : String(condition.value);
  return `${describeFact(condition)} ${SIGN[condition.operator] ?? condition.operator} ${right}`;
}

function describeNested(condition: Condition, rule: Rule): string {
  const text = describeCondition(condition, rule);
  const many = ('all' in condition && condition.all.length > 1) || ('any' in condition && condition.any.length > 1);
  return many ? `(${text})` : text;
}

function describeFact(reference: FactReference): string {
  const { of, window, attribute } = (reference.params ?? {}) as Record<string, unknown>;
  if (typeof attribute === 'string') return `${reference.fact}.${attribute}`;
  const measures = typeof of === 'string' ? of : Array.isArray(of) ? of.join('/') : '';
  const parts = [measures, typeof window === 'string' ? window : ''].filter((part) => part !== '');
  return parts.length === 0 ? reference.fact : `${reference.fact}(${parts.join(', ')})`;
}
