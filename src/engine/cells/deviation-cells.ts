import type { Millis } from '../../model/time.ts';
import type { Pane } from './pane-ring.ts';
import { WindowCells } from './window-cells.ts';

/** Mean and squared deviations of each pane (Welford), put together as Chan does: no cancellation. */
export class DeviationCells extends WindowCells {
  constructor(window: Millis) {
    super(window, 2);
  }

  /** Standard deviation of the sample (n − 1); NaN below two samples. */
  deviation(row: number, at: Millis): number {
    this.expire(row, at);
    const { ring } = this;
    let count = 0;
    let mean = 0;
    let squares = 0;
    for (let i = 0; i < ring.size(row); i += 1) {
      const slot = ring.slot(row, i);
      const n = ring.countAt(slot);
      const delta = ((ring.lanes[0] as Float64Array)[slot] as number) - mean;
      squares += ((ring.lanes[1] as Float64Array)[slot] as number) + (delta * delta * count * n) / (count + n);
      mean += (delta * n) / (count + n);
      count += n;
    }
    return count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1));
  }

  protected told(slot: number): number {
    return (this.ring.lanes[0] as Float64Array)[slot] as number;
  }

  protected begin(slot: number, value: number): void {
    const { lanes } = this.ring;
    (lanes[0] as Float64Array)[slot] = value;
    (lanes[1] as Float64Array)[slot] = 0;
  }

  protected merge(slot: number, value: number): void {
    const { ring } = this;
    const { lanes } = ring;
    const means = lanes[0] as Float64Array;
    const before = means[slot] as number;
    means[slot] = before + (value - before) / ring.countAt(slot);
    (lanes[1] as Float64Array)[slot] = ((lanes[1] as Float64Array)[slot] as number) + (value - before) * (value - means[slot]);
  }

  protected alone(value: number): number[] {
    return [value, 0];
  }

  protected joinLate(pane: Pane, value: number): void {
    const before = pane.lanes[0] as number;
    const mean = before + (value - before) / pane.count;
    pane.lanes[0] = mean;
    pane.lanes[1] = (pane.lanes[1] as number) + (value - before) * (value - mean);
  }
}
