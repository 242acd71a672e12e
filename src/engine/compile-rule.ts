import type { Condition, FactCondition, FactReference } from '../model/condition.ts';
import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import { compileCondition, ConditionError, isReference, type Ask } from './compile-condition.ts';
import type { CompiledRule, KeyState } from './compiled-rule.ts';
import { compileFact, createNeeds, UNITS, type RuleNeeds } from './facts.ts';

const RISING = new Set(['greaterThan', 'greaterThanInclusive']);
const FALLS_WITH_TIME = new Set(['sum', 'count', 'distinct']);

/** Compiles a validated rule; a fault is a `Problem` with the pointer in the rule file. */
export function compileRule(rule: Rule, file: string): { compiled: CompiledRule | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const needs = createNeeds();
  try {
    const compiled = assemble(rule, needs);
    return { compiled, problems };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    problems.push({ code: error.code, file, pointer: error.pointer, message: error.message });
    return { compiled: null, problems };
  }
}

function assemble(rule: Rule, needs: RuleNeeds): CompiledRule {
  const value = compileFact(rule.value, '/value', needs);
  const source = {
    fact: (reference: FactReference, pointer: string): Ask<KeyState> =>
      reference.fact === 'value' ? value : compileFact(reference, pointer, needs),
    named: rule.conditions,
  };
  const levels = rule.levels.map((level) => ({
    rule: level,
    when: compileCondition(level.when, source, `/levels/${level.level}/when`),
    clear: level.clearWhen === null ? null : compileCondition(level.clearWhen, source, `/levels/${level.level}/clear/when`),
  }));
  const measures = new Set(needs.heard);
  for (const spec of [...needs.pooled, ...needs.grouped]) for (const measure of spec.measures) measures.add(measure);
  return {
    rule,
    memory: JSON.stringify([rule.scope, rule.split, rule.models, needs.asked]),
    levels,
    value,
    pooled: needs.pooled,
    grouped: needs.grouped,
    shares: needs.shares,
    windows: [...needs.windows],
    silence: needs.silence,
    judgesSilence: needs.silence || needs.absence,
    measures,
    absences: needs.absence ? absencesOf(rule, needs) : [],
    wakesQuietKeys: rule.levels.some((level) => fallsTrue(level.when, rule)),
  };
}

/** Every leaf of the rule's conditions, references to `value` replaced by what they stand for. */
function* leaves(condition: Condition, rule: Rule): Generator<{ fact: FactReference; leaf: FactCondition }> {
  if ('all' in condition) for (const child of condition.all) yield* leaves(child, rule);
  else if ('any' in condition) for (const child of condition.any) yield* leaves(child, rule);
  else if ('not' in condition) yield* leaves(condition.not, rule);
  else if ('condition' in condition) yield* leaves(rule.conditions[condition.condition] as Condition, rule);
  else yield { fact: condition.fact === 'value' ? rule.value : condition, leaf: condition };
}

/** A sum that falls as samples leave the window may satisfy anything but "greater than". */
function fallsTrue(condition: Condition, rule: Rule): boolean {
  for (const { fact, leaf } of leaves(condition, rule)) {
    if (FALLS_WITH_TIME.has(fact.fact) && !RISING.has(leaf.operator)) return true;
  }
  return false;
}

function absencesOf(rule: Rule, needs: RuleNeeds): { series: number | null; after: Millis }[] {
  const found: { series: number | null; after: Millis }[] = [];
  for (const level of rule.levels) {
    for (const condition of [level.when, ...(level.clearWhen === null ? [] : [level.clearWhen])]) {
      for (const { fact, leaf } of leaves(condition, rule)) {
        if (fact.fact !== 'absence' || isReference(leaf.value) || typeof leaf.value !== 'number') continue;
        const of = fact.params?.['of'];
        const wanted = typeof of === 'string' ? of : Array.isArray(of) ? of.join() : null;
        const series = wanted === null ? null : needs.pooled.findIndex((spec) => spec.measures.join() === wanted);
        const after = leaf.value * (UNITS[(fact.params?.['unit'] as string | undefined) ?? 's'] as Millis);
        // `≥` is true at the instant itself, `>` a millisecond later.
        found.push({ series, after }, { series, after: after + 1 });
      }
    }
  }
  return found;
}
