import type { Millis } from './time.ts';
import type { Told } from './work-order.ts';

/** How a webhook is written: our own body, CloudEvents 1.0 with all in the body or with its attributes in headers, or CAP 1.2. */
export type OrderFormat = 'maibo' | 'cloudevents' | 'cloudevents-binary' | 'cap';

/** One way to reach a party. */
export type Endpoint =
  | {
      readonly kind: 'webhook';
      readonly id: string;
      readonly url: string;
      readonly secrets: readonly string[];
      readonly drills: boolean;
      /** Absent: our own body. */
      readonly format?: OrderFormat;
    }
  | { readonly kind: 'mqtt'; readonly id: string; readonly topic: string };

/**
 * `unheard`: nobody took it, and it is not tried again: a copy for MQTT that nobody listens for, or news of a closing that
 * nobody wanted for days. `superseded`: another delivery, or the closing of the order, has taken its place.
 */
export type DeliveryState = 'waiting' | 'accepted' | 'parked' | 'withheld' | 'unheard' | 'superseded';

/** Outbox entry: one message for one endpoint. */
export interface Delivery {
  readonly kind: 'delivery';
  /** Message id + endpoint id; the primary key of the outbox. */
  readonly id: string;
  readonly message: string;
  /** Of a digest an id of its own, `dg_…`, which is no order. */
  readonly order: string;
  /** Of a digest: what it tells of which order. */
  readonly digest?: readonly Told[];
  readonly party: string;
  readonly street: string | null;
  readonly type: string;
  readonly drill: boolean;
  readonly endpoint: Endpoint;
  readonly body: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdAt: Millis;
  readonly nextAt: Millis;
  /** Why it was superseded, or given up as unheard. */
  readonly reason?: string;
  /** Who had it sent again after it was parked, and when. */
  readonly replays?: readonly Replay[];
}

export interface Replay {
  readonly at: Millis;
  /** Name of the token; `null` where the API is open and anybody may. */
  readonly by: string | null;
}

/** One try with its outcome. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly status: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly status: number | null; readonly wait: Millis | null }
  /** Nobody was there to take it, and nobody need be: the party is reached another way, or it is a drill. */
  | { readonly kind: 'unheard'; readonly reason: string; readonly status: null }
  | { readonly kind: 'refused'; readonly reason: string; readonly status: number };

export interface Attempt {
  readonly delivery: string;
  readonly number: number;
  readonly at: Millis;
  readonly took: Millis;
  readonly outcome: Outcome;
}

/** That an order is over still matters to whoever comes back after a weekend, not after a fortnight. */
export const CLOSING_PATIENCE: Millis = 72 * 3_600_000;

/** The last that a party hears of an order: that it is over. It outlives the order, all else does not. */
export function isLastWord(type: string): boolean {
  return type === 'order.closed' || type === 'order.cancelled';
}

/** The orders that a delivery speaks of, and what it says of each: its own, or all of a digest. */
export function toldBy({ digest, order, type }: Pick<Delivery, 'digest' | 'order' | 'type'>): readonly Told[] {
  return digest ?? [{ order, type }];
}
