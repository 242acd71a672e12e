import type { Millis } from '../../model/time.ts';
import type { SavedCells } from './cells.ts';

/** A window is cut into this many panes at the most. */
export const PANES = 64;
/** Rings grow from this many panes by doubling. */
const FIRST = 2;
/** Panes of one window, one before its edge, and late ones. */
const MOST = 256;

/** One pane outside of the ring, for the rare late sample. */
export interface Pane {
  time: Millis;
  count: number;
  readonly lanes: number[];
}

/**
 * Rings of panes, one a row, in one arena. A pane holds the samples of one 64th of the window: when they come no closer than
 * that, each has a pane of its own and the window is exact; else a pane leaves with its newest sample.
 */
export class PaneRing {
  readonly width: Millis;
  /** Newest sample of each pane, in milliseconds since the row's base. */
  times = new Uint32Array(64);
  /** Samples of each pane; `null` while every pane has one. */
  private counts: Uint32Array | null = null;
  readonly lanes: Float64Array[];
  private used = 0;
  private readonly free = new Map<number, number[]>();
  private base = new Float64Array(0);
  private start = new Int32Array(0);
  private capacity = new Uint16Array(0);
  private head = new Uint16Array(0);
  sizes = new Uint16Array(0);

  constructor(window: Millis, lanes: number) {
    this.width = Math.max(1, window / PANES);
    this.lanes = Array.from({ length: lanes }, () => new Float64Array(64));
  }

  grow(rows: number): void {
    if (rows <= this.base.length) return;
    const n = Math.max(rows, Math.ceil(this.base.length * 1.25), 8);
    this.base = widen(this.base, new Float64Array(n));
    this.start = widen(this.start, new Int32Array(n));
    this.capacity = widen(this.capacity, new Uint16Array(n));
    this.head = widen(this.head, new Uint16Array(n));
    this.sizes = widen(this.sizes, new Uint16Array(n));
  }

  size(row: number): number {
    return this.sizes[row] as number;
  }

  /** Slot of the i-th oldest pane. */
  slot(row: number, i: number): number {
    return (this.start[row] as number) + (((this.head[row] as number) + i) & ((this.capacity[row] as number) - 1));
  }

  timeAt(row: number, slot: number): Millis {
    return (this.base[row] as number) + (this.times[slot] as number);
  }

  newest(row: number): Millis {
    const size = this.size(row);
    return size === 0 ? Number.NEGATIVE_INFINITY : this.timeAt(row, this.slot(row, size - 1));
  }

  /** The pane that a sample at `at`, no older than the newest, joins: −1 when it needs a new one. */
  joins(row: number, at: Millis): number {
    const size = this.size(row);
    if (size === 0) return -1;
    const slot = this.slot(row, size - 1);
    const time = this.timeAt(row, slot);
    if (Math.floor(time / this.width) !== Math.floor(at / this.width)) return -1;
    this.times[slot] = at - (this.base[row] as number);
    return slot;
  }

  countAt(slot: number): number {
    return this.counts === null ? 1 : (this.counts[slot] as number);
  }

  setCount(slot: number, count: number): void {
    if (this.counts === null) {
      if (count === 1) return;
      this.counts = new Uint32Array(this.times.length).fill(1);
    }
    this.counts[slot] = count;
  }

  /** Samples in all panes of the row. */
  count(row: number): number {
    const size = this.sizes[row] as number;
    if (this.counts === null) return size;
    const start = this.start[row] as number;
    const mask = (this.capacity[row] as number) - 1;
    let at = this.head[row] as number;
    let count = 0;
    for (let i = 0; i < size; i += 1) {
      count += this.counts[start + (at & mask)] as number;
      at += 1;
    }
    return count;
  }

  /** Sum of one lane over all panes of the row, oldest first. */
  sum(row: number, index: number): number {
    const lane = this.lanes[index] as Float64Array;
    const size = this.sizes[row] as number;
    const start = this.start[row] as number;
    const mask = (this.capacity[row] as number) - 1;
    let at = this.head[row] as number;
    let sum = 0;
    for (let i = 0; i < size; i += 1) {
      sum += lane[start + (at & mask)] as number;
      at += 1;
    }
    return sum;
  }

  /** A new newest pane with one sample, its lanes unset. @returns its slot */
  push(row: number, at: Millis): number {
    const size = this.size(row);
    if (size === 0) this.base[row] = at;
    else if (at - (this.base[row] as number) > 0xffff_ffff) this.rebase(row);
    if (size === this.capacity[row]) this.widen(row);
    this.sizes[row] = size + 1;
    const slot = this.slot(row, size);
    this.times[slot] = at - (this.base[row] as number);
    if (this.counts !== null) this.counts[slot] = 1;
    return slot;
  }

  popNewest(row: number): void {
    this.sizes[row] = this.size(row) - 1;
  }

  /** Lets go of panes whose newest sample is at or before `edge`, but for `keep` of them. */
  expire(row: number, edge: Millis, keep: 0 | 1): void {
    let size = this.sizes[row] as number;
    if (size <= keep) return;
    const mask = (this.capacity[row] as number) - 1;
    const start = this.start[row] as number;
    const limit = edge - (this.base[row] as number);
    let head = this.head[row] as number;
    while (size > keep && (this.times[start + ((head + keep) & mask)] as number) <= limit) {
      head = (head + 1) & mask;
      size -= 1;
    }
    this.head[row] = head;
    this.sizes[row] = size;
  }

