import type { Millis } from '../../model/time.ts';
import type { LocalTime } from '../local-time.ts';
import { TOLD, type Cells, type Held, type SavedCells } from './cells.ts';

/** What was seen in one slot of time: its number, and the newest value in it. */
interface Slot {
  readonly index: number;
  value: number;
}

/**
 * What a key was like before: the newest value of each slot of time, kept for as long as the question looks back. The value is
 * noted by `note` at each evaluation, not by samples: it may be made of several facts. What was before it
 * begins, history may know.
 */
export class BaselineCells implements Cells {
  readonly slot: Millis;
  readonly kept: number;
  private readonly clock: LocalTime;
  private rows: Map<number, Slot[]> = new Map();

  /** Slots of the length `slot`; `kept` of them. */
  constructor(slot: Millis, kept: number, clock: LocalTime) {
    this.slot = slot;
    this.kept = kept;
    this.clock = clock;
  }

  grow(): void {}
  take(): void {}

  slotOf(at: Millis): number {
    return this.clock.windowOf(at, this.slot);
  }

  note(row: number, at: Millis, value: number): void {
    if (Number.isNaN(value)) return;
    let slots = this.rows.get(row);
    if (slots === undefined) {
      slots = [];
      this.rows.set(row, slots);
    }
    const index = this.slotOf(at);
    const last = slots.at(-1);
    if (last?.index === index) last.value = value;
    else if (last === undefined || last.index < index) slots.push({ index, value });
    let past = 0;
    while (past < slots.length && (slots[past] as Slot).index <= index - this.kept) past += 1;
    if (past > 0) slots.splice(0, past);
  }

  /** Value of one slot; NaN when nothing was noted in it. */
  at(row: number, index: number): number {
    const slots = this.rows.get(row) ?? [];
    let low = 0;
    let high = slots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((slots[middle] as Slot).index < index) low = middle + 1;
      else high = middle;
    }
    const found = slots[low];
    return found?.index === index ? found.value : Number.NaN;
  }

  /** Number of the first slot that was noted and is kept; `null`: none. */
  begins(row: number): number | null {
    return this.rows.get(row)?.[0]?.index ?? null;
  }

  /** All slots of a row that may be asked for at this one, without it. */
  before(row: number, index: number): { readonly slots: number[]; readonly values: number[] } {
    const slots = (this.rows.get(row) ?? []).filter((slot) => slot.index < index && slot.index > index - this.kept);
    return { slots: slots.map((slot) => slot.index), values: slots.map((slot) => slot.value) };
  }

  edge(): Millis {
    return Number.POSITIVE_INFINITY;
  }

  /** Slots by their beginning. */
  describe(row: number): Held {
    const slots = this.rows.get(row) ?? [];
    const newest = slots
      .slice(-TOLD)
      .reverse()
      .map(({ index, value }) => ({ at: this.clock.endOf(index - 1, this.slot), value, count: 1 }));
    return { samples: slots.length, from: null, to: null, covered: null, newest };
  }

  copyRow(other: BaselineCells, from: number, to: number): void {
    const slots = other.rows.get(from);
    if (slots !== undefined)
      this.rows.set(
        to,
        slots.map((slot) => ({ ...slot })),
      );
  }

  adopt(other: BaselineCells): void {
    this.rows = other.rows;
  }

  save(): SavedCells {
    return { rows: [...this.rows].map(([row, slots]) => [row, slots.map(({ index }) => index), slots.map(({ value }) => value)]) };
  }

  restore(saved: SavedCells): void {
    this.rows = new Map(
      (saved['rows'] as [number, number[], number[]][]).map(([row, indices, values]) => [
        row,
        indices.map((index, i) => ({ index, value: values[i] as number })),
      ]),
    );
  }

  get bytes(): number {
    let slots = 0;
    for (const row of this.rows.values()) slots += row.length;
    return slots * 48;
  }
}
