import type { Millis } from '../../model/time.ts';
import type { LocalTime } from '../local-time.ts';
import type { Cells, Held, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';
import { isTextCode } from './text-code.ts';

const DAY: Millis = 86_400_000;

/**
 * Who is inside: in minus out since the last reset. Counters drift, so that it starts anew every day at a time when the place
 * is empty, and never goes below zero. Entries come by `take`, exits by `leave`.
 */
export class OccupancyCells implements Cells {
  private readonly reset: Millis;
  private readonly clock: LocalTime;
  private readonly rows = new RowBlock(2);

  constructor(reset: Millis, clock: LocalTime) {
    this.reset = reset;
    this.clock = clock;
  }

  grow(rows: number): void {
    this.rows.grow(rows);
  }

  take(row: number, at: Millis, value: number): void {
    this.move(row, at, value);
  }

  leave(row: number, at: Millis, value: number): void {
    this.move(row, at, -value);
  }

  /** NaN before the first count of the day. */
  inside(row: number, at: Millis): number {
    const { data } = this.rows;
    return data[row * 2] === this.dayOf(at) ? (data[row * 2 + 1] as number) : Number.NaN;
  }

  edge(_row: number, at: Millis): Millis {
    return this.clock.endOf(this.dayOf(at), DAY) + this.reset;
  }

  /** Who is inside, since the reset. */
  describe(row: number, at: Millis): Held {
    const inside = this.inside(row, at);
    const from = this.clock.endOf(this.dayOf(at) - 1, DAY) + this.reset;
    const newest = Number.isNaN(inside) ? [] : [{ at: from, value: inside, count: 1 }];
    return { samples: newest.length, from, to: at, covered: null, newest };
  }

  private move(row: number, at: Millis, by: number): void {
    if (isTextCode(Math.abs(by)) || isTextCode(-Math.abs(by))) return;
    const { data } = this.rows;
    const day = this.dayOf(at);
    if ((data[row * 2] as number) > day) return;
    const before = data[row * 2] === day ? (data[row * 2 + 1] as number) : 0;
    data[row * 2] = day;
    data[row * 2 + 1] = Math.max(0, before + by);
  }

  private dayOf(at: Millis): number {
    return this.clock.windowOf(at - this.reset, DAY);
  }

  copyRow(other: OccupancyCells, from: number, to: number): void {
    this.rows.copyRow(other.rows, from, to);
  }

  adopt(other: OccupancyCells): void {
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
