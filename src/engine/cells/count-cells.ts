import type { Millis } from '../../model/time.ts';
import { WindowCells } from './window-cells.ts';

/** Samples of the window that match. Texts count too. */
export class CountCells extends WindowCells {
  private readonly matches: ((value: number) => boolean) | null;

  constructor(window: Millis, matches: ((value: number) => boolean) | null) {
    super(window, 0);
    this.matches = matches;
  }

  override take(row: number, at: Millis, value: number, member: number): void {
    // The value itself is not kept, so that a text may come as any number.
    if (this.matches === null || this.matches(value)) super.take(row, at, 0, member);
  }

  count(row: number, at: Millis): number {
    this.expire(row, at);
    return this.ring.count(row);
  }

  protected told(): null {
    return null;
  }

  protected begin(): void {}
  protected merge(): void {}
  protected alone(): number[] {
    return [];
  }
  protected joinLate(): void {}
}
