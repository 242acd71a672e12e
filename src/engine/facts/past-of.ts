import type { BaselineRow } from '../../model/baseline.ts';
import { slotOfRow, type PastSlots } from '../past-slots.ts';
import type { RuleMemory } from '../rule-memory.ts';

/** With what the identity of every store of baselines begins. */
export const BASELINE = 'baseline ';

/** What history says of a slot of a key; NaN when it says nothing. A key is looked up by its name once for each table. */
export function pastOf(memory: RuleMemory, identity: string): (key: number, slot: number) => number {
  const { around, rule } = memory;
  let table: PastSlots | null = null;
  let rows: ReadonlyMap<string, BaselineRow> | null = null;
  const known = new Map<number, BaselineRow | null>();
  return (key, slot) => {
    if (around.past !== table) {
      table = around.past;
      rows = table?.rows(rule, identity) ?? null;
      known.clear();
    }
    if (rows === null) return Number.NaN;
    let row = known.get(key);
    if (row === undefined) {
      row = rows.get(memory.subject(key).key) ?? null;
      known.set(key, row);
    }
    return row === null ? Number.NaN : slotOfRow(row, slot);
  };
}
