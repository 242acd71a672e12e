import type { FactReference } from '../../model/condition.ts';
import type { Millis } from '../../model/time.ts';
import type { Cells } from '../cells/cells.ts';
import { ShareCells } from '../cells/share-cells.ts';
import { SilenceCells } from '../cells/silence-cells.ts';
import { compileRule } from '../compile-rule.ts';
import type { CompiledRule } from '../compiled-rule.ts';
import { compileTree, type ConditionNode, type Fact, type Test } from '../condition/compile-condition.ts';
import { FactBuilder } from '../facts/fact-builder.ts';
import { FACTS } from '../facts/fact-table.ts';
import { Hearing } from '../hearing.ts';
import { CLOCK, TIME } from '../key-clock.ts';
import type { RuleMemory, Store } from '../rule-memory.ts';
import type { RunningRule } from '../running-rule.ts';

/** The only key of a replica. */
export const KEY = 0;

/**
 * One key of a rule, with all that is remembered for it, set to a time: what asking lets go, notes or counts happens here, and
 * the rule in force never hears of it.
 */
export interface Replica {
  readonly compiled: CompiledRule;
  readonly memory: RuleMemory;
  readonly at: Millis;
}

export function replicate(rule: RunningRule, key: number, at: Millis): Replica {
  const { memory: live } = rule;
  const { compiled } = compileRule(rule.compiled.rule, '', live.around);
  if (compiled === null) throw new Error(`rule ${rule.compiled.rule.id} runs and does not compile`);
  const { memory } = compiled;
  // Whom it finds silent is marked on a list of its own.
  memory.hearing = new Hearing();
  memory.hearing.follow(live.hearing);
  const subject = live.subject(key);
  const members = membersOf(live, key);
  for (const member of members) {
    const row = memory.join(live.memberSensor[member] as number, subject);
    copyStores(live, memory, { by: 'member', from: member, to: row });
  }
  if (members.length === 0) memory.keyOf(subject);
  memory.copyKey(live, key, KEY);
  copyStores(live, memory, { by: 'key', from: key, to: KEY });
  copyCounts(live, memory, key);
  memory.clock[KEY * CLOCK + TIME] = at;
  return { compiled, memory, at };
}

/** Rows of the key's members, first come first. */
export function membersOf(memory: RuleMemory, key: number): number[] {
  const members: number[] = [];
  for (let m = memory.firstMember[key] as number; m !== -1; m = memory.nextMember[m] as number) members.push(m);
  return members.reverse();
}

function copyStores(
  live: RuleMemory,
  memory: RuleMemory,
  { by, from, to }: { readonly by: Store['by']; readonly from: number; readonly to: number },
): void {
  for (const store of memory.stores) {
    if (store.by !== by) continue;
    const same = live.stores.find((one) => one.identity === store.identity && one.by === by);
    if (same !== undefined) store.cells.copyRow(same.cells, from, to);
  }
}

function copyCounts(live: RuleMemory, memory: RuleMemory, key: number): void {
  for (const { identity, cells } of memory.stores) {
    const same = live.stores.find((one) => one.identity === identity)?.cells;
    if (cells instanceof ShareCells && same instanceof ShareCells) cells.copyCount(same, key, KEY);
    if (cells instanceof SilenceCells && same instanceof SilenceCells) cells.copyCount(same, key, KEY);
  }
}

/** A fact of a replica, and the stores that it and its operands look into. */
export interface AskedFact {
  readonly fact: Fact<number>;
  readonly stores: readonly Store[];
}

export function askFact(replica: Replica, reference: FactReference): AskedFact {
  const watcher = new Watcher(replica);
  return { fact: watcher.fact(reference, ''), stores: watcher.used };
}

/** A named condition of a replica, as a tree. */
export function namedTree(replica: Replica, name: string): ConditionNode<number> | null {
  return new Watcher(replica).tree(name);
}

/** Compiles facts once more over stores that are there already, and sees which. */
class Watcher extends FactBuilder {
  readonly used: Store[] = [];

  constructor({ memory }: Replica) {
    super(memory, FACTS, (name) => this.test(name));
  }

  override store<C extends Cells>(identity: string, by: Store['by'], make: () => C): { readonly cells: C; readonly fresh: boolean } {
    const found = super.store(identity, by, make);
    const store = this.memory.stores.find((one) => one.identity === identity);
    if (store !== undefined && !this.used.includes(store)) this.used.push(store);
    return found;
  }

  tree(name: string): ConditionNode<number> | null {
    const { conditions } = this.rule;
    const condition = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
    if (condition === undefined) return null;
    const source = { fact: (reference: FactReference, pointer: string) => this.fact(reference, pointer), named: conditions };
    return compileTree(condition, source, `/conditions/${name}`);
  }

  private test(name: string): Test<number> {
    return this.tree(name)?.test ?? (() => 2);
  }
}
