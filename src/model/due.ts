import { formatDuration, parseDuration, type Millis } from './time.ts';

/** So many working days of the city; when that is, its calendar says. */
export interface WorkingDayTerm {
  readonly kind: 'working-days';
  readonly days: number;
}

/** How long a party has: a duration, or working days. */
export type DueTime = Millis | WorkingDayTerm;

/** The steps of an assignment that have a due time, in their order. */
export type DueStep = 'accept' | 'arrive' | 'close';

/** Reads `15m`, `1h30m`, or working days: `1wd` to `99wd`. @returns `null` when the text is neither. */
export function parseDue(text: string): DueTime | null {
  const [, days] = /^([1-9]\d?)wd$/.exec(text) ?? [];
  return days === undefined ? parseDuration(text) : { kind: 'working-days', days: Number(days) };
}

/** Writes what `parseDue` reads back. */
export function formatDue(due: DueTime): string {
  return typeof due === 'number' ? formatDuration(due) : `${due.days}wd`;
}
