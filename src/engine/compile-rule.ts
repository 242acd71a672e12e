import type { Condition, FactCondition, FactReference } from '../model/condition.ts';
import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import {
  compileTree,
  ConditionError,
  isReference,
  UNKNOWN,
  type ConditionNode,
  type ConditionSource,
  type Test,
} from './condition/compile-condition.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { asNumber, FactBuilder, identityOf, type Edge } from './facts/fact-builder.ts';
import { FACTS } from './facts/fact-table.ts';
import { UNITS } from './facts/sample-facts.ts';
import { easiestBound } from './easiest-bound.ts';
import { RuleMemory } from './rule-memory.ts';
import { nowhere, type Surroundings } from './surroundings.ts';

const RISING = new Set(['greaterThan', 'greaterThanInclusive']);
/** Lag is told with every message; nobody needs it more often than this. */
const LAG = '$lag';
const LAG_PACE = 1_000;

/** Compiles a validated rule; a fault is a `Problem` with the pointer in the rule file. */
export function compileRule(
  rule: Rule,
  file: string,
  around: Surroundings = nowhere(),
): { compiled: CompiledRule | null; problems: Problem[] } {
  try {
    return { compiled: assemble(rule, around), problems: [] };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return { compiled: null, problems: [{ code: error.code, file, pointer: error.pointer, message: error.message }] };
  }
}

function assemble(rule: Rule, around: Surroundings): CompiledRule {
  const memory = new RuleMemory(rule, around);
  const named = namedConditions(rule, () => source);
  const builder = new FactBuilder(memory, FACTS, named);
  const source: ConditionSource<number> = {
    fact: (reference, pointer) => builder.fact(reference, pointer),
    named: rule.conditions,
    once: onceAnEvaluation(memory),
  };
  const value = builder.fact(rule.value, '/value');
  const tree = (condition: Condition, pointer: string): ConditionNode<number> => compileTree(condition, source, pointer);
  const levels = rule.levels.map((level) => {
    const whenTree = tree(level.when, `/levels/${level.level}/when`);
    const clearTree = level.clearWhen === null ? null : tree(level.clearWhen, `/levels/${level.level}/clear/when`);
    return { rule: level, whenTree, clearTree, when: whenTree.test, clear: clearTree?.test ?? null };
  });
  const measures = new Set(builder.heard);
  for (const feed of builder.feeds) for (const measure of feed.measures) measures.add(measure);
  const dues = duesOf(rule, builder);
  const wakesQuietKeys = builder.drifts && (builder.notesTruth || rule.levels.some((level) => fallsTrue(level.when, rule)));
  return {
    rule,
    memory,
    shape: JSON.stringify([rule.scope, rule.split, rule.models, builder.asked, rule.conditions]),
    levels,
    value: value.ask,
    number: asNumber(value),
    feeds: builder.feeds,
    measures,
    notes: builder.notes,
    truths: builder.truths,
    edges: builder.edges,
    dues,
    silence: builder.silence,
    judgesSilence: builder.judgesSilence,
    wakesQuietKeys,
    instant: builder.instant,
    newest: builder.newest,
    signs: builder.signs,
    quick: value.number === null || builder.notes.length > 0 || dues.length > 0 || wakesQuietKeys ? null : easiestBound(rule),
    pace: measures.has(LAG) ? LAG_PACE : 0,
  };
}

/** A named condition of several parts is judged once an evaluation, however many levels name it. */
function onceAnEvaluation(memory: RuleMemory): (name: string, test: Test<number>) => Test<number> {
  const known = new Map<string, Test<number>>();
  return (name, test) => {
    let once = known.get(name);
    if (once === undefined) {
      let stamp = -1;
      let asked = -1;
      let answer = UNKNOWN;
      once = (key) => {
        if (stamp === memory.stamp && asked === key) return answer;
        answer = test(key);
        stamp = memory.stamp;
        asked = key;
        return answer;
      };
      known.set(name, once);
    }
    return once;
  };
}

/** Named conditions that facts ask for, compiled once; one that asks for itself through a fact is refused. */
function namedConditions(rule: Rule, source: () => ConditionSource<number>): (name: string, pointer: string) => Test<number> {
  const tests = new Map<string, Test<number>>();
  const under = new Set<string>();
  return (name, pointer) => {
    const known = tests.get(name);
    if (known !== undefined) return known;
    const condition = Object.hasOwn(rule.conditions, name) ? rule.conditions[name] : undefined;
    if (condition === undefined) throw new ConditionError('rule-condition-unknown', pointer, `No condition "${name}" exists.`);
    if (under.has(name)) throw new ConditionError('rule-condition-cycle', pointer, `Condition "${name}" refers to itself.`);
    under.add(name);
    const { test } = compileTree(condition, source(), `/conditions/${name}`);
    under.delete(name);
    tests.set(name, test);
    return test;
  };
}

