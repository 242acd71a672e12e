import type { Millis } from '../model/time.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;

/** Eager first, because most faults last seconds; then hourly without end, because an order must arrive at last. */
const SCHEDULE: readonly Millis[] = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
];
const JITTER = 0.2;

/**
 * How long to wait after the attempt with this number (the first is 1), ± 20 %.
 * @param random in [0, 1)
 */
export function backoff(attempt: number, random: number): Millis {
  const wait = SCHEDULE[Math.max(1, attempt) - 1] ?? HOUR;
  return Math.round(wait * (1 - JITTER + 2 * JITTER * random));
}

/**
 * What the receiver asked for with Retry-After wins over the schedule, but at least a second and at most an hour; the
 * jitter only adds, so that nobody is early.
 */
export function retryWait(attempt: number, asked: Millis | null, random: number): Millis {
  if (asked === null) return backoff(attempt, random);
  return Math.round(Math.min(HOUR, Math.max(SECOND, asked)) * (1 + JITTER * random));
}
