import type { Millis } from '../../model/time.ts';
import type { LocalTime } from '../local-time.ts';
import type { Cells, Held, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';
import { isTextCode } from './text-code.ts';

const INDEX = 0;
const COUNT = 1;
const SUM = 2;
const DAY = 3;
const FOUND = 4;
const FIELDS = 5;

/** How many clock-aligned means of the current longer window (a local day) lay beyond a line. The mean that is still running does not count. */
export class ExceedanceCells implements Cells {
  private readonly mean: Millis;
  private readonly window: Millis;
  private readonly clock: LocalTime;
  private readonly beyond: (mean: number) => boolean;
  private readonly rows = new RowBlock(FIELDS);

  constructor(lengths: { readonly mean: Millis; readonly window: Millis }, clock: LocalTime, beyond: (mean: number) => boolean) {
    this.mean = lengths.mean;
    this.window = lengths.window;
    this.clock = clock;
    this.beyond = beyond;
  }

  grow(rows: number): void {
    this.rows.grow(rows);
  }

  take(row: number, at: Millis, value: number): void {
    if (isTextCode(value)) return;
    this.close(row, at);
    const { data } = this.rows;
    const from = row * FIELDS;
    const index = this.clock.windowOf(at, this.mean);
    const standing = data[from + INDEX] as number;
    // Its mean is taken already.
    if (standing > index || (standing === index && data[from + COUNT] === 0)) return;
    if (standing !== index) {
      data[from + INDEX] = index;
      data[from + COUNT] = 0;
      data[from + SUM] = 0;
    }
    data[from + COUNT] = (data[from + COUNT] as number) + 1;
    data[from + SUM] = (data[from + SUM] as number) + value;
  }

  found(row: number, at: Millis): number {
    this.close(row, at);
    const { data } = this.rows;
    const from = row * FIELDS;
    return data[from + DAY] === this.clock.windowOf(at, this.window) ? (data[from + FOUND] as number) : 0;
  }

  edge(_row: number, at: Millis): Millis {
    return this.clock.endOf(this.clock.windowOf(at, this.mean), this.mean);
  }

  /** The mean that is running, or the last one, by its beginning. */
  describe(row: number, at: Millis): Held {
    const { data } = this.rows;
    const from = row * FIELDS;
    const index = data[from + INDEX] as number;
    const count = data[from + COUNT] as number;
    const window = this.clock.windowOf(at, this.window);
    const runs = !Number.isNaN(index) && count > 0;
    return {
      samples: runs ? count : 0,
      from: this.clock.endOf(window - 1, this.window),
      to: at,
      covered: null,
      newest: runs ? [{ at: this.clock.endOf(index - 1, this.mean), value: (data[from + SUM] as number) / count, count }] : [],
    };
  }

  /** Judges the mean whose window has ended by `at`. It belongs to the longer window in which it began. */
  private close(row: number, at: Millis): void {
    const { data } = this.rows;
    const from = row * FIELDS;
    const index = data[from + INDEX] as number;
    if (Number.isNaN(index) || index >= this.clock.windowOf(at, this.mean) || data[from + COUNT] === 0) return;
    const day = this.clock.windowOf(this.clock.endOf(index - 1, this.mean), this.window);
    const before = data[from + DAY] === day ? (data[from + FOUND] as number) : 0;
    data[from + DAY] = day;
    data[from + FOUND] = before + (this.beyond((data[from + SUM] as number) / (data[from + COUNT] as number)) ? 1 : 0);
    data[from + COUNT] = 0;
  }

  copyRow(other: ExceedanceCells, from: number, to: number): void {
    this.rows.copyRow(other.rows, from, to);
  }

  adopt(other: ExceedanceCells): void {
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
