import type { BaselineRow, BaselineTable } from '../model/baseline.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';

/** Everything of a rule that decides what its baselines hold, beside the store's own identity. */
export function basisOf({ scope, split, models, value, conditions, stale }: Rule): string {
  return JSON.stringify([scope, split, models, value, conditions, stale]);
}

/**
 * What history says of the time before the engine's own memory begins. It is data that is in force like rules and the city, and is
 * not of the engine's state: whoever restores an engine puts it in force again.
 */
export class PastSlots {
  /** Hash of the table. */
  readonly version: string;
  readonly computedAt: Millis;
  /** By store, then by key. */
  private readonly stores = new Map<string, ReadonlyMap<string, BaselineRow>>();

  constructor(version: string, { computedAt, rules }: BaselineTable) {
    this.version = version;
    this.computedAt = computedAt;
    for (const { rule, basis, stores } of rules)
      for (const { of, rows } of stores) this.stores.set(nameOf(rule, basis, of), new Map(rows.map((row) => [row.key, row])));
  }

  /** Of the keys of a rule as it is now; `null` when history says nothing of them. */
  rows(rule: Rule, of: string): ReadonlyMap<string, BaselineRow> | null {
    return this.stores.get(nameOf(rule.id, basisOf(rule), of)) ?? null;
  }

  /** Keys of all stores together, and their values. */
  get size(): { readonly keys: number; readonly slots: number } {
    const rows = [...this.stores.values()].flatMap((store) => [...store.values()]);
    return { keys: rows.length, slots: rows.reduce((sum, { slots }) => sum + slots.length, 0) };
  }
}

/** Value of one slot; NaN when nothing is known of it. */
export function slotOfRow({ slots, values }: BaselineRow, index: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle] as number) < index) low = middle + 1;
    else high = middle;
  }
  return slots[low] === index ? (values[low] as number) : Number.NaN;
}

function nameOf(rule: string, basis: string, of: string): string {
  return JSON.stringify([rule, basis, of]);
}
