import type { Millis } from './time.ts';

/** One way to reach a party. */
export type Endpoint =
  | { readonly kind: 'webhook'; readonly id: string; readonly url: string; readonly secrets: readonly string[]; readonly drills: boolean }
  | { readonly kind: 'mqtt'; readonly id: string; readonly topic: string };

export type DeliveryState = 'waiting' | 'accepted' | 'parked' | 'withheld';

/** Outbox entry: one message for one endpoint. */
export interface Delivery {
  readonly kind: 'delivery';
  /** Message id + endpoint id; the primary key of the outbox. */
  readonly id: string;
  readonly message: string;
  readonly order: string;
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
}

/** One try with its outcome. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly status: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly status: number | null; readonly wait: Millis | null }
  | { readonly kind: 'refused'; readonly reason: string; readonly status: number };

export interface Attempt {
  readonly delivery: string;
  readonly number: number;
  readonly at: Millis;
  readonly took: Millis;
  readonly outcome: Outcome;
}
