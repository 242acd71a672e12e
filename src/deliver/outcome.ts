import type { Outcome } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import { HOUR } from './backoff.ts';

/** What an HTTP answer means for a delivery. A redirect is never followed: the signed order goes where the operator said, or nowhere. */
export function outcomeOfAnswer(status: number, retryAfter: string | null, now: Millis): Outcome {
  if (status >= 200 && status < 300) return { kind: 'accepted', status };
  if (status === 429 || status === 408 || status >= 500)
    return { kind: 'retry', reason: `http-${status}`, status, wait: readRetryAfter(retryAfter, now) };
  return { kind: 'refused', reason: status >= 300 && status < 400 ? `redirect-${status}` : `http-${status}`, status };
}

/** No answer at all. */
export function outcomeOfFailure(reason: string): Outcome {
  return { kind: 'retry', reason, status: null, wait: null };
}

/** No attempt can ever succeed as this delivery is addressed (`status` 0: nothing was sent). */
export function outcomeOfMisfit(reason: string): Outcome {
  return { kind: 'refused', reason, status: 0 };
}

/** Seconds or an HTTP date; anything else counts as not said. At most an hour. */
export function readRetryAfter(value: string | null, now: Millis): Millis | null {
  if (value === null) return null;
  const text = value.trim();
  const wait = /^\d{1,15}$/.test(text) ? Number(text) * 1_000 : /^[A-Za-z]{3}/.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(wait) ? null : Math.min(HOUR, Math.max(0, wait));
}

/** Nobody listens to the topic. Where it is the only way to the party, it is tried again under this reason, and people are told. */
export const NO_SUBSCRIBER = 'no-subscriber';
