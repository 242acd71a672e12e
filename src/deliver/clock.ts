import type { Millis } from '../model/time.ts';

/** The wall, never the clock of the data: a signature must be fresh and a retry must come in real time, in drills too. */
export interface Clock {
  now(): Millis;
  /** Calls `then` once, `ms` from now; the answer cancels it. */
  after(ms: Millis, then: () => void): () => void;
}

export const wallClock: Clock = {
  now: () => Date.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};
