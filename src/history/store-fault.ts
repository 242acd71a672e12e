import type { Millis } from '../model/time.ts';

/**
 * Why a store did not take a batch, and what may be done about it.
 *
 * | kind | means | so |
 * |---|---|---|
 * | `unreachable` | network, time-out, reset, 5xx without more | again, for ever, with growing pauses |
 * | `busy` | 429, 503 | again, after `wait` if the server named one |
 * | `too-large` | 413 | again in halves |
 * | `refused` | 400, 422: some of the points, or all | again in halves, until the bad ones are alone and can be set aside |
 * | `forbidden` | 401, 403, 404 | nothing helps but a person: stop, say so, look again now and then |
 */
export type StoreFaultKind = 'unreachable' | 'busy' | 'too-large' | 'refused' | 'forbidden';

export class StoreFault extends Error {
  readonly kind: StoreFaultKind;
  /** The server's own words, cut. */
  readonly said: string;
  /** What the server asked us to wait; `null`: it did not say. */
  readonly wait: Millis | null;

  constructor(kind: StoreFaultKind, said: string, wait: Millis | null = null) {
    super(`The history store: ${kind}: ${said}`);
    this.kind = kind;
    this.said = said.slice(0, 500);
    this.wait = wait;
  }
}
