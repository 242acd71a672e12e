import type { Text } from './text.ts';
import type { Millis } from './time.ts';
import type { Door } from './work-order.ts';

/** What a person may do with an order, beside the receipts of its parties. */
export type OrderDeed =
  | { readonly do: 'verify' }
  /** It is not over: whoever resolved it goes again. */
  | { readonly do: 'return' }
  | { readonly do: 'cancel' }
  /** Another party instead of this one, in the same role. */
  | { readonly do: 'reassign'; readonly from: string; readonly to: string };

/** Idempotent by `id`. */
export interface OrderCommand {
  readonly kind: 'order-command';
  readonly id: string;
  readonly order: string;
  readonly deed: OrderDeed;
  /** Who; the name of the token where the door knows one. */
  readonly by: string;
  /** Why; asked for by everything but `verify`. */
  readonly reason: string | null;
  readonly at: Millis | null;
  readonly door: Door;
}

export type CommandOutcome =
  | {
      readonly kind: 'done';
      readonly order: string;
      /** What whoever gave the command should know of it: the signs that still stand, say. */
      readonly warning?: Text;
    }
  | { readonly kind: 'repeated'; readonly order: string }
  | {
      readonly kind: 'refused';
      readonly code: 'order-unknown' | 'command-not-allowed' | 'party-unknown';
      /** The deeds that the order allows now. */
      readonly allowed: readonly OrderDeed['do'][];
      readonly detail: string;
    };
