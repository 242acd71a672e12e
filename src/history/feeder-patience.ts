import type { Millis } from '../model/time.ts';
import type { StoreFault } from './store-fault.ts';

/** The wall: a store comes back in real time, whatever the clock of the data says. */
export interface FeederClock {
  now(): Millis;
  /** Calls `then` once, `ms` from now; the answer cancels it. */
  after(ms: Millis, then: () => void): () => void;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const JITTER = 0.2;

/**
 * How long to leave a store alone after so many failures on end. What the server asked for wins over our own pauses, and the
 * jitter then only adds: nobody is early. A store that waits for a person is looked at every minute.
 * @param random in [0, 1)
 */
export function pauseAfter(failures: number, fault: Pick<StoreFault, 'kind' | 'wait'>, random: number): Millis {
  if (fault.kind === 'forbidden') return MINUTE;
  if (fault.wait !== null) return Math.round(Math.min(HOUR, Math.max(SECOND, fault.wait)) * (1 + JITTER * random));
  const pause = Math.min(MINUTE, SECOND * 2 ** Math.min(failures - 1, 10));
  return Math.round(pause * (1 - JITTER + 2 * JITTER * random));
}

/** One pause for all that is in flight: two requests that fail together are one failure. */
export class Patience {
  private readonly clock: FeederClock;
  private readonly random: () => number;
  private failures = 0;
  private pause: { readonly over: Promise<void>; readonly end: () => void } | null = null;
  private closed = false;

  constructor(clock: FeederClock, random: () => number) {
    this.clock = clock;
    this.random = random;
  }

  /** Resolves when the store may be asked again, or at the end. */
  after(fault: Pick<StoreFault, 'kind' | 'wait'>): Promise<void> {
    if (this.closed) return Promise.resolve();
    if (this.pause !== null) return this.pause.over;
    this.failures += 1;
    const { promise: over, resolve } = withResolve();
    const end = (): void => {
      cancel();
      this.pause = null;
      resolve();
    };
    const cancel = this.clock.after(pauseAfter(this.failures, fault, this.random()), end);
    this.pause = { over, end };
    return over;
  }

  /** Resolves when there is no pause, or at its end. */
  calm(): Promise<void> {
    return this.pause?.over ?? Promise.resolve();
  }

  succeeded(): void {
    this.failures = 0;
  }

  close(): void {
    this.closed = true;
    this.pause?.end();
  }
}

function withResolve(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
