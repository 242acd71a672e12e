import type { Millis } from '../../../model/time.ts';
import type { NumberedPublisher } from './numbered-publisher.ts';
import { VALUES } from './numbered-publisher.ts';

const TICK: Millis = 5;
/** Times are looked at in windows of this, so that one moment of a busy machine is one window. */
const WINDOW: Millis = 10_000;

/** Publishes at a fixed rate, whatever comes back, and keeps how long each PUBACK took. */
export class Steadily {
  private readonly timer: NodeJS.Timeout;
  private windows: number[][] = [[]];
  private windowEnds = performance.now() + WINDOW;

  /** `rate`: readings a second. */
  constructor(publisher: NumberedPublisher, rate: number) {
    publisher.onAcknowledged = (took) => this.keep(took);
    const began = performance.now();
    let messages = 0;
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) * rate) / 1_000 / VALUES);
      for (; messages < due; messages += 1) publisher.send(VALUES);
    }, TICK);
  }

  /** The 99th of a hundred PUBACKs, in ms: the median of the windows since it was asked last. */
  p99(): Millis {
    const whole = this.windows.length > 1 ? this.windows.slice(0, -1) : this.windows;
    const each = whole.filter(({ length }) => length > 0).map((times) => quantile(times, 0.99));
    this.windows = [[]];
    this.windowEnds = performance.now() + WINDOW;
    return quantile(each, 0.5);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private keep(took: Millis): void {
    if (performance.now() > this.windowEnds) {
      this.windowEnds += WINDOW;
      this.windows.push([]);
    }
    this.windows.at(-1)?.push(took);
  }
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
