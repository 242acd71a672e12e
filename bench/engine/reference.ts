import { Engine as ReferenceEngine, type TopLevelCondition } from 'json-rules-engine';
import type { Engine, Observation } from '../../src/engine/engine.ts';
import type { ConditionNode } from '../../src/engine/condition/compile-condition.ts';
import type { RunningRule } from '../../src/engine/running-rule.ts';

/** What json-rules-engine is asked for one message: facts that are worked out already, for the signs that the message concerns. */
export interface Question {
  readonly facts: Readonly<Record<string, unknown>>;
  /** `sign` → facts of that sign alone. */
  readonly bySign: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** `sign level` of every level whose condition holds, as our engine judged it, sorted. */
  readonly holds: readonly string[];
}

/** The conditions of every level as json-rules-engine has them: each leaf asks for a fact of its own, by a plain name. */
function conditionOf(node: ConditionNode<number>, name: () => string): object {
  if (node.leaf !== null) {
    const { operator } = node.leaf;
    const fact = name();
    return { fact, operator, value: { fact: `${fact}:value` } };
  }
  const children = node.children.map((child) => conditionOf(child, name));
  return node.kind === 'not' ? { not: children[0] } : { [node.kind]: children };
}

function leavesOf(node: ConditionNode<number>): ConditionNode<number>[] {
  return node.leaf === null ? node.children.flatMap(leavesOf) : [node];
}

/** All signs in one engine, as it comes. */
export function asShipped(rules: readonly RunningRule[]): ReferenceEngine {
  const engine = new ReferenceEngine([], { allowUndefinedFacts: true });
  for (const rule of rules) addLevels(engine, rule);
  return engine;
}

/** One engine a sign, as a patient user would index them. */
export function indexedByHand(rules: readonly RunningRule[]): ReadonlyMap<string, ReferenceEngine> {
  return new Map(
    rules.map((rule) => {
      const engine = new ReferenceEngine([], { allowUndefinedFacts: true });
      addLevels(engine, rule);
      return [rule.compiled.rule.id, engine];
    }),
  );
}

function addLevels(engine: ReferenceEngine, { compiled }: RunningRule): void {
  for (const level of compiled.levels) {
    const prefix = `${compiled.rule.id} ${level.rule.level}`;
    let n = 0;
    const condition = conditionOf(level.whenTree, () => `${prefix} ${n++}`);
    const conditions = (level.whenTree.leaf === null ? condition : { all: [condition] }) as TopLevelCondition;
    engine.addRule({ conditions, event: { type: prefix } });
  }
}

/** The question that a message puts, right after our engine has judged it. */
export function questionOf(engine: Engine, { sensor }: Observation): Question {
  const { book } = engine;
  const index = book.routes.sensorIndex(sensor);
  const facts: Record<string, unknown> = {};
  const bySign = new Map<string, Record<string, unknown>>();
  const holds: string[] = [];
  for (const rule of book.rules) {
    const row = book.routes.rowOf(index, rule);
    if (row === -1) continue;
    const key = rule.memory.memberKey[row] as number;
    const own: Record<string, unknown> = {};
    rule.memory.stamp += 1;
    for (const level of rule.compiled.levels) {
      const prefix = `${rule.compiled.rule.id} ${level.rule.level}`;
      leavesOf(level.whenTree).forEach((node, n) => {
        own[`${prefix} ${n}`] = node.leaf?.left(key);
        own[`${prefix} ${n}:value`] = node.leaf?.right(key);
      });
      if (level.whenTree.test(key) === 1) holds.push(prefix);
    }
    bySign.set(rule.compiled.rule.id, own);
    Object.assign(facts, own);
  }
  return { facts, bySign, holds: holds.sort() };
}

export interface ReferenceResult {
  readonly messagesPerSecond: number;
  readonly differences: number;
}

/** Puts the questions to one engine of all signs. */
export async function askAsShipped(engine: ReferenceEngine, questions: readonly Question[]): Promise<ReferenceResult> {
  let differences = 0;
  const started = performance.now();
  for (const { facts, holds } of questions) {
    const { events } = await engine.run({ ...facts });
    // Of other signs it knows no fact, and its opinion of them is no verdict.
    const concerned = events.filter(({ type }) => `${type} 0` in facts);
    if (differs(concerned, holds)) differences += 1;
  }
  return { messagesPerSecond: questions.length / ((performance.now() - started) / 1_000), differences };
}

/** Puts each sign's question to its own engine. */
export async function askByHand(engines: ReadonlyMap<string, ReferenceEngine>, questions: readonly Question[]): Promise<ReferenceResult> {
  let differences = 0;
  const started = performance.now();
  for (const { bySign, holds } of questions) {
    const all: { type: string }[] = [];
    for (const [sign, facts] of bySign) all.push(...((await engines.get(sign)?.run({ ...facts }))?.events ?? []));
    if (differs(all, holds)) differences += 1;
  }
  return { messagesPerSecond: questions.length / ((performance.now() - started) / 1_000), differences };
}

function differs(events: readonly { type: string }[], holds: readonly string[]): boolean {
  return (
    events
      .map(({ type }) => type)
      .sort()
      .join() !== holds.join()
  );
}
