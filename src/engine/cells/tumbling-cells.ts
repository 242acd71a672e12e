import type { Millis } from '../../model/time.ts';
import type { LocalTime } from '../local-time.ts';
import type { Cells, Held, HeldSample, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';
import { isTextCode } from './text-code.ts';
import type { Stands } from './sum-cells.ts';

/** What one clock-aligned window says of its samples. */
const INDEX = 0;
const COUNT = 1;
const SUM = 2;
const LEAST = 3;
const GREATEST = 4;
const SQUARES = 5;
const COVERED = 6;
const FIELDS = 7;

export type TumblingName = 'count' | 'sum' | 'mean' | 'min' | 'max' | 'stddev';

/** Clock-aligned windows: the current one and some before it. */
export class TumblingCells implements Cells {
  private readonly length: Millis;
  /** Windows kept, the current one among them. */
  private readonly kept: number;
  private readonly clock: LocalTime;
  private readonly stands: Stands;
  private readonly matches: ((value: number) => boolean) | null;
  private readonly rows: RowBlock;

  constructor(
    window: { readonly length: Millis; readonly ago: number },
    clock: LocalTime,
    samples: { readonly stands: Stands; readonly matches: ((value: number) => boolean) | null },
  ) {
    this.length = window.length;
    this.kept = window.ago + 1;
    this.clock = clock;
    this.stands = samples.stands;
    this.matches = samples.matches;
    this.rows = new RowBlock(FIELDS * this.kept);
  }

  grow(rows: number): void {
    this.rows.grow(rows);
  }

  take(row: number, at: Millis, value: number, member: number): void {
    if (this.matches === null ? isTextCode(value) : !this.matches(value)) return;
    const index = this.clock.windowOf(at, this.length);
    const slot = this.slotOf(row, index);
    const { data } = this.rows;
    const before = data[slot + INDEX] as number;
    // A window older than what is kept.
    if (before > index) return;
    if (before !== index) {
      data[slot + INDEX] = index;
      data[slot + COUNT] = 0;
      data[slot + SUM] = 0;
      data[slot + LEAST] = Number.POSITIVE_INFINITY;
      data[slot + GREATEST] = Number.NEGATIVE_INFINITY;
      data[slot + SQUARES] = 0;
      data[slot + COVERED] = 0;
    }
    const count = (data[slot + COUNT] as number) + 1;
    const sum = data[slot + SUM] as number;
    const mean = count === 1 ? value : sum / (count - 1);
    data[slot + COUNT] = count;
    data[slot + SUM] = sum + value;
    data[slot + SQUARES] = (data[slot + SQUARES] as number) + (value - mean) * (value - (sum + value) / count);
    if (value < (data[slot + LEAST] as number)) data[slot + LEAST] = value;
    if (value > (data[slot + GREATEST] as number)) data[slot + GREATEST] = value;
    data[slot + COVERED] = Math.min(this.length, (data[slot + COVERED] as number) + this.stands(member));
  }

  /** NaN for a window without samples (a count is 0). */
  ask(row: number, at: Millis, question: { readonly name: TumblingName; readonly ago: number; readonly coverage: Millis }): number {
    const index = this.clock.windowOf(at, this.length) - question.ago;
    const slot = this.slotOf(row, index);
    const { data } = this.rows;
    const none = data[slot + INDEX] !== index;
    if (question.name === 'count') return none ? 0 : (data[slot + COUNT] as number);
    if (none || (data[slot + COVERED] as number) < question.coverage) return Number.NaN;
    const count = data[slot + COUNT] as number;
    switch (question.name) {
      case 'sum':
        return data[slot + SUM] as number;
      case 'mean':
        return (data[slot + SUM] as number) / count;
      case 'min':
        return data[slot + LEAST] as number;
      case 'max':
        return data[slot + GREATEST] as number;
      case 'stddev':
        return count < 2 ? Number.NaN : Math.sqrt((data[slot + SQUARES] as number) / (count - 1));
    }
  }

  edge(_row: number, at: Millis): Millis {
    return this.clock.endOf(this.clock.windowOf(at, this.length), this.length);
  }

  /** The windows that it keeps, each by its beginning, with the mean of its samples; a count is of the current one. */
  describe(row: number, at: Millis): Held {
    const { clock, length, kept } = this;
    const { data } = this.rows;
    const current = clock.windowOf(at, length);
    const newest: HeldSample[] = [];
    for (let index = current; index > current - kept; index -= 1) {
      const slot = this.slotOf(row, index);
      if (data[slot + INDEX] !== index) continue;
      const count = data[slot + COUNT] as number;
      newest.push({
        at: clock.endOf(index - 1, length),
        value: this.matches === null ? (data[slot + SUM] as number) / count : null,
        count,
      });
    }
    const slot = this.slotOf(row, current);
    const known = data[slot + INDEX] === current;
    return {
      samples: known ? (data[slot + COUNT] as number) : 0,
      from: clock.endOf(current - 1, length),
      to: at,
      covered: known ? (data[slot + COVERED] as number) : 0,
      newest,
    };
  }

  private slotOf(row: number, index: number): number {
    return (row * this.kept + (((index % this.kept) + this.kept) % this.kept)) * FIELDS;
  }

  copyRow(other: TumblingCells, from: number, to: number): void {
    this.rows.copyRow(other.rows, from, to);
  }

  adopt(other: TumblingCells): void {
    this.rows.adopt(other.rows);
  }

  save(rows: number): SavedCells {
    return { rows: this.rows.save(rows) };
  }

  restore(saved: SavedCells): void {
    this.rows.restore(saved['rows'] as Float64Array);
  }

  get bytes(): number {
    return this.rows.bytes;
  }
}
