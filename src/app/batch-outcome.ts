import type { Alert, AlertPassage } from '../model/alert.ts';
import type { Problem } from '../model/problem.ts';
import type { CommandOutcome } from '../model/order-command.ts';
import type { Receipt, ReceiptOutcome } from '../model/receipt.ts';
import type { Rejection, RejectionCode } from '../model/rejection.ts';
import type { OrderMessage, WorkOrder } from '../model/work-order.ts';
import type { Millis } from '../model/time.ts';

/** What one batch came to: everything that its transaction writes, and what its metrics say. */
export interface BatchOutcome {
  readonly rejections: Rejection[];
  /** Newest version of each alert that changed. */
  readonly alerts: Map<string, Alert>;
  /** Every step of every alert, in order. */
  readonly transitions: AlertPassage[];
  /** Newest version of each order that changed. */
  readonly orders: Map<string, WorkOrder>;
  /** Those that moved an assignment. */
  readonly receipts: Receipt[];
  /** What became of each receipt, refused and repeated ones too. */
  readonly answers: { readonly receipt: Receipt; readonly outcome: ReceiptOutcome }[];
  readonly messages: OrderMessage[];
  /** What the core could not follow when time passed: said loudly, and nothing else is lost. */
  readonly failures: string[];
  readonly counts: BatchCounts;
}

export interface BatchCounts {
  /** codec → result → messages. */
  readonly messages: Record<string, Record<string, number>>;
  readonly rejections: Partial<Record<RejectionCode, number>>;
  readings: number;
  /** Reports of maintenance: logged, never judged. */
  tests: number;
  duplicates: number;
  late: number;
  implausible: number;
  adopted: number;
  /** Receipt minus observation of the newest reading, ms. */
  lag: Millis | null;
}

/** What became of one event, for whoever waits for it. */
export type EventResult =
  | {
      readonly kind: 'message';
      readonly readings: number;
      readonly tests: number;
      readonly duplicates: number;
      readonly rejections: readonly Rejection[];
    }
  | { readonly kind: 'receipt'; readonly outcome: ReceiptOutcome }
  | { readonly kind: 'command'; readonly outcome: CommandOutcome }
  | { readonly kind: 'reset'; readonly done: boolean }
  | { readonly kind: 'deed'; readonly done: boolean }
  | { readonly kind: 'configured'; readonly problems: readonly Problem[] }
  | { readonly kind: 'done' };

export function createOutcome(): BatchOutcome {
  return {
    rejections: [],
    alerts: new Map(),
    transitions: [],
    orders: new Map(),
    receipts: [],
    answers: [],
    messages: [],
    failures: [],
    counts: { messages: {}, rejections: {}, readings: 0, tests: 0, duplicates: 0, late: 0, implausible: 0, adopted: 0, lag: null },
  };
}

export function countMessage(counts: BatchCounts, codec: string, result: string): void {
  const byResult = (counts.messages[codec] ??= {});
  byResult[result] = (byResult[result] ?? 0) + 1;
}
