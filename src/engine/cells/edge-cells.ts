import type { Millis } from '../../model/time.ts';
import type { Pane } from './pane-ring.ts';
import { WindowCells } from './window-cells.ts';

/** The newest value of each pane, and that of the last one before the window: for differences, slopes and steps. */
export class EdgeCells extends WindowCells {
  constructor(window: Millis) {
    super(window, 1, 1);
  }

  /** Newest value; NaN before the first. */
  newestValue(row: number): number {
    const { ring } = this;
    return ring.size(row) === 0 ? Number.NaN : this.valueAt(row, ring.size(row) - 1);
  }

  /** Newest value at or before the start of the window that ends at `at`; NaN when nothing is that old. */
  before(row: number, at: Millis): number {
    this.expire(row, at);
    const first = this.firstWithin(row, at);
    return first === 0 ? Number.NaN : this.valueAt(row, first - 1);
  }

  /** Units a millisecond from the first to the newest sample of the window; NaN below two. */
  slope(row: number, at: Millis): number {
    this.expire(row, at);
    const { ring } = this;
    const first = this.firstWithin(row, at);
    const last = ring.size(row) - 1;
    if (first >= last) return Number.NaN;
    const elapsed = ring.timeAt(row, ring.slot(row, last)) - ring.timeAt(row, ring.slot(row, first));
    return elapsed <= 0 ? Number.NaN : (this.valueAt(row, last) - this.valueAt(row, first)) / elapsed;
  }

  /** Mean of the steps that the samples make, each holding until the next; NaN before the first. */
  stepMean(row: number, at: Millis): number {
    this.expire(row, at);
    const { ring } = this;
    const from = at - this.window;
    let integral = 0;
    let covered = 0;
    let last = Number.NaN;
    for (let i = 0; i < ring.size(row); i += 1) {
      const begins = Math.max(from, ring.timeAt(row, ring.slot(row, i)));
      const ends = i + 1 < ring.size(row) ? Math.max(from, ring.timeAt(row, ring.slot(row, i + 1))) : at;
      last = this.valueAt(row, i);
      if (ends <= begins) continue;
      integral += last * (ends - begins);
      covered += ends - begins;
    }
    return covered === 0 ? last : integral / covered;
  }

  private valueAt(row: number, i: number): number {
    return (this.ring.lanes[0] as Float64Array)[this.ring.slot(row, i)] as number;
  }

  protected told(slot: number): number {
    return (this.ring.lanes[0] as Float64Array)[slot] as number;
  }

  protected begin(slot: number, value: number): void {
    (this.ring.lanes[0] as Float64Array)[slot] = value;
  }

  protected merge(slot: number, value: number): void {
    (this.ring.lanes[0] as Float64Array)[slot] = value;
  }

  protected alone(value: number): number[] {
    return [value];
  }

  /** The pane's newest sample is newer. */
  protected joinLate(pane: Pane, value: number): void {
    if (pane.count === 0) pane.lanes[0] = value;
  }
}
