import { Engine as ReferenceEngine, type Event, type TopLevelCondition } from 'json-rules-engine';
import type { Engine, Observation } from '../../src/engine/engine.ts';
import { isReference, type ConditionLeaf, type ConditionNode } from '../../src/engine/condition/compile-condition.ts';
import type { FactReference } from '../../src/model/condition.ts';
import type { RunningRule } from '../../src/engine/running-rule.ts';

/** What json-rules-engine is asked for one message: facts that are worked out already, for the signs that the message concerns. */
export interface Question {
  readonly facts: Readonly<Record<string, unknown>>;
  /** `sign` → facts of that sign alone. */
  readonly bySign: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** `sign level` of every level whose condition holds, as our engine judged it, sorted. */
  readonly holds: readonly string[];
}

/** One way to put questions to json-rules-engine. */
export interface Contestant {
  /** Events that it fires, each of the type `sign level`. */
  ask(question: Question): Promise<readonly Event[]>;
}

/** Makes a leaf of a condition out of one of ours, the n-th of its level. */
type LeafOf = (node: ConditionNode<number>, name: string) => object;

/**
 * As it comes: all signs in one engine, each condition with the fact and the parameters that it has in its rule file, and the
 * facts as functions, which find their answer ready, under the name of the first condition of the sign that asks for it.
 */
export function asShipped(rules: readonly RunningRule[]): Contestant {
  const engine = new ReferenceEngine([], { allowUndefinedFacts: true });
  const facts = new Set<string>();
  let ready: Question['facts'] = {};
  for (const rule of rules) {
    const first = new Map<string, string>();
    const ask = ({ fact, params }: FactReference, name: string): object => {
      const text = JSON.stringify([fact, params]);
      const answer = first.get(text) ?? name;
      first.set(text, answer);
      facts.add(fact);
      return { fact, params: { ...params, answer } };
    };
    addLevels(engine, rule, ({ leaf }, name) => {
      const { fact, operator, value } = leaf as ConditionLeaf<number>;
      return { ...ask(fact, name), operator, value: isReference(value) ? ask(value, `${name}:value`) : value };
    });
  }
  for (const fact of facts) engine.addFact(fact, ({ answer }) => ready[answer as string]);
  return {
    ask: async (question) => {
      ready = question.facts;
      const { events } = await engine.run();
      return concerned(events, question);
    },
  };
}

/** All signs in one engine, but every fact under a name of its own, worked out and handed over: no function, no parameters. */
export function allInOne(rules: readonly RunningRule[]): Contestant {
  const engine = new ReferenceEngine([], { allowUndefinedFacts: true });
  for (const rule of rules) addLevels(engine, rule, readyLeaf);
  return { ask: async (question) => concerned((await engine.run({ ...question.facts })).events, question) };
}

/** One engine a sign, as a patient user would index them; facts as above. */
export function indexedByHand(rules: readonly RunningRule[]): Contestant {
  const engines = new Map<string, ReferenceEngine>();
  for (const rule of rules) {
    const engine = new ReferenceEngine([], { allowUndefinedFacts: true });
    addLevels(engine, rule, readyLeaf);
    engines.set(rule.compiled.rule.id, engine);
  }
  return {
    ask: async ({ bySign }) => {
      const all: Event[] = [];
      for (const [sign, facts] of bySign) all.push(...((await engines.get(sign)?.run({ ...facts }))?.events ?? []));
      return all;
    },
  };
}

function readyLeaf({ leaf }: ConditionNode<number>, name: string): object {
  return { fact: name, operator: leaf?.operator, value: { fact: `${name}:value` } };
}

/** Of other signs it knows no fact, and its opinion of them is no verdict. */
function concerned(events: readonly Event[], { facts }: Question): Event[] {
  return events.filter(({ type }) => `${type} 0` in facts);
}

function addLevels(engine: ReferenceEngine, { compiled }: RunningRule, leafOf: LeafOf): void {
  for (const level of compiled.levels) {
    const prefix = `${compiled.rule.id} ${level.rule.level}`;
    let n = 0;
    const condition = conditionOf(level.whenTree, (node) => leafOf(node, `${prefix} ${n++}`));
    const conditions = (level.whenTree.leaf === null ? condition : { all: [condition] }) as TopLevelCondition;
    engine.addRule({ conditions, event: { type: prefix } });
  }
}

function conditionOf(node: ConditionNode<number>, leafOf: (node: ConditionNode<number>) => object): object {
  if (node.leaf !== null) return leafOf(node);
  const children = node.children.map((child) => conditionOf(child, leafOf));
  return node.kind === 'not' ? { not: children[0] } : { [node.kind]: children };
}

function leavesOf(node: ConditionNode<number>): ConditionNode<number>[] {
  return node.leaf === null ? node.children.flatMap(leavesOf) : [node];
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

/** How fast one contestant answered a turn's questions, and how many of its verdicts were others than ours. */
export interface Turn {
  readonly perSecond: number;
  readonly asked: number;
  readonly differences: number;
}

export async function takeTurn(contestant: Contestant, questions: readonly Question[]): Promise<Turn> {
  let differences = 0;
  const started = performance.now();
  for (const question of questions) if (differs(await contestant.ask(question), question.holds)) differences += 1;
  return { perSecond: questions.length / ((performance.now() - started) / 1_000), asked: questions.length, differences };
}

function differs(events: readonly Event[], holds: readonly string[]): boolean {
  return (
    events
      .map(({ type }) => type)
      .sort()
      .join() !== holds.join()
  );
}
