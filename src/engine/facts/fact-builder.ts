import type { FactReference } from '../../model/condition.ts';
import type { Rule } from '../../model/rule.ts';
import type { Millis } from '../../model/time.ts';
import type { Cells } from '../cells/cells.ts';
import type { TruthCells } from '../cells/truth-cells.ts';
import type { LastCells } from '../cells/last-cells.ts';
import { ConditionError, type Fact, type Test } from '../condition/compile-condition.ts';
import type { SilenceCells } from '../cells/silence-cells.ts';
import type { RuleMemory } from '../rule-memory.ts';
import type { Surroundings } from '../surroundings.ts';
import type { AskedSign } from './asked-sign.ts';
import { Params } from './params.ts';

/** A store, and the measures that go into it. */
export interface Feed {
  readonly measures: readonly string[];
  readonly within: readonly [number, number] | null;
  readonly by: 'key' | 'member';
  readonly take: (row: number, at: Millis, value: number, member: number) => void;
}

/** A store of newest values, and which readings go into it. */
export interface NewestStore {
  readonly measures: readonly string[];
  readonly within: readonly [number, number] | null;
  readonly cells: LastCells;
}

/** Makes a fact of its parameters. */
export type BuildFact = (params: Params, builder: FactBuilder) => Fact<number>;

export type Edge = (key: number, at: Millis) => Millis;

/** Nested operands. */
const DEPTH = 4;

/** Collects what the facts of one rule need while they are compiled: stores, feeds, times at which they change by themselves. */
export class FactBuilder {
  readonly rule: Rule;
  readonly memory: RuleMemory;
  readonly around: Surroundings;
  readonly feeds: Feed[] = [];
  /** When a value may change though nothing arrives. */
  readonly edges: Edge[] = [];
  /** Which conditions it notes: a gap longer than `stale` breaks how long they have held. */
  readonly truths: TruthCells[] = [];
  /** It notes how long conditions hold, so that their ends matter as well. */
  notesTruth = false;
  /** Called at each evaluation, before any condition: what a fact must note of it. */
  readonly notes: ((key: number) => void)[] = [];
  /** Measures whose mere arrival matters; `*`: any. */
  readonly heard = new Set<string>();
  /** Who counts the silent members; `null` when nobody asks. */
  silence: SilenceCells | null = null;
  /** Signs that it asks for, and where. */
  readonly signs: AskedSign[] = [];
  /** Silence of some form can raise it. */
  judgesSilence = false;
  /** Some value changes by time alone in a way that can make a condition true. */
  drifts = false;
  /** All its facts speak of newest values only: a late one can be looked at by itself. */
  instant = true;
  /** Stores of newest values, which such a look must put back. */
  readonly newest: NewestStore[] = [];
  /** Identities of all facts, in order: what its state is made of. */
  readonly asked: string[] = [];
  private readonly table: Readonly<Record<string, BuildFact>>;
  private readonly facts = new Map<string, Fact<number>>();
  /** Fact → since when what it measures has lasted. */
  private readonly since = new Map<string, (key: number) => Millis>();
  private readonly named: (name: string, pointer: string) => Test<number>;
  private depth = 0;
  private looksEachMinute = false;

  /** `facts`: every word that there is; `named` compiles a named condition. */
  constructor(memory: RuleMemory, facts: Readonly<Record<string, BuildFact>>, named: (name: string, pointer: string) => Test<number>) {
    this.table = facts;
    this.rule = memory.rule;
    this.memory = memory;
    this.around = memory.around;
    this.named = named;
  }

  /** Compiles one fact, once; throws `ConditionError` with the pointer and the mend. */
  fact(reference: FactReference, pointer: string): Fact<number> {
    const resolved = reference.fact === 'value' ? this.rule.value : reference;
    const identity = identityOf(resolved);
    const known = this.facts.get(identity);
    if (known !== undefined) return known;
    const build = Object.hasOwn(this.table, resolved.fact) ? this.table[resolved.fact] : undefined;
    if (build === undefined) {
      const names = [...Object.keys(this.table), 'value'].join(', ');
      throw new ConditionError('rule-fact-unknown', `${pointer}/fact`, `Unknown fact "${resolved.fact}"; use one of ${names}.`);
    }
    if (this.depth >= DEPTH + 1) throw new ConditionError('rule-depth', pointer, `Nest facts at most ${DEPTH} deep.`);
    this.depth += 1;
    const built = build(new Params(resolved, reference.fact === 'value' ? '/value' : pointer), this);
    const fact = CHEAP.has(resolved.fact) || built.number === null ? built : numberFact(remembered(built.number, this.memory));
    this.depth -= 1;
    this.asked.push(identity);
    this.facts.set(identity, fact);
    return fact;
  }

