import type { Millis } from './time.ts';

/** A day of the city, `2026-10-01`. */
export type LocalDate = string;

/** Which days of a city are worked. */
export interface Calendar {
  /** Years of which holidays and adjusted weekends are known; in others only weekends are left out. */
  readonly years: readonly number[];
  /** Days off that are no weekend by themselves, or are declared with one. */
  readonly holidays: readonly LocalDate[];
  /** Weekend days that are worked in exchange (调休). */
  readonly workdays: readonly LocalDate[];
  /** 1 Monday to 7 Sunday. */
  readonly weekend: readonly number[];
  /** When a working day ends, after local midnight; 24 hours: with the day. */
  readonly dayEnds: Millis;
  /** Whether the day on which a term begins is the first of it: `counted` only where it is worked and not yet over. */
  readonly startDay: 'not-counted' | 'counted';
}

const DAY: Millis = 86_400_000;

/** For a city without a calendar: no holiday is known, the day of the start is not counted, and a day ends at midnight. */
export const WEEKENDS_ONLY: Calendar = {
  years: [],
  holidays: [],
  workdays: [],
  weekend: [6, 7],
  dayEnds: DAY,
  startDay: 'not-counted',
};

/** Days since 1970-01-01, by the calendar alone; `null`: there is no such day. */
export function dayNumber(date: LocalDate): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? [];
  if (year === undefined) return null;
  const number = Date.UTC(Number(year), Number(month) - 1, Number(day)) / DAY;
  return localDate(number) === date ? number : null;
}

/** The inverse of `dayNumber`. */
export function localDate(day: number): LocalDate {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** 1 Monday to 7 Sunday. The epoch was a Thursday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}
