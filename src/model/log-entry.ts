import type { OrderCommand } from './order-command.ts';
import type { Receipt } from './receipt.ts';
import type { SignSample } from './sign-sample.ts';
import type { Drill, Silence } from './silence.ts';
import type { Millis } from './time.ts';

/** One thing that happened, in the order in which it was decided. The log is the only source of state. */
export type LogEvent =
  | { readonly kind: 'message'; readonly gateway: string; readonly topic: string; readonly payload: Uint8Array }
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'command'; readonly command: OrderCommand }
  | { readonly kind: 'silence'; readonly silence: Silence }
  | { readonly kind: 'unsilence'; readonly silence: string; readonly by: string }
  | { readonly kind: 'drill'; readonly drill: Drill }
  | { readonly kind: 'drill-over'; readonly drill: string; readonly by: string }
  | { readonly kind: 'reset'; readonly alert: string; readonly by: string; readonly note: string | null }
  | { readonly kind: 'parked'; readonly delivery: string; readonly order: string; readonly party: string; readonly reason: string }
  /** A receiver that had refused something of this order took a message after all; the endpoints that are `gone` are configured no longer. */
  | { readonly kind: 'taken'; readonly delivery: string; readonly order: string; readonly party: string; readonly gone: readonly string[] }
  /** Nobody listens where alone this party can be told of the order. */
  | {
      readonly kind: 'unheard';
      readonly delivery: string;
      readonly order: string;
      readonly party: string;
      readonly street: string | null;
    }
  | Forbidden
  | { readonly kind: 'configured'; readonly rules: string; readonly city: string; readonly settings: string }
  /** What history says was usual, by the hash of its table: from here on rules that are too young compare with it. */
  | { readonly kind: 'baselined'; readonly table: string }
  /** The process is up again: silence is not held against anyone before `settled`, for the doors were shut meanwhile. */
  | { readonly kind: 'started'; readonly settled: Millis }
  /** What signs said at that moment: it decides nothing, and is there for history. */
  | { readonly kind: 'sampled'; readonly signs: readonly SignSample[] }
  | { readonly kind: 'tick' };

/** A known token asked for what it may not do; what it asks again within a minute is summed up in one. */
export interface Forbidden {
  readonly kind: 'forbidden';
  readonly door: 'http';
  /** Name of the token. */
  readonly token: string;
  readonly route: string;
  readonly order: string | null;
  /** For which party it wanted to answer, where it said so. */
  readonly party: string | null;
  readonly detail: string;
  readonly count: number;
  readonly since: Millis;
}

/** One batch: committed in one transaction, replayed as one. */
export interface LogEntry {
  readonly offset: number;
  /** The clock at which the batch was opened; never goes back. */
  readonly at: Millis;
  readonly events: readonly LogEvent[];
}
