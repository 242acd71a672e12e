import type { Millis } from '../../model/time.ts';
import { PointError } from './duck-fault.ts';

export const DAY: Millis = 86_400_000;
const NANOS = 1_000_000n;

/** The last millisecond that fits is of the year 2262. */
export const LAST: Millis = 9_223_372_036_853;

/** Works out `at` · 10⁶ + `nth`; neighbours often share their millisecond, and a BigInt is dear. */
export class Nanos {
  #at: Millis = 0;
  #ns = 0n;

  of(at: Millis, nth: number): bigint {
    if (at !== this.#at) {
      this.#ns = millisOf(at) * NANOS;
      this.#at = at;
    }
    if (nth === 0) return this.#ns;
    checkNth(nth);
    return this.#ns + BigInt(nth);
  }
}

function millisOf(at: Millis): bigint {
  checkTime(at);
  return BigInt(at);
}

export function checkTime(at: Millis): void {
  if (!Number.isInteger(at) || at < 0 || at > LAST) throw new PointError(`${at} is no time that can be kept.`);
}

export function checkNth(nth: number): void {
  if (!(nth >= 0 && nth < 1_000_000 && Number.isInteger(nth))) throw new PointError(`${nth} is no place in a millisecond, 0 to 999,999.`);
}

/** A bound of a span: what lies out of all time is cut to it. */
export function clamp(at: Millis): Millis {
  return Math.ceil(Math.min(Math.max(at, 0), LAST));
}

/** The same in nanoseconds, as it is written into a statement. */
export function boundOf(at: Millis): bigint {
  return BigInt(clamp(at)) * NANOS;
}

export function dayOf(at: Millis): number {
  return Math.floor(at / DAY);
}

/** How `ns` is read: two numbers that cost little, in place of a BigInt. */
export const MOMENT = '(ns // 1000000)::DOUBLE, (ns % 1000000)::INTEGER';
