import type { Millis } from '../../model/time.ts';
import { TOLD, type Cells, type Held, type SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';

/** Turns remembered for `episodes`. */
const TURNS = 64;

/** Since when a named condition has been true, and when it turned true before. Noted at each evaluation. */
export class TruthCells implements Cells {
  private readonly since = new RowBlock(1);
  private turns: Map<number, Millis[]> = new Map();
  private readonly counts: boolean;

  /** With `counts` the turns are remembered too. */
  constructor(counts: boolean) {
    this.counts = counts;
  }

  grow(rows: number): void {
    this.since.grow(rows);
  }

  take(): void {}

  note(row: number, at: Millis, holds: boolean): void {
    const { data } = this.since;
    if (!holds) {
      data[row] = Number.NaN;
      return;
    }
    if (!Number.isNaN(data[row])) return;
    data[row] = at;
    if (!this.counts) return;
    const turns = this.turns.get(row);
    if (turns === undefined) this.turns.set(row, [at]);
    else if (turns.push(at) > TURNS) turns.shift();
  }

  breakOff(row: number): void {
    this.since.data[row] = Number.NaN;
  }

  /** NaN while it does not hold. */
  sinceWhen(row: number): Millis {
    return this.since.data[row] as number;
  }

  /** Times in `(at − window, at]` at which it turned true. */
  turned(row: number, at: Millis, window: Millis): number {
    const turns = this.turns.get(row);
    if (turns === undefined) return 0;
    let times = 0;
    for (const time of turns) if (time > at - window) times += 1;
    return times;
  }

  /** When the oldest of them leaves the window. */
  turnLeaves(row: number, at: Millis, window: Millis): Millis {
    const turns = this.turns.get(row);
    if (turns === undefined) return Number.POSITIVE_INFINITY;
    for (const time of turns) if (time + window > at) return time + window;
    return Number.POSITIVE_INFINITY;
  }

  edge(): Millis {
    return Number.POSITIVE_INFINITY;
  }

  /** When it turned true; without `counts` the last time only, and only while it lasts. */
  describe(row: number): Held {
    const since = this.sinceWhen(row);
    const turns = this.turns.get(row) ?? (Number.isNaN(since) ? [] : [since]);
    const newest = turns
      .slice(-TOLD)
      .reverse()
      .map((at) => ({ at, value: 1, count: 1 }));
    return { samples: turns.length, from: null, to: null, covered: null, newest };
  }

  copyRow(other: TruthCells, from: number, to: number): void {
    this.since.copyRow(other.since, from, to);
    const turns = other.turns.get(from);
    if (turns !== undefined) this.turns.set(to, [...turns]);
  }

  adopt(other: TruthCells): void {
    this.since.adopt(other.since);
    this.turns = other.turns;
  }

  save(rows: number): SavedCells {
    return { since: this.since.save(rows), turns: [...this.turns].map(([row, turns]) => [row, [...turns]]) };
  }

  restore(saved: SavedCells): void {
    this.since.restore(saved['since'] as Float64Array);
    this.turns = new Map((saved['turns'] as [number, Millis[]][]).map(([row, turns]) => [row, [...turns]]));
  }

  get bytes(): number {
    let turns = 0;
    for (const row of this.turns.values()) turns += row.length;
    return this.since.bytes + turns * 8;
  }
}
