import type { Millis } from '../model/time.ts';

/** 1973-01-01 and 2100-01-01: wide enough for any recording, narrow enough to catch seconds given as milliseconds. */
export const EARLIEST: Millis = 94_694_400_000;
export const LATEST: Millis = 4_102_444_800_000;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY = 86_400_000;

/** `at` of a message: RFC 3339 with an offset, or epoch milliseconds. `null` when it is neither. */
export function readTimestamp(value: unknown): Millis | null {
  if (typeof value === 'number') return value >= EARLIEST && value < LATEST ? Math.floor(value) : null;
  return typeof value === 'string' ? parseRfc3339(value) : null;
}

/**
 * By hand because `Date.parse` takes local times, invents days (February 30) and costs half as much again.
 * A leap second is refused: no city sensor means it, and no epoch can say it.
 */
export function parseRfc3339(text: string): Millis | null {
  if (!hasShape(text)) return null;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  if (!(year >= 1973 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return null;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return null;
  const zone = afterFraction(text);
  if (zone < 0) return null;
  const offset = readOffset(text, zone);
  if (offset === null) return null;
  const clock = (hour * 3_600 + minute * 60 + second) * 1_000 + milliseconds(text, zone);
  return daysSinceEpoch(year, month, day) * DAY + clock - offset;
}

/** `….-..-..T..:..:..`, with `T`, `t` or a space between. */
function hasShape(text: string): boolean {
  if (text.length < 20 || text.length > 35 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false;
  const separator = text.charCodeAt(10);
  return (separator === 84 || separator === 116 || separator === 32) && text.charCodeAt(13) === 58 && text.charCodeAt(16) === 58;
}

/** Two digits, or NaN, which fails every comparison above. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS[month - 1] as number);
}

/** Days of the proleptic Gregorian calendar, years counted from March so that the leap day is the last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** Index of the zone; −1 when a fraction is empty or longer than nine digits. */
function afterFraction(text: string): number {
  if (text.charCodeAt(19) !== 46) return 19;
  let index = 20;
  while (index < text.length && isDigit(text.charCodeAt(index))) index += 1;
  return index > 20 && index <= 29 ? index : -1;
}

function milliseconds(text: string, zone: number): number {
  let total = 0;
  for (let index = 20, weight = 100; index < zone && weight >= 1; index += 1, weight /= 10) total += (text.charCodeAt(index) - 48) * weight;
  return total;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function readOffset(text: string, at: number): Millis | null {
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122) return text.length === at + 1 ? 0 : null;
  if ((sign !== 43 && sign !== 45) || text.length !== at + 6 || text.charCodeAt(at + 3) !== 58) return null;
  const hours = two(text, at + 1);
  const minutes = two(text, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return null;
  const offset = (hours * 60 + minutes) * 60_000;
  return sign === 43 ? offset : -offset;
}
