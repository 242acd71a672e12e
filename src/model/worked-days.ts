import { dayNumber, weekdayOf, type Calendar } from './calendar.ts';

/** Which days of a city are worked; of years that its calendar does not cover only the weekends are known. */
export class WorkedDays {
  private readonly weekend: readonly number[];
  private readonly holidays: ReadonlySet<number>;
  private readonly workdays: ReadonlySet<number>;

  constructor({ holidays, weekend, workdays }: Calendar) {
    this.weekend = weekend;
    this.holidays = daySet(holidays);
    this.workdays = daySet(workdays);
  }

  /** Whether this day (since 1970-01-01) is worked. */
  isWorked(day: number): boolean {
    if (this.workdays.has(day)) return true;
    return !this.holidays.has(day) && !this.weekend.includes(weekdayOf(day));
  }
}

/** The folder was checked: a date that is none does not get here. */
function daySet(dates: readonly string[]): Set<number> {
  return new Set(dates.flatMap((date) => dayNumber(date) ?? []));
}
