import type { Millis } from '../../model/time.ts';
import { TOLD, type Cells, type Held, type HeldSample, type SavedCells } from './cells.ts';
import { PANES } from './pane-ring.ts';
import { isTextCode } from './text-code.ts';

/** Buckets grow by this factor: a quantile is off by at most 1 % of its value. */
const GROWTH = 1.01 / 0.99;
const LOG = Math.log(GROWTH);
/** Nearer to zero than this is zero. */
const TINY = 1e-9;

interface SketchPane {
  time: Millis;
  readonly buckets: Map<number, number>;
}

/** Panes of a row, and what they come to together: kept as panes come and go. */
interface SketchRow {
  readonly panes: SketchPane[];
  readonly total: Map<number, number>;
  count: number;
  /** Samples of one bucket in a row: counted together, once another comes or somebody asks. */
  pane: SketchPane | null;
  bucket: number;
  pending: number;
}

/** Quantiles of a window: a histogram with logarithmic buckets (as DDSketch) for each of its panes. */
export class SketchCells implements Cells {
  private readonly window: Millis;
  private readonly width: Millis;
  private rows: Map<number, SketchRow> = new Map();

  constructor(window: Millis) {
    this.window = window;
    this.width = Math.max(1, window / PANES);
  }

  grow(): void {}

  take(row: number, at: Millis, value: number): void {
    if (isTextCode(value)) return;
    let held = this.rows.get(row);
    if (held === undefined) {
      held = rowOf([]);
      this.rows.set(row, held);
    }
    const { panes } = held;
    const bucket = bucketOf(value);
    const id = Math.floor(at / this.width);
    const last = held.pane;
    if (last !== null && bucket === held.bucket && last === panes[panes.length - 1] && Math.floor(last.time / this.width) === id) {
      if (at > last.time) last.time = at;
      held.pending += 1;
      return;
    }
    count(held);
    let i = panes.length - 1;
    while (i >= 0 && Math.floor((panes[i] as SketchPane).time / this.width) > id) i -= 1;
    let pane = panes[i];
    if (pane === undefined || Math.floor(pane.time / this.width) !== id) {
      pane = { time: at, buckets: new Map() };
      panes.splice(i + 1, 0, pane);
      this.expire(held, (panes.at(-1) as SketchPane).time);
    }
    if (at > pane.time) pane.time = at;
    held.pane = pane;
    held.bucket = bucket;
    held.pending = 1;
  }

  /** The value that `percent` of the samples do not exceed; NaN over an empty window. */
  quantile(row: number, at: Millis, percent: number): number {
    const held = this.rows.get(row);
    if (held === undefined) return Number.NaN;
    count(held);
    this.expire(held, at);
    if (held.count === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil((percent / 100) * held.count));
    let passed = 0;
    for (const bucket of [...held.total.keys()].sort((a, b) => a - b)) {
      passed += held.total.get(bucket) as number;
      if (passed >= wanted) return valueOf(bucket);
    }
    return Number.NaN;
  }

  edge(row: number, at: Millis): Millis {
    const held = this.rows.get(row);
    if (held === undefined) return Number.POSITIVE_INFINITY;
    this.expire(held, at);
    const [oldest] = held.panes;
    return oldest === undefined ? Number.POSITIVE_INFINITY : oldest.time + this.window;
  }

  /** Each pane with the mean of its buckets. */
  describe(row: number, at: Millis): Held {
    const newest: HeldSample[] = [];
    let samples = 0;
    const held = this.rows.get(row);
    if (held !== undefined) count(held);
    for (const { time, buckets } of (held?.panes ?? []).toReversed()) {
      if (time <= at - this.window) break;
      let n = 0;
      let sum = 0;
      for (const [bucket, times] of buckets) {
        n += times;
        sum += valueOf(bucket) * times;
      }
      samples += n;
      if (newest.length < TOLD) newest.push({ at: time, value: sum / n, count: n });
    }
    return { samples, from: at - this.window, to: at, covered: null, newest };
  }

  private expire(held: SketchRow, at: Millis): void {
    const { panes, total } = held;
    let past = 0;
    while (past < panes.length && (panes[past] as SketchPane).time <= at - this.window) past += 1;
    if (past === 0) return;
    count(held);
    for (const { buckets } of panes.splice(0, past)) {
      for (const [bucket, n] of buckets) {
        const left = (total.get(bucket) as number) - n;
        if (left === 0) total.delete(bucket);
        else total.set(bucket, left);
        held.count -= n;
      }
    }
  }

  copyRow(other: SketchCells, from: number, to: number): void {
    const held = other.rows.get(from);
    if (held === undefined) return;
    count(held);
    this.rows.set(to, rowOf(held.panes));
  }

  adopt(other: SketchCells): void {
    this.rows = other.rows;
  }

  save(): SavedCells {
    for (const held of this.rows.values()) count(held);
    return { rows: [...this.rows].map(([row, { panes }]) => [row, copyOf(panes)]) };
  }

  restore(saved: SavedCells): void {
    this.rows = new Map((saved['rows'] as [number, SketchPane[]][]).map(([row, panes]) => [row, rowOf(panes)]));
  }

  get bytes(): number {
    let buckets = 0;
    for (const { panes, total } of this.rows.values()) {
      buckets += total.size;
      for (const pane of panes) buckets += 4 + pane.buckets.size;
    }
    return buckets * 32;
  }
}

/** Puts those that wait to be counted where they belong. */
function count(held: SketchRow): void {
  const { pane, bucket, pending, total } = held;
  if (pane === null || pending === 0) return;
  pane.buckets.set(bucket, (pane.buckets.get(bucket) ?? 0) + pending);
  total.set(bucket, (total.get(bucket) ?? 0) + pending);
  held.count += pending;
  held.pane = null;
  held.pending = 0;
}

function copyOf(panes: readonly SketchPane[]): SketchPane[] {
  return panes.map(({ time, buckets }) => ({ time, buckets: new Map(buckets) }));
}

function rowOf(panes: readonly SketchPane[]): SketchRow {
  const total = new Map<number, number>();
  let samples = 0;
  for (const { buckets } of panes) {
    for (const [bucket, n] of buckets) {
      total.set(bucket, (total.get(bucket) ?? 0) + n);
      samples += n;
    }
  }
  return { panes: copyOf(panes), total, count: samples, pane: null, bucket: 0, pending: 0 };
}

/** Rising with the value: negative buckets below zero, 0 for zero. */
function bucketOf(value: number): number {
  const size = Math.abs(value);
  if (size < TINY) return 0;
  const index = Math.ceil(Math.log(size / TINY) / LOG) + 1;
  return value > 0 ? index : -index;
}

function valueOf(bucket: number): number {
  if (bucket === 0) return 0;
  const upper = TINY * GROWTH ** (Math.abs(bucket) - 1);
  // The value whose distance from both ends of the bucket is the same share of it.
  const value = (2 * upper) / (GROWTH + 1);
  return bucket > 0 ? value : -value;
}
