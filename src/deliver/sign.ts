import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../model/problem.ts';
import type { Millis } from '../model/time.ts';

/**
 * Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, keyed with the base64 after `whsec_`. While a secret is being
 * changed a message carries one signature for each secret, and a receiver may know several: one match is enough.
 */
export const TOLERANCE: Millis = 300_000;

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

export interface ToSign {
  readonly id: string;
  readonly at: Millis;
  readonly body: string | Uint8Array;
  readonly secrets: readonly string[];
}

/** The three headers of one attempt. The id stays the same over all attempts, the timestamp does not. */
export function signMessage({ id, at, body, secrets }: ToSign): SignatureHeaders {
  if (secrets.length === 0) throw new Refusal('webhook-secret-missing', 'a webhook needs at least one secret');
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = secrets.map((secret) => signatureOf(secret, `${id}.${timestamp}.`, body));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

export interface ToVerify {
  /** As Node gives them: names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as they came, before any parsing. */
  readonly body: string | Uint8Array;
  readonly secrets: readonly string[];
  readonly now: Millis;
  readonly tolerance?: Millis;
}

export type Verified =
  | { readonly kind: 'verified'; readonly id: string; readonly at: Millis }
  | {
      readonly kind: 'refused';
      readonly reason: 'header-missing' | 'timestamp-invalid' | 'timestamp-too-old' | 'timestamp-too-new' | 'signature-mismatch';
    };

export function verifySignature({ headers, body, secrets, now, tolerance = TOLERANCE }: ToVerify): Verified {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const given = headers['webhook-signature'];
  if (typeof id !== 'string' || id === '' || typeof timestamp !== 'string' || typeof given !== 'string')
    return { kind: 'refused', reason: 'header-missing' };
  if (!/^\d{1,11}$/.test(timestamp)) return { kind: 'refused', reason: 'timestamp-invalid' };
  const at = Number(timestamp) * 1_000;
  if (now - at > tolerance) return { kind: 'refused', reason: 'timestamp-too-old' };
  if (at - now > tolerance) return { kind: 'refused', reason: 'timestamp-too-new' };
  const candidates = given.split(' ');
  let matched = false;
  for (const secret of secrets) {
    const expected = signatureOf(secret, `${id}.${timestamp}.`, body);
    for (const candidate of candidates) if (sameText(candidate, expected)) matched = true;
  }
  return matched ? { kind: 'verified', id, at } : { kind: 'refused', reason: 'signature-mismatch' };
}

function signatureOf(secret: string, head: string, body: string | Uint8Array): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(head).update(body).digest('base64')}`;
}

function keyOf(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  // Buffer.from would skip what is no base64 and sign with a key that nobody gave.
  if (!BASE64.test(text)) throw new Refusal('webhook-secret-invalid', 'a webhook secret is whsec_ and base64');
  return Buffer.from(text, 'base64');
}

/** Compares the text, not the bytes it stands for: base64 has several spellings of one value. */
function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