  /** A fact, or a plain number, as a number; NaN when not known. */
  operand(params: Params, name: string): (key: number) => number {
    return this.operandOf(params.raw(name), params, name);
  }

  operands(params: Params, name: string): ((key: number) => number)[] {
    const list = params.raw(name);
    if (!Array.isArray(list) || list.length === 0) return params.fail(name, `"${name}" must be a list of facts or numbers.`);
    return list.map((one: unknown, i) => this.operandOf(one, params, `${name}/${i}`));
  }

  condition(name: string, pointer: string): Test<number> {
    // A condition begins anew: what its comparisons ask for is not nested in what asks for the condition.
    const { depth } = this;
    this.depth = 0;
    const test = this.named(name, pointer);
    this.depth = depth;
    return test;
  }

  /** The store of this identity: made by `make` unless another fact of the rule has it already. */
  store<C extends Cells>(identity: string, by: 'key' | 'member', make: () => C): { readonly cells: C; readonly fresh: boolean } {
    const known = this.memory.stores.find((store) => store.identity === identity);
    if (known !== undefined) return { cells: known.cells as C, fresh: false };
    const cells = make();
    this.memory.addStore({ identity, cells, by });
    return { cells, fresh: true };
  }

  feed(feed: Feed): void {
    this.feeds.push(feed);
  }

  /** A store of members answers for its key by its members. */
  edge(cells: Cells, by: 'key' | 'member'): void {
    const { memory } = this;
    this.edges.push(
      by === 'key'
        ? (key, at) => cells.edge(key, at)
        : (key, at) => {
            let edge = Number.POSITIVE_INFINITY;
            for (let m = memory.firstMember[key] as number; m !== -1; m = memory.nextMember[m] as number) {
              edge = Math.min(edge, cells.edge(m, at));
            }
            return edge;
          },
    );
  }

  listen(silence: SilenceCells): void {
    this.silence = silence;
  }

  lasts(reference: FactReference, since: (key: number) => Millis): void {
    this.since.set(identityOf(reference), since);
    if (this.depth > 1) this.polls();
  }

  sinceOf(reference: FactReference): ((key: number) => Millis) | null {
    return this.since.get(identityOf(reference.fact === 'value' ? this.rule.value : reference)) ?? null;
  }

  /** Its value moves with the clock in a way that only looking can tell. */
  polls(): void {
    this.drifts = true;
    if (this.looksEachMinute) return;
    this.looksEachMinute = true;
    this.edges.push((_key, at) => (Math.floor(at / 60_000) + 1) * 60_000);
  }

  private operandOf(value: unknown, params: Params, name: string): (key: number) => number {
    if (typeof value === 'number') return () => value;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'fact')) {
      return params.fail(name, 'write a fact ({ "fact": …, "params": … }) or a number.');
    }
    return asNumber(this.fact(value as FactReference, `${params.pointer}/${name}`));
  }
}

/** Asked as quickly as looked up. */
const CHEAP = new Set(['last', 'place', 'sensor', 'absence', 'time']);

/** A number is worked out once an evaluation, however many levels compare it. */
function remembered(number: (key: number) => number, memory: RuleMemory): (key: number) => number {
  let stamp = -1;
  let asked = -1;
  let answer = Number.NaN;
  return (key) => {
    if (stamp === memory.stamp && asked === key) return answer;
    answer = number(key);
    stamp = memory.stamp;
    asked = key;
    return answer;
  };
}

/** Of references that were named already: a rule's `value` is compared with every condition of every level. */
const identities = new WeakMap<FactReference, string>();

/** Equal for references that ask for the same. */
export function identityOf(reference: FactReference): string {
  let identity = identities.get(reference);
  if (identity === undefined) {
    identity = JSON.stringify([reference.fact, reference.params ?? {}]);
    identities.set(reference, identity);
  }
  return identity;
}

/** A fact that is always a number; NaN when not known. */
export function numberFact(number: (key: number) => number): Fact<number> {
  return {
    number,
    ask: (key) => {
      const value = number(key);
      return Number.isNaN(value) ? undefined : value;
    },
  };
}

export function asNumber(fact: Fact<number>): (key: number) => number {
  if (fact.number !== null) return fact.number;
  return (key) => {
    const value = fact.ask(key);
    return typeof value === 'number' ? value : Number.NaN;
  };
}