/** Every leaf of a condition, names written out. */
function* leaves(condition: Condition, rule: Rule): Generator<FactCondition> {
  if ('any' in condition) for (const child of condition.any) yield* leaves(child, rule);
  else if ('all' in condition) for (const child of condition.all) yield* leaves(child, rule);
  else if ('not' in condition) yield* leaves(condition.not, rule);
  else if ('condition' in condition) yield* leaves(rule.conditions[condition.condition] as Condition, rule);
  else yield condition;
}

/** What falls (or turns) as time passes may satisfy anything but "greater than" a constant. */
function fallsTrue(condition: Condition, rule: Rule): boolean {
  for (const leaf of leaves(condition, rule)) {
    const resolved = leaf.fact === 'value' ? rule.value : leaf;
    if (DRIFTING.has(resolved.fact) || isReference(leaf.value) || (MAY_FALL.has(resolved.fact) && !RISING.has(leaf.operator))) return true;
  }
  return false;
}

/** Made of other facts, or of the clock: whichever way they may turn. */
const DRIFTING = new Set([
  'difference',
  'ratio',
  'total',
  'greatest',
  'least',
  'piecewise',
  'choose',
  'sign',
  'time',
  'gateway-down',
  'exceedances',
  'robust-z',
  'poisson-z',
]);
const MAY_FALL = new Set(['sum', 'count', 'distinct', 'increase', 'episodes', 'occupancy', 'min', 'max', 'mean']);

/** When a duration that a condition compares may cross its threshold: `≥` at the instant itself, `>` a millisecond later. */
function duesOf(rule: Rule, builder: FactBuilder): Edge[] {
  const dues: Edge[] = [];
  const crossed = new Set<string>();
  const ofLevels = rule.levels.flatMap(({ when, clearWhen }) => (clearWhen === null ? [when] : [when, clearWhen]));
  for (const condition of [...ofLevels, ...Object.values(rule.conditions)]) {
    for (const leaf of leaves(condition, rule)) {
      // Several levels may compare with one line: it is crossed once.
      const line = `${identityOf(leaf.fact === 'value' ? rule.value : leaf)} ${JSON.stringify(leaf.value)}`;
      const due = crossed.has(line) ? null : dueOf(rule, builder, leaf);
      if (due === null) continue;
      crossed.add(line);
      dues.push(due);
    }
  }
  const { silence } = builder;
  // What could not yet be judged at its time is judged as soon as it may be.
  if (silence !== null) dues.push((key, at) => (silence.dueOf(key) > at ? silence.dueOf(key) : builder.around.notBefore));
  return dues;
}

function eachMinute(_key: number, at: number): number {
  return (Math.floor(at / 60_000) + 1) * 60_000;
}

function dueOf(rule: Rule, builder: FactBuilder, leaf: FactCondition): Edge | null {
  const reference: FactReference = leaf.fact === 'value' ? rule.value : leaf;
  const since = builder.sinceOf(reference);
  // When it will be met cannot be told from such a comparison: it is looked for.
  if (since === null) return isReference(leaf.value) && builder.sinceOf(leaf.value) !== null ? eachMinute : null;
  if (!isReference(leaf.value) && typeof leaf.value !== 'number') return eachMinute;
  if (isReference(leaf.value) && builder.sinceOf(leaf.value) !== null) {
    // Both sides move with the clock: when they meet can only be looked for.
    builder.polls();
    return null;
  }
  const unit = UNITS[(reference.params?.['unit'] as string | undefined) ?? 's'] as number;
  const threshold = isReference(leaf.value)
    ? asNumber(builder.fact(leaf.value, ''))
    : (
        (line: unknown) => () =>
          typeof line === 'number' ? line : Number.NaN
      )(leaf.value);
  const { around } = builder;
  const silence = reference.fact === 'absence';
  return (key, at) => {
    // What could not yet be judged at its time is judged as soon as it may be.
    const crosses = Math.max(since(key) + threshold(key) * unit, silence ? around.notBefore : Number.NEGATIVE_INFINITY);
    if (crosses > at) return crosses;
    return crosses + 1 > at ? crosses + 1 : Number.POSITIVE_INFINITY;
  };
}
