import type { Millis } from '../../model/time.ts';
import type { Cells, Held, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';
import { SumCells } from './sum-cells.ts';
import { isTextCode } from './text-code.ts';

/** Growth of a counter over a window; a fall is a counter that began anew, and counts from zero. A late sample says nothing more. */
export class GrowthCells implements Cells {
  private readonly last = new RowBlock(2);
  private readonly steps: SumCells;

  constructor(window: Millis) {
    this.steps = new SumCells(window, null, null);
  }

  grow(rows: number): void {
    this.last.grow(rows);
    this.steps.grow(rows);
  }

  take(row: number, at: Millis, value: number, member: number): void {
    const { data } = this.last;
    if (isTextCode(value) || at < (data[row * 2] as number)) return;
    const before = data[row * 2 + 1] as number;
    data[row * 2] = at;
    data[row * 2 + 1] = value;
    if (!Number.isNaN(before)) this.steps.take(row, at, value >= before ? value - before : value, member);
  }

  /** NaN before the first sample. */
  growth(row: number, at: Millis): number {
    return Number.isNaN(this.last.data[row * 2]) ? Number.NaN : this.steps.sum(row, at);
  }

  edge(row: number, at: Millis): Millis {
    return this.steps.edge(row, at);
  }

  /** Its samples are the steps of the counter. */
  describe(row: number, at: Millis): Held {
    return this.steps.describe(row, at);
  }

  copyRow(other: GrowthCells, from: number, to: number): void {
    this.last.copyRow(other.last, from, to);
    this.steps.copyRow(other.steps, from, to);
  }

  adopt(other: GrowthCells): void {
    this.last.adopt(other.last);
    this.steps.adopt(other.steps);
  }

  save(rows: number): SavedCells {
    return { last: this.last.save(rows), steps: this.steps.save(rows) };
  }

  restore(saved: SavedCells): void {
    this.last.restore(saved['last'] as Float64Array);
    this.steps.restore(saved['steps'] as SavedCells);
  }

  get bytes(): number {
    return this.last.bytes + this.steps.bytes;
  }
}
