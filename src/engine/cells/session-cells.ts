import type { Millis } from '../../model/time.ts';
import type { Cells, Held, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';
import { isTextCode } from './text-code.ts';

const FIRST = 0;
const LAST = 1;
const COUNT = 2;
const SUM = 3;
const LEAST = 4;
const GREATEST = 5;
const FIELDS = 6;

export type SessionName = 'count' | 'sum' | 'mean' | 'min' | 'max';

/** One session: samples that follow each other within `gap`, and no longer than `longest` in all. A late sample joins the one that stands. */
export class SessionCells implements Cells {
  private readonly gap: Millis;
  private readonly longest: Millis;
  private readonly matches: ((value: number) => boolean) | null;
  private readonly rows = new RowBlock(FIELDS);

  constructor(gap: Millis, longest: Millis, matches: ((value: number) => boolean) | null) {
    this.gap = gap;
    this.longest = longest;
    this.matches = matches;
  }

  grow(rows: number): void {
    this.rows.grow(rows);
  }

  take(row: number, at: Millis, value: number): void {
    if (this.matches === null ? isTextCode(value) : !this.matches(value)) return;
    const { data } = this.rows;
    const from = row * FIELDS;
    const goes = at - (data[from + LAST] as number) <= this.gap && at - (data[from + FIRST] as number) < this.longest;
    if (!goes) {
      data[from + FIRST] = at;
      data[from + LAST] = at;
      data[from + COUNT] = 0;
      data[from + SUM] = 0;
      data[from + LEAST] = Number.POSITIVE_INFINITY;
      data[from + GREATEST] = Number.NEGATIVE_INFINITY;
    }
    data[from + FIRST] = Math.min(data[from + FIRST] as number, at);
    data[from + LAST] = Math.max(data[from + LAST] as number, at);
    data[from + COUNT] = (data[from + COUNT] as number) + 1;
    data[from + SUM] = (data[from + SUM] as number) + value;
    data[from + LEAST] = Math.min(data[from + LEAST] as number, value);
    data[from + GREATEST] = Math.max(data[from + GREATEST] as number, value);
  }

  /** NaN when no session stands (a count is 0). */
  ask(row: number, at: Millis, name: SessionName): number {
    const { data } = this.rows;
    const from = row * FIELDS;
    const stands = at - (data[from + LAST] as number) <= this.gap;
    if (name === 'count') return stands ? (data[from + COUNT] as number) : 0;
    if (!stands) return Number.NaN;
    switch (name) {
      case 'sum':
        return data[from + SUM] as number;
      case 'mean':
        return (data[from + SUM] as number) / (data[from + COUNT] as number);
      case 'min':
        return data[from + LEAST] as number;
      case 'max':
        return data[from + GREATEST] as number;
    }
  }

  edge(row: number, at: Millis): Millis {
    const ends = (this.rows.data[row * FIELDS + LAST] as number) + this.gap + 1;
    return ends > at ? ends : Number.POSITIVE_INFINITY;
  }

  /** The session that stands, by its last sample, with the mean of all. */
  describe(row: number, at: Millis): Held {
    const { data } = this.rows;
    const from = row * FIELDS;
    const last = data[from + LAST] as number;
    const stands = at - last <= this.gap;
    const count = stands ? (data[from + COUNT] as number) : 0;
    const mean = this.matches === null ? (data[from + SUM] as number) / count : null;
    return {
      samples: count,
      from: stands ? (data[from + FIRST] as number) : null,
      to: stands ? last : null,
      covered: null,
      newest: stands ? [{ at: last, value: mean, count }] : [],
    };
  }

  copyRow(other: SessionCells, from: number, to: number): void {
    this.rows.copyRow(other.rows, from, to);
  }

  adopt(other: SessionCells): void {
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
