import type { Millis } from '../../model/time.ts';
import { TOLD, type Cells, type Held, type HeldSample, type SavedCells } from './cells.ts';
import { isTextCode } from './text-code.ts';
import { PaneRing, type Pane } from './pane-ring.ts';

/** Samples of a sliding window `(at − length, at]`, in panes. What a pane keeps of its samples is the subclass's business. */
export abstract class WindowCells implements Cells {
  protected readonly ring: PaneRing;
  readonly window: Millis;
  /** Panes kept at or before the window's start, for differences. */
  private readonly keep: 0 | 1;

  constructor(window: Millis, lanes: number, keep: 0 | 1 = 0) {
    this.window = window;
    this.keep = keep;
    this.ring = new PaneRing(window, lanes);
  }

  grow(rows: number): void {
    this.ring.grow(rows);
  }

  take(row: number, at: Millis, value: number, member: number): void {
    if (isTextCode(value)) return;
    const { ring } = this;
    const newest = ring.newest(row);
    if (at < newest) {
      if (at > newest - this.window) this.takeLate(row, at, value, member);
      return;
    }
    ring.expire(row, at - this.window, this.keep);
    const slot = ring.joins(row, at);
    if (slot === -1) this.begin(ring.push(row, at), value, member, at);
    else {
      ring.setCount(slot, ring.countAt(slot) + 1);
      this.merge(slot, value, member, at);
    }
  }

  edge(row: number, at: Millis): Millis {
    const { ring } = this;
    this.expire(row, at);
    for (let i = 0; i < ring.size(row); i += 1) {
      const leaves = ring.timeAt(row, ring.slot(row, i)) + this.window;
      if (leaves > at) return leaves;
    }
    return Number.POSITIVE_INFINITY;
  }

  describe(row: number, at: Millis): Held {
    const { ring } = this;
    const first = this.firstWithin(row, at);
    const newest: HeldSample[] = [];
    let samples = 0;
    for (let i = ring.size(row) - 1; i >= Math.max(0, first - this.keep); i -= 1) {
      const slot = ring.slot(row, i);
      const count = ring.countAt(slot);
      if (i >= first) samples += count;
      if (newest.length < TOLD) newest.push({ at: ring.timeAt(row, slot), value: this.told(slot), count });
    }
    return { samples, from: at - this.window, to: at, covered: null, newest };
  }

  protected expire(row: number, at: Millis): void {
    this.ring.expire(row, at - this.window, this.keep);
  }

  /** Index of the oldest pane within the window that ends at `at`. */
  protected firstWithin(row: number, at: Millis): number {
    const { ring } = this;
    let i = 0;
    while (i < ring.size(row) && ring.timeAt(row, ring.slot(row, i)) <= at - this.window) i += 1;
    return i;
  }

  /** What a pane says of its samples to people. */
  protected abstract told(slot: number): number | null;
  /** The first sample of a new pane. */
  protected abstract begin(slot: number, value: number, member: number, at: Millis): void;
  /** A further sample of the newest pane. */
  protected abstract merge(slot: number, value: number, member: number, at: Millis): void;
  /** Lanes of a pane with this one sample. */
  protected abstract alone(value: number, member: number, at: Millis): number[];
  /** Adds a late sample to a pane of its time. */
  protected abstract joinLate(pane: Pane, value: number, member: number): void;

  protected takeLate(row: number, at: Millis, value: number, member: number): void {
    const { ring } = this;
    const panes = ring.list(row);
    const later = panes.findIndex((pane) => pane.time > at);
    const id = Math.floor(at / ring.width);
    const same = panes.find((pane) => Math.floor(pane.time / ring.width) === id);
    if (same === undefined) panes.splice(later, 0, { time: at, count: 1, lanes: this.alone(value, member, at) });
    else {
      same.count += 1;
      this.joinLate(same, value, member);
    }
    ring.rewrite(row, panes);
  }

  copyRow(other: WindowCells, from: number, to: number): void {
    this.ring.copyRow(other.ring, from, to);
  }

  adopt(other: WindowCells): void {
    this.ring.adopt(other.ring);
  }

  save(rows: number): SavedCells {
    return this.ring.save(rows);
  }

  restore(saved: SavedCells): void {
    this.ring.restore(saved);
  }

  get bytes(): number {
    return this.ring.bytes;
  }
}
