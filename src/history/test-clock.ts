import type { Millis } from '../model/time.ts';
import type { FeederClock } from './feeder.ts';

/** For tests: time passes when it is told to; what is due comes in its order. */
export class TestClock implements FeederClock {
  private at: Millis = 1_000_000;
  private timers: { readonly at: Millis; readonly then: () => void }[] = [];

  now(): Millis {
    return this.at;
  }

  after(ms: Millis, then: () => void): () => void {
    const timer = { at: this.at + ms, then };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** The time of the next timer; `null` when there is none. */
  next(): Millis | null {
    return this.timers.length === 0 ? null : Math.min(...this.timers.map(({ at }) => at));
  }

  /** Lets everything under way go as far as it can, then the time pass to the next timer, for `ms` in all. */
  async pass(ms: Millis): Promise<void> {
    const end = this.at + ms;
    for (await settle(); ; await settle()) {
      const next = this.next();
      if (next === null || next > end) break;
      this.at = next;
      const due = this.timers.filter(({ at }) => at <= next);
      this.timers = this.timers.filter(({ at }) => at > next);
      for (const { then } of due) then();
    }
    this.at = end;
  }
}

/** All promises that can settle have. */
async function settle(): Promise<void> {
  for (let i = 0; i < 4; i += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}
