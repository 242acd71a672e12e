import type { Millis } from '../../model/time.ts';
import type { Cells, Held, HeldSample, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';
import { isTextCode } from './text-code.ts';

/** The last n samples, each with its time. */
export class RankCells implements Cells {
  private readonly n: number;
  private readonly rows: RowBlock;
  private readonly sorted: number[] = [];

  constructor(n: number) {
    this.n = n;
    this.rows = new RowBlock(2 * n);
  }

  grow(rows: number): void {
    this.rows.grow(rows);
  }

  take(row: number, at: Millis, value: number): void {
    if (isTextCode(value)) return;
    const { data } = this.rows;
    const { n } = this;
    const from = row * 2 * n;
    // Newest first; a late one goes between, and one older than all of a full row is past.
    let i = 0;
    while (i < n && (data[from + 2 * i] as number) > at) i += 1;
    if (i === n) return;
    data.copyWithin(from + 2 * i + 2, from + 2 * i, from + 2 * n - 2);
    data[from + 2 * i] = at;
    data[from + 2 * i + 1] = value;
  }

  /** The m-th highest (lowest) of them; NaN below m samples. */
  rank(row: number, m: number, order: 'highest' | 'lowest'): number {
    const { data } = this.rows;
    const from = row * 2 * this.n;
    const { sorted } = this;
    sorted.length = 0;
    for (let i = 0; i < this.n; i += 1) {
      const value = data[from + 2 * i + 1] as number;
      if (Number.isNaN(value)) break;
      let at = sorted.length;
      while (at > 0 && (order === 'highest' ? (sorted[at - 1] as number) < value : (sorted[at - 1] as number) > value)) at -= 1;
      sorted.splice(at, 0, value);
    }
    return sorted.length < m ? Number.NaN : (sorted[m - 1] as number);
  }

  edge(): Millis {
    return Number.POSITIVE_INFINITY;
  }

  describe(row: number): Held {
    const { data } = this.rows;
    const newest: HeldSample[] = [];
    for (let i = row * 2 * this.n; i < (row + 1) * 2 * this.n && !Number.isNaN(data[i]); i += 2)
      newest.push({ at: data[i] as number, value: data[i + 1] as number, count: 1 });
    return { samples: newest.length, from: null, to: null, covered: null, newest };
  }

  copyRow(other: RankCells, from: number, to: number): void {
    this.rows.copyRow(other.rows, from, to);
  }

  adopt(other: RankCells): void {
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
