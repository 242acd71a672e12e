import type { Millis } from '../../model/time.ts';
import { isTextCode } from './text-code.ts';
import type { Pane } from './pane-ring.ts';
import { WindowCells } from './window-cells.ts';

/** The greatest (or least) sample of the window: only samples that no later one outdoes are kept. */
export class ExtremeCells extends WindowCells {
  /** 1 for the greatest, −1 for the least. */
  private readonly sign: 1 | -1;

  constructor(window: Millis, sign: 1 | -1) {
    super(window, 1);
    this.sign = sign;
  }

  override take(row: number, at: Millis, value: number): void {
    if (isTextCode(value)) return;
    const { ring, sign } = this;
    if (at < ring.newest(row)) {
      if (at > ring.newest(row) - this.window) this.takeLate(row, at, value);
      return;
    }
    const lane = ring.lanes[0] as Float64Array;
    ring.expire(row, at - this.window, 0);
    while (ring.size(row) > 0 && sign * (lane[ring.slot(row, ring.size(row) - 1)] as number) <= sign * value) ring.popNewest(row);
    // One of its own pane that is not outdone stands for this one too, and leaves with it.
    if (ring.joins(row, at) !== -1) return;
    // First the slot: to make room for it, the lanes may move.
    const slot = ring.push(row, at);
    (ring.lanes[0] as Float64Array)[slot] = value;
  }

  /** NaN over an empty window. */
  extreme(row: number, at: Millis): number {
    this.expire(row, at);
    const { ring } = this;
    return ring.size(row) === 0 ? Number.NaN : ((ring.lanes[0] as Float64Array)[ring.slot(row, 0)] as number);
  }

  protected override takeLate(row: number, at: Millis, value: number): void {
    const { ring, sign } = this;
    const panes = ring.list(row);
    const outdone = (pane: Pane): boolean => sign * (pane.lanes[0] as number) <= sign * value;
    if (panes.some((pane) => pane.time > at && sign * (pane.lanes[0] as number) >= sign * value)) return;
    const kept = panes.filter((pane) => pane.time > at || !outdone(pane));
    const later = kept.findIndex((pane) => pane.time > at);
    kept.splice(later === -1 ? kept.length : later, 0, { time: at, count: 1, lanes: [value] });
    ring.rewrite(row, kept);
  }

  protected told(slot: number): number {
    return (this.ring.lanes[0] as Float64Array)[slot] as number;
  }

  protected begin(): void {}
  protected merge(): void {}
  protected alone(value: number): number[] {
    return [value];
  }
  protected joinLate(): void {}
}