  list(row: number): Pane[] {
    const panes: Pane[] = [];
    for (let i = 0; i < this.size(row); i += 1) {
      const slot = this.slot(row, i);
      panes.push({
        time: this.timeAt(row, slot),
        count: this.countAt(slot),
        lanes: this.lanes.map((lane) => lane[slot] as number),
      });
    }
    return panes;
  }

  /** Puts panes in place of what the row has; the newest stay when there are too many. */
  rewrite(row: number, panes: readonly Pane[]): void {
    this.sizes[row] = 0;
    for (const pane of panes.slice(-MOST)) {
      const slot = this.push(row, pane.time);
      this.setCount(slot, pane.count);
      pane.lanes.forEach((value, i) => {
        (this.lanes[i] as Float64Array)[slot] = value;
      });
    }
  }

  copyRow(other: PaneRing, from: number, to: number): void {
    this.rewrite(to, other.list(from));
  }

  /** The other ring is not used any more. */
  adopt(other: PaneRing): void {
    this.times = other.times;
    this.counts = other.counts;
    this.lanes.splice(0, this.lanes.length, ...other.lanes);
    this.used = other.used;
    this.free.clear();
    for (const [size, list] of other.free) this.free.set(size, list);
    this.base = other.base;
    this.start = other.start;
    this.capacity = other.capacity;
    this.head = other.head;
    this.sizes = other.sizes;
  }

  save(rows: number): SavedCells {
    return {
      used: this.used,
      times: this.times.slice(0, this.used),
      counts: this.counts?.slice(0, this.used) ?? null,
      lanes: this.lanes.map((lane) => lane.slice(0, this.used)),
      free: [...this.free],
      base: this.base.slice(0, rows),
      start: this.start.slice(0, rows),
      capacity: this.capacity.slice(0, rows),
      head: this.head.slice(0, rows),
      sizes: this.sizes.slice(0, rows),
    };
  }

  restore(saved: SavedCells): void {
    this.used = saved['used'] as number;
    this.times = Uint32Array.from(saved['times'] as Uint32Array);
    this.counts = saved['counts'] === null ? null : Uint32Array.from(saved['counts'] as Uint32Array);
    (saved['lanes'] as Float64Array[]).forEach((lane, i) => {
      this.lanes[i] = Float64Array.from(lane);
    });
    this.free.clear();
    for (const [size, list] of saved['free'] as [number, number[]][]) this.free.set(size, [...list]);
    this.base = Float64Array.from(saved['base'] as Float64Array);
    this.start = Int32Array.from(saved['start'] as Int32Array);
    this.capacity = Uint16Array.from(saved['capacity'] as Uint16Array);
    this.head = Uint16Array.from(saved['head'] as Uint16Array);
    this.sizes = Uint16Array.from(saved['sizes'] as Uint16Array);
  }

  get bytes(): number {
    const perRow = this.base.byteLength + this.start.byteLength + this.capacity.byteLength + this.head.byteLength + this.sizes.byteLength;
    return perRow + this.times.byteLength + (this.counts?.byteLength ?? 0) + this.lanes.reduce((sum, lane) => sum + lane.byteLength, 0);
  }

  private rebase(row: number): void {
    const oldest = this.timeAt(row, this.slot(row, 0));
    const shift = oldest - (this.base[row] as number);
    for (let i = 0; i < this.size(row); i += 1) {
      const slot = this.slot(row, i);
      this.times[slot] = (this.times[slot] as number) - shift;
    }
    this.base[row] = oldest;
  }

  private widen(row: number): void {
    const size = this.capacity[row] as number;
    const wider = size === 0 ? FIRST : size * 2;
    if (wider > MOST) {
      // Cannot come from sorted samples; a flood of late ones loses the oldest.
      this.head[row] = ((this.head[row] as number) + 1) & (size - 1);
      this.sizes[row] = size - 1;
      return;
    }
    const from = this.start[row] as number;
    const to = this.allot(wider);
    for (let i = 0; i < size; i += 1) this.move(this.slot(row, i), to + i);
    if (size > 0) this.listOf(size).push(from);
    this.start[row] = to;
    this.capacity[row] = wider;
    this.head[row] = 0;
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from] as number;
    if (this.counts !== null) this.counts[to] = this.counts[from] as number;
    for (const lane of this.lanes) lane[to] = lane[from] as number;
  }

  private allot(size: number): number {
    const again = this.listOf(size).pop();
    if (again !== undefined) return again;
    const at = this.used;
    this.used += size;
    if (this.used > this.times.length) {
      const n = Math.max(this.used, Math.ceil(this.times.length * 1.25));
      this.times = widen(this.times, new Uint32Array(n));
      if (this.counts !== null) this.counts = widen(this.counts, new Uint32Array(n).fill(1));
      for (let i = 0; i < this.lanes.length; i += 1) this.lanes[i] = widen(this.lanes[i] as Float64Array, new Float64Array(n));
    }
    return at;
  }

  private listOf(size: number): number[] {
    let list = this.free.get(size);
    if (list === undefined) {
      list = [];
      this.free.set(size, list);
    }
    return list;
  }
}

function widen<A extends Float64Array | Int32Array | Uint32Array | Uint16Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
