import { setTimeout as delay } from 'node:timers/promises';
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
  readonly order: string;
  readonly party: string;
  readonly street: string | null;
  /** Aborted when the order ended or the receiver closes. */
  readonly signal: AbortSignal;
}

const AGAIN_AFTER = 1_000;

/** A crew's way through an order, as receipts: accepted, on site, resolved. */
export async function answerOrder(what: ToAnswer): Promise<void> {
  const { acceptAfter, onSiteAfter, resolveAfter } = what.plan;
  const steps: readonly (readonly [ReceiptState, number])[] = [
    ['accepted', acceptAfter],
    ['on-site', onSiteAfter],
    ['resolved', resolveAfter],
  ];
  try {
    for (const [state, after] of steps) {
      await delay(after, undefined, { signal: what.signal });
      const body = receiptOf(what, state);
      while (!(await sendReceipt(what, body))) await delay(AGAIN_AFTER, undefined, { signal: what.signal });
    }
  } catch (error) {
    if (!what.signal.aborted) throw error;
  }
}

/** Made once for a step: its id is the same however often it is sent. */
function receiptOf({ order, party, street }: ToAnswer, state: ReceiptState): string {
  const id = [order, party, ...(street === null ? [] : [street]), state].join(':');
  return JSON.stringify({ id, party, ...(street === null ? {} : { street }), state, at: new Date().toISOString() });
}

/** @returns whether it was answered; a step that was refused (409) is answered too. */
async function sendReceipt({ plan, order, signal }: ToAnswer, body: string): Promise<boolean> {
  const base = typeof plan.baseUrl === 'string' ? plan.baseUrl : plan.baseUrl();
  try {
    const response = await fetch(`${base}/api/v1/orders/${encodeURIComponent(order)}/receipts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(plan.token === undefined ? {} : { authorization: `Bearer ${plan.token}` }) },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
    await response.body?.cancel();
    return response.status < 500 && response.status !== 429;
  } catch {
    return signal.aborted;
  }
}
