import type { Millis } from './time.ts';
import type { AssignmentState, Door } from './work-order.ts';

export type ReceiptState = Exclude<AssignmentState, 'dispatched' | 'withdrawn'>;

/** A party's answer. Idempotent by `id`. */
export interface Receipt {
  readonly kind: 'receipt';
  readonly id: string;
  readonly order: string;
  readonly party: string;
  /** Needed only where one party has several assignments in an order. */
  readonly street: string | null;
  readonly state: ReceiptState;
  readonly by: string | null;
  readonly note: string | null;
  /** When the party says it happened; `null`: when we received it. */
  readonly at: Millis | null;
  readonly door: Door;
}

/** What became of a receipt. */
export type ReceiptOutcome =
  | { readonly kind: 'moved'; readonly state: ReceiptState; readonly order: string }
  | { readonly kind: 'repeated'; readonly order: string }
  | {
      readonly kind: 'refused';
      readonly code: 'order-unknown' | 'party-unknown' | 'step-not-allowed' | 'receipt-id-reused';
      readonly allowed: readonly ReceiptState[];
      readonly detail: string;
    };
