import type { Millis } from '../../model/time.ts';
import type { SavedCells } from './cells.ts';

/** A window is cut into this many panes at the most. */
export const PANES = 64;
/** Rings grow from this many panes by doubling. */
const FIRST = 2;
/** Panes of one window, one before its edge, and late ones. */
const MOST = 256;
/** Numbers of a record: its base takes the first two, then come these. */
const RECORD = 6;
const START = 2;
const CAPACITY = 3;
const HEAD = 4;
const SIZE = 5;
/** Bases are twice as wide. */
const BASE = RECORD / 2;

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
  /** One record a row, so that a row is found in one place of the memory and not in five. */
  private records = new Int32Array(0);
  /** The same bytes: a record begins with its base. */
  private bases = new Float64Array(0);

  constructor(window: Millis, lanes: number) {
    this.width = Math.max(1, window / PANES);
    this.lanes = Array.from({ length: lanes }, () => new Float64Array(64));
  }

  grow(rows: number): void {
    const before = this.records.length / RECORD;
    if (rows <= before) return;
    this.hold(widen(this.records, new Int32Array(Math.max(rows, Math.ceil(before * 1.25), 8) * RECORD)));
  }

  size(row: number): number {
    return this.records[row * RECORD + SIZE] as number;
  }

  private hold(records: Int32Array<ArrayBuffer>): void {
    this.records = records;
    this.bases = new Float64Array(records.buffer);
  }

  private baseOf(row: number): Millis {
    return this.bases[row * BASE] as number;
  }

  /** Slot of the i-th oldest pane. */
  slot(row: number, i: number): number {
    const { records } = this;
    const at = row * RECORD;
    return (records[at + START] as number) + (((records[at + HEAD] as number) + i) & ((records[at + CAPACITY] as number) - 1));
  }

  timeAt(row: number, slot: number): Millis {
    return this.baseOf(row) + (this.times[slot] as number);
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
    this.times[slot] = at - this.baseOf(row);
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
    const { records } = this;
    const record = row * RECORD;
    const size = records[record + SIZE] as number;
    if (this.counts === null) return size;
    const start = records[record + START] as number;
    const mask = (records[record + CAPACITY] as number) - 1;
    let at = records[record + HEAD] as number;
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
    const { records } = this;
    const record = row * RECORD;
    const size = records[record + SIZE] as number;
    const start = records[record + START] as number;
    const mask = (records[record + CAPACITY] as number) - 1;
    let at = records[record + HEAD] as number;
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
    if (size === 0) this.bases[row * BASE] = at;
    else if (at - this.baseOf(row) > 0xffff_ffff) this.rebase(row);
    if (size === this.records[row * RECORD + CAPACITY]) this.widen(row);
    this.records[row * RECORD + SIZE] = size + 1;
    const slot = this.slot(row, size);
    this.times[slot] = at - this.baseOf(row);
    if (this.counts !== null) this.counts[slot] = 1;
    return slot;
  }

  popNewest(row: number): void {
    this.records[row * RECORD + SIZE] = this.size(row) - 1;
  }

  /** Lets go of panes whose newest sample is at or before `edge`, but for `keep` of them. */
  expire(row: number, edge: Millis, keep: 0 | 1): void {
    const { records, times } = this;
    const record = row * RECORD;
    let size = records[record + SIZE] as number;
    if (size <= keep) return;
    const mask = (records[record + CAPACITY] as number) - 1;
    const start = records[record + START] as number;
    const limit = edge - this.baseOf(row);
    let head = records[record + HEAD] as number;
    while (size > keep && (times[start + ((head + keep) & mask)] as number) <= limit) {
      head = (head + 1) & mask;
      size -= 1;
    }
    records[record + HEAD] = head;
    records[record + SIZE] = size;
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
    this.records[row * RECORD + SIZE] = 0;
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
    this.hold(other.records);
  }

  save(rows: number): SavedCells {
    return {
      used: this.used,
      times: this.times.slice(0, this.used),
      counts: this.counts?.slice(0, this.used) ?? null,
      lanes: this.lanes.map((lane) => lane.slice(0, this.used)),
      free: [...this.free],
      records: this.records.slice(0, rows * RECORD),
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
    this.hold(saved['records'] === undefined ? recordsOf(saved) : Int32Array.from(saved['records'] as Int32Array));
  }

  get bytes(): number {
    return (
      this.records.byteLength +
      this.times.byteLength +
      (this.counts?.byteLength ?? 0) +
      this.lanes.reduce((sum, lane) => sum + lane.byteLength, 0)
    );
  }

  private rebase(row: number): void {
    const oldest = this.timeAt(row, this.slot(row, 0));
    const shift = oldest - this.baseOf(row);
    for (let i = 0; i < this.size(row); i += 1) {
      const slot = this.slot(row, i);
      this.times[slot] = (this.times[slot] as number) - shift;
    }
    this.bases[row * BASE] = oldest;
  }

  private widen(row: number): void {
    const { records } = this;
    const record = row * RECORD;
    const size = records[record + CAPACITY] as number;
    const wider = size === 0 ? FIRST : size * 2;
    if (wider > MOST) {
      // Cannot come from sorted samples; a flood of late ones loses the oldest.
      records[record + HEAD] = ((records[record + HEAD] as number) + 1) & (size - 1);
      records[record + SIZE] = size - 1;
      return;
    }
    const from = records[record + START] as number;
    const to = this.allot(wider);
    for (let i = 0; i < size; i += 1) this.move(this.slot(row, i), to + i);
    if (size > 0) this.listOf(size).push(from);
    records[record + START] = to;
    records[record + CAPACITY] = wider;
    records[record + HEAD] = 0;
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

/** Of a snapshot from when each field had a column of its own. */
function recordsOf(saved: SavedCells): Int32Array<ArrayBuffer> {
  const columns = ['start', 'capacity', 'head', 'sizes'].map((name) => saved[name] as Int32Array);
  const base = saved['base'] as Float64Array;
  const records = new Int32Array(base.length * RECORD);
  const bases = new Float64Array(records.buffer);
  base.forEach((at, row) => {
    bases[row * BASE] = at;
    columns.forEach((column, i) => {
      records[row * RECORD + START + i] = column[row] as number;
    });
  });
  return records;
}

function widen<A extends Float64Array | Int32Array | Uint32Array | Uint16Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
