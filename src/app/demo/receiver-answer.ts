import { setTimeout as delay } from 'node:timers/promises';
import { sendReceipt } from '../../../fixtures/receiver/receiver.mjs';
import type { ReceiptState } from '../../model/receipt.ts';

export interface AnswerPlan {
  /** Where Maibo's API is; a function where it is known only later. */
  readonly baseUrl: string | (() => string);
  readonly token?: string;
  /** Milliseconds, each counted from the step before. */
  readonly acceptAfter: number;
  readonly onSiteAfter: number;
  readonly resolveAfter: number;
}

export interface ToAnswer {
  readonly plan: AnswerPlan;
  /** The message that called the crew: a later call of the same order is answered anew. */
  readonly message: string;
  readonly order: string;
  readonly party: string;
  readonly street: string | null;
  /** Aborted when the order ended or the receiver closes. */
  readonly signal: AbortSignal;
}

/** A crew's way through an order, as receipts: accepted, on site, resolved. A step that was refused is answered too. */
export async function answerOrder(what: ToAnswer): Promise<void> {
  const { baseUrl, token, acceptAfter, onSiteAfter, resolveAfter } = what.plan;
  const steps: readonly (readonly [ReceiptState, number])[] = [
    ['accepted', acceptAfter],
    ['on-site', onSiteAfter],
    ['resolved', resolveAfter],
  ];
  try {
    for (const [state, after] of steps) {
      await delay(after, undefined, { signal: what.signal });
      const base = typeof baseUrl === 'string' ? baseUrl : baseUrl();
      const url = `${base}/api/v1/orders/${encodeURIComponent(what.order)}/receipts`;
      await sendReceipt(url, receiptOf(what, state), { token, signal: what.signal });
    }
  } catch (error) {
    if (!what.signal.aborted) throw error;
  }
}

/** Made once for a step: its id is the same however often it is sent. */
function receiptOf({ message, party, street }: ToAnswer, state: ReceiptState): Record<string, string> {
  const id = [message, party, ...(street === null ? [] : [street]), state].join(':');
  return { id, party, ...(street === null ? {} : { street }), state, at: new Date().toISOString() };
}
