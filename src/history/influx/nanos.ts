import type { Millis } from '../../model/time.ts';

/** What the nanoseconds below a millisecond tell apart. */
export const PER_MILLI = 1_000_000;

/** A time as the server keeps it, and as we count: a Number would lose the last digits of the nanoseconds. */
export interface Instant {
  readonly at: Millis;
  readonly nth: number;
}

export function isInstant({ at, nth }: Instant): boolean {
  return Number.isSafeInteger(at) && Number.isInteger(nth) && nth >= 0 && nth < PER_MILLI;
}

/** `at` · 10⁶ + `nth` in decimal digits. */
export function toNanos({ at, nth }: Instant): string {
  // Digits can be put side by side only where there is no sign.
  if (at > 0) return `${at}${nth === 0 ? '000000' : String(nth).padStart(6, '0')}`;
  return String(BigInt(at) * BigInt(PER_MILLI) + BigInt(nth));
}

const SECONDS = 20;
const END_OF_SECONDS = 19;

/**
 * Reads a time as the server writes it unless it is asked for numbers: RFC 3339 in UTC with up to nine digits of a second,
 * zeros at the end left out. Asked for `epoch=ns` it would answer with numbers that JSON.parse rounds.
 */
export function fromRfc3339(text: string): Instant {
  const seconds = Date.parse(`${text.slice(0, END_OF_SECONDS)}Z`);
  const digits = text.length > SECONDS ? text.slice(SECONDS, text.endsWith('Z') ? -1 : undefined).padEnd(9, '0') : '000000000';
  return { at: seconds + Number(digits.slice(0, 3)), nth: Number(digits.slice(3)) };
}
