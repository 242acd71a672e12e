import type { Problem } from '../model/problem.ts';
import { formatDuration, parseDuration } from '../model/time.ts';
import { conditionRoots, isObject, walkCondition } from './condition-walk.ts';
import { LONGEST_DURATION, type RuleFile } from './rule-file-shape.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';

/** Windows are memory, held for every key. */
const LONGEST_WINDOW = 7 * 86_400_000;
const FACT_LIMIT = 32;

interface FoundFact {
  readonly params: Readonly<Record<string, unknown>>;
  readonly identity: string;
  readonly pointer: string;
}

/** What the schema cannot say of facts: real measures, windows of sane length, ranges the right way round, not too many. */
export function checkFacts(rule: RuleFile, file: string, measures: ReadonlySet<string> | null): Problem[] {
  const problems: Problem[] = [];
  const different = new Set<string>();
  for (const fact of factsOf(rule)) {
    different.add(fact.identity);
    const say = (code: RuleProblemCode, name: string, message: string): void => {
      problems.push({ code, file, pointer: `${fact.pointer}/params/${name}`, message });
    };
    checkWindow(fact, say);
    checkRange(fact, say);
    if (measures !== null) checkMeasures(fact, measures, say);
  }
  problems.push(...checkOperands(rule, file));
  if (different.size > FACT_LIMIT) {
    const message = `Use at most ${FACT_LIMIT} different facts in one rule; split it into several rules.`;
    problems.push({ code: 'rule-facts-too-many', file, pointer: '', message });
  }
  return problems;
}

const LISTS = ['in', 'notIn', 'someValue', 'everyValue'];

/** Operators that look into a list need one, written out: no fact of ours is a list, and looking into a number is an error. */
function checkOperands(rule: RuleFile, file: string): Problem[] {
  const problems: Problem[] = [];
  for (const { root, pointer } of conditionRoots(rule)) {
    for (const { node, pointer: at } of walkCondition(root, pointer)) {
      const { operator, value } = node as { operator?: unknown; value?: unknown };
      if (typeof operator !== 'string' || Array.isArray(value) || !operator.split(':').some((part) => LISTS.includes(part))) continue;
      const message = `Write "value" as a list, such as [1, 2]: the operator ${operator} looks into it.`;
      problems.push({ code: 'rule-operator-list', file, pointer: `${at}/value`, message });
    }
  }
  return problems;
}

function* factsOf(rule: RuleFile): Generator<FoundFact> {
  yield* factsIn(rule.value, '/value');
  for (const { root, pointer } of conditionRoots(rule)) {
    for (const visited of walkCondition(root, pointer)) {
      yield* factsIn(visited.node, visited.pointer);
      yield* factsIn(visited.node['value'], `${visited.pointer}/value`);
    }
  }
}

function* factsIn(reference: unknown, pointer: string): Generator<FoundFact> {
  if (!isObject(reference) || typeof reference['fact'] !== 'string') return;
  const params = isObject(reference['params']) ? reference['params'] : {};
  if (reference['fact'] === 'ratio') {
    yield* factsIn(params['of'], `${pointer}/params/of`);
    yield* factsIn(params['to'], `${pointer}/params/to`);
    return;
  }
  yield { params, identity: JSON.stringify([reference['fact'], params]), pointer };
}

type Say = (code: RuleProblemCode, name: string, message: string) => void;

function checkWindow({ params }: FoundFact, say: Say): void {
  const read = (name: string): number | null =>
    typeof params[name] === 'string' ? (parseDuration(params[name]) ?? LONGEST_DURATION + 1) : null;
  const window = read('window');
  const coverage = read('coverage');
  const per = read('per');
  if (window === 0) say('rule-duration', 'window', 'Write a window longer than 0s.');
  if (window !== null && window > LONGEST_WINDOW) {
    say('rule-window-too-long', 'window', `Write a window of at most ${formatDuration(LONGEST_WINDOW)}.`);
  }
  if (coverage !== null && window !== null && (coverage === 0 || coverage > window)) {
    say('rule-fact-params', 'coverage', 'Write a coverage longer than 0s and no longer than the window.');
  }
  if (per === 0) say('rule-duration', 'per', 'Write a time longer than 0s, such as "1m" or "1h".');
}

function checkRange({ params }: FoundFact, say: Say): void {
  const { within } = params as { within?: readonly [number, number] };
  if (within !== undefined && within[0] > within[1]) say('rule-fact-params', 'within', 'Write the lower bound first: [lowest, highest].');
}

function checkMeasures({ params }: FoundFact, measures: ReadonlySet<string>, say: Say): void {
  if (params['of'] === undefined) return;
  for (const measure of [params['of'] as string | string[]].flat()) {
    if (!measures.has(measure))
      say('rule-measure-unknown', 'of', `The city has no measure "${measure}"; use one of ${[...measures].join(', ')}.`);
  }
}
