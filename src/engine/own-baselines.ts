import type { BaselineNeed, RuleBaselines } from '../model/baseline.ts';
import type { Millis } from '../model/time.ts';
import { BaselineCells } from './cells/baseline-cells.ts';
import { basisOf } from './past-slots.ts';
import type { RuleBook } from './rule-book.ts';
import type { RunningRule } from './running-rule.ts';

interface BaselineStoreNow {
  readonly of: string;
  readonly cells: BaselineCells;
}

/** Rules in force that compare with what was before they, or one of their keys, began to remember. */
export function baselineNeeds({ rules }: RuleBook, at: Millis): BaselineNeed[] {
  return rules.flatMap((rule) => {
    const stores = storesOf(rule);
    if (!stores.some((store) => isYoung(rule, store, at))) return [];
    const { rule: file } = rule.compiled;
    return [{ rule: file.id, basis: basisOf(file), stores: stores.map(({ of, cells }) => ({ of, begins: beginsOf(rule, cells) })) }];
  });
}

/** What rules remember of slots that have ended by then. */
export function ownBaselines({ rules }: RuleBook, upTo: Millis): RuleBaselines[] {
  return rules.flatMap((rule) => {
    const stores = storesOf(rule);
    if (stores.length === 0) return [];
    const { rule: file } = rule.compiled;
    const rows = ({ of, cells }: BaselineStoreNow): RuleBaselines['stores'][number] => ({
      of,
      rows: keysOf(rule).map(([key, name]) => ({ key: name, ...cells.before(key, cells.slotOf(upTo)) })),
    });
    return [{ rule: file.id, basis: basisOf(file), stores: stores.map(rows) }];
  });
}

/** How far back the rules compare, in time. */
export function baselineReach({ rules }: RuleBook): Millis {
  return Math.max(0, ...rules.flatMap((rule) => storesOf(rule).map(({ cells }) => cells.slot * cells.kept)));
}

function storesOf({ memory }: RunningRule): BaselineStoreNow[] {
  return memory.stores.flatMap(({ cells, identity }) => (cells instanceof BaselineCells ? [{ of: identity, cells }] : []));
}

function isYoung({ memory }: RunningRule, { cells }: BaselineStoreNow, at: Millis): boolean {
  const oldest = cells.slotOf(at) - cells.kept + 1;
  for (let key = 0; key < memory.keys; key += 1) {
    const begins = cells.begins(key);
    if (begins === null || begins > oldest) return true;
  }
  return memory.keys === 0;
}

function beginsOf(rule: RunningRule, cells: BaselineCells): ReadonlyMap<string, number> {
  return new Map(
    keysOf(rule).flatMap(([key, name]) => {
      const begins = cells.begins(key);
      return begins === null ? [] : [[name, begins] as const];
    }),
  );
}

function keysOf({ memory }: RunningRule): [key: number, name: string][] {
  return Array.from({ length: memory.keys }, (_, key) => [key, memory.subject(key).key]);
}
