import { asCloned } from './as-cloned.ts';
import { isReference } from './compile-condition.ts';
import { EvaluationRefused, Expansion } from './expansion.ts';
import { findOperator } from './operators.ts';
import { compilePath, PathRefused } from './path.ts';
import { groupsOf } from './priorities.ts';
import { checkRoot, formOf, type RawNode } from './shape.ts';

/** Conditions as json-rules-engine takes them, over facts that are all known; nothing of it has been checked. */
export interface Question {
  readonly conditions: unknown;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly named: Readonly<Record<string, unknown>>;
}

const NAMES_DEEP = 1_000;
const DECORATORS = 100;

/**
 * Answers as json-rules-engine does, and throws where it fails. Not the live engine: here a fact is known or an error,
 * and an error counts even where another condition has decided already.
 * @throws {EvaluationRefused} for the few things that are refused though json-rules-engine might answer.
 */
export function evaluate(question: Question): boolean {
  for (const [name, condition] of Object.entries(question.named)) {
    if (name === '') throw new Error('Engine: setCondition() requires name');
    checkRoot(condition);
  }
  checkRoot(question.conditions);
  if (Object.hasOwn(question.facts, '')) throw new Error('factId required');
  return new Evaluation(question).root(question.conditions);
}

class Evaluation {
  private readonly question: Question;
  private readonly expansion = new Expansion();
  /** Names that are being written out. */
  private readonly within: unknown[] = [];

  constructor(question: Question) {
    this.question = question;
  }

  root(node: RawNode): boolean {
    return this.judge(node, formOf(node, true));
  }

  private node(node: RawNode): boolean {
    return this.judge(node, formOf(node, false));
  }

  private judge(node: RawNode, form: ReturnType<typeof formOf>): boolean {
    switch (form) {
      case 'any':
        return this.any(node['any'] as readonly RawNode[]);
      case 'all':
        return this.all(node['all'] as readonly RawNode[]);
      case 'not':
        return !this.node(node['not'] as RawNode);
      case 'condition':
        return this.named(node['condition']);
      case 'fact':
        return this.leaf(node);
    }
  }

  private any(nodes: readonly RawNode[]): boolean {
    // An empty list is true, here too.
    if (nodes.length < 2) return nodes[0] === undefined || this.node(nodes[0]);
    return groupsOf(nodes).some((group) => this.judgeGroup(group).includes(true));
  }

  private all(nodes: readonly RawNode[]): boolean {
    // One alone is not sorted: no priority of its own can fail.
    if (nodes.length < 2) return nodes[0] === undefined || this.node(nodes[0]);
    return groupsOf(nodes).every((group) => !this.judgeGroup(group).includes(false));
  }

  /** All of a group are asked, whatever the first of them says: one that fails fails the whole. */
  private judgeGroup(nodes: readonly RawNode[]): boolean[] {
    return nodes.map((node) => this.node(node));
  }

  private named(name: unknown): boolean {
    const { named } = this.question;
    if (typeof name !== 'string' || !Object.hasOwn(named, name)) throw new Error(`No condition ${textOf(name)} exists`);
    if (this.within.includes(name)) throw new EvaluationRefused(`refused: the condition ${JSON.stringify(name)} refers to itself`);
    if (this.within.length >= NAMES_DEEP) throw new EvaluationRefused(`refused: named conditions nest more than ${NAMES_DEEP} deep`);
    this.expansion.charge(named[name]);
    this.within.push(name);
    const truth = this.node(named[name] as RawNode);
    this.within.pop();
    return truth;
  }

  private leaf({ fact, operator: name, value, path }: RawNode): boolean {
    const operator = typeof name === 'string' ? findOperator(name) : null;
    if (operator === null) throw new Error(`Unknown operator: ${textOf(name)}`);
    if ((name as string).split(':').length > DECORATORS) throw new EvaluationRefused(`refused: more than ${DECORATORS} decorators`);
    const right = isReference(value) ? this.fact(value.fact, value.path) : asCloned(value);
    return operator(this.fact(fact, path), right);
  }

  private fact(name: unknown, path: unknown): unknown {
    const { facts } = this.question;
    if (typeof name !== 'string' || !Object.hasOwn(facts, name)) throw new Error(`Undefined fact: ${textOf(name)}`);
    const value = facts[name];
    if (!path || typeof value !== 'object' || value === null) return value;
    if (typeof path !== 'string') throw new EvaluationRefused('refused: a path that is no text');
    try {
      return compilePath(path)(value);
    } catch (error) {
      throw error instanceof PathRefused ? new EvaluationRefused(`refused: ${error.message}`) : error;
    }
  }
}

function textOf(name: unknown): string {
  return typeof name === 'string' ? name : JSON.stringify(name);
}
