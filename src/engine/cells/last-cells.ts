import type { Millis } from '../../model/time.ts';
import type { Cells, Held, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';

/** The newest sample: time, value. */
export class LastCells implements Cells {
  private readonly rows = new RowBlock(2);

  grow(rows: number): void {
    this.rows.grow(rows);
  }

  take(row: number, at: Millis, value: number): void {
    const { data } = this.rows;
    // Also true for the first, whose time is not a number.
    if (at < (data[row * 2] as number)) return;
    data[row * 2] = at;
    data[row * 2 + 1] = value;
  }

  /** NaN before the first. */
  time(row: number): Millis {
    return this.rows.data[row * 2] as number;
  }

  value(row: number): number {
    return this.rows.data[row * 2 + 1] as number;
  }

  put(row: number, at: Millis, value: number): void {
    this.rows.data[row * 2] = at;
    this.rows.data[row * 2 + 1] = value;
  }

  edge(): Millis {
    return Number.POSITIVE_INFINITY;
  }

  describe(row: number): Held {
    const at = this.time(row);
    const newest = Number.isNaN(at) ? [] : [{ at, value: this.value(row), count: 1 }];
    return { samples: newest.length, from: null, to: null, covered: null, newest };
  }

  copyRow(other: LastCells, from: number, to: number): void {
    this.rows.copyRow(other.rows, from, to);
  }

  adopt(other: LastCells): void {
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
