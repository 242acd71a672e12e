import type { Millis } from '../../model/time.ts';
import type { Held } from './cells.ts';
import type { Pane } from './pane-ring.ts';
import { WindowCells } from './window-cells.ts';

/** How long each sample of a member stands for; the whole window where that is not known. */
export type Stands = (member: number) => Millis;

/** Number of samples and their sum, and how much of the window they cover. */
export class SumCells extends WindowCells {
  private readonly map: ((value: number) => number) | null;
  private readonly stands: Stands | null;

  /** `map` is applied to each sample: decibels to energy. */
  constructor(window: Millis, map: ((value: number) => number) | null, stands: Stands | null) {
    super(window, stands === null ? 1 : 2);
    this.map = map;
    this.stands = stands;
  }

  count(row: number, at: Millis): number {
    this.expire(row, at);
    return this.ring.count(row);
  }

  sum(row: number, at: Millis): number {
    this.expire(row, at);
    return this.ring.sum(row, 0);
  }

  /** NaN over an empty window. */
  mean(row: number, at: Millis): number {
    this.expire(row, at);
    return this.ring.sum(row, 0) / this.ring.count(row);
  }

  covered(row: number, at: Millis): Millis {
    this.expire(row, at);
    return Math.min(this.window, this.ring.sum(row, 1));
  }

  override describe(row: number, at: Millis): Held {
    const held = super.describe(row, at);
    if (this.stands === null) return held;
    const { ring } = this;
    let covered = 0;
    for (let i = this.firstWithin(row, at); i < ring.size(row); i += 1)
      covered += (ring.lanes[1] as Float64Array)[ring.slot(row, i)] as number;
    return { ...held, covered: Math.min(this.window, covered) };
  }

  protected told(slot: number): number {
    const mean = ((this.ring.lanes[0] as Float64Array)[slot] as number) / this.ring.countAt(slot);
    return this.map === null ? mean : 10 * Math.log10(mean);
  }

  protected begin(slot: number, value: number, member: number): void {
    const { lanes } = this.ring;
    (lanes[0] as Float64Array)[slot] = this.map === null ? value : this.map(value);
    if (this.stands !== null) (lanes[1] as Float64Array)[slot] = this.stands(member);
  }

  protected merge(slot: number, value: number, member: number): void {
    const { lanes } = this.ring;
    const sums = lanes[0] as Float64Array;
    sums[slot] = (sums[slot] as number) + (this.map === null ? value : this.map(value));
    if (this.stands !== null) (lanes[1] as Float64Array)[slot] = ((lanes[1] as Float64Array)[slot] as number) + this.stands(member);
  }

  protected alone(value: number, member: number): number[] {
    const mapped = this.map === null ? value : this.map(value);
    return this.stands === null ? [mapped] : [mapped, this.stands(member)];
  }

  protected joinLate(pane: Pane, value: number, member: number): void {
    const [sum, cover] = this.alone(value, member);
    pane.lanes[0] = (pane.lanes[0] as number) + (sum as number);
    if (cover !== undefined) pane.lanes[1] = (pane.lanes[1] as number) + cover;
  }
}
