import { WEEKENDS_ONLY, localDate, type Calendar } from '../model/calendar.ts';
import type { City } from '../model/place.ts';
import type { Millis } from '../model/time.ts';
import { WorkedDays } from '../model/worked-days.ts';
import { ZoneOffsets } from '../model/zone-offsets.ts';

/** When a term of working days is over. */
export interface WorkingDayDue {
  readonly at: Millis;
  /** True when the term reaches into a year that the calendar does not cover: there only weekends were left out. */
  readonly assumed: boolean;
}

const DAY: Millis = 86_400_000;

/**
 * Working days of one city. A term of n working days is over at the end (`dayEnds`) of the n-th working day after its start; the
 * day of the start is left out, unless the calendar says `startDay: counted`, it is worked, and it has not ended yet. A moment
 * that the clock skips in spring is as much later, one that it shows twice in autumn is the first.
 *
 * W1 A term never ends on a day off.
 * W2 A later start never ends sooner, and a longer term ends later.
 * W3 `count` is the inverse of `due`: just before a term is over one day less has passed.
 */
export class WorkingDays {
  private readonly calendar: Calendar;
  private readonly offsets: ZoneOffsets;
  private readonly years: ReadonlySet<number>;
  private readonly worked: WorkedDays;

  /** @param zone an IANA name. */
  constructor(zone: string, calendar: Calendar = WEEKENDS_ONLY) {
    this.calendar = calendar;
    this.offsets = new ZoneOffsets(zone);
    this.years = new Set(calendar.years);
    this.worked = new WorkedDays(calendar);
  }

  /** @param days at least 1. */
  due(start: Millis, days: number): WorkingDayDue {
    let day = this.firstDay(start);
    let assumed = !this.isCovered(day);
    for (let left = days - (this.isWorked(day) ? 1 : 0); left > 0; left -= this.isWorked(day) ? 1 : 0) {
      day += 1;
      assumed ||= !this.isCovered(day);
    }
    return { at: this.endOf(day), assumed };
  }

  /** Working days of a term begun at `start` that are over at `at`; 0 when `at` is before it. */
  count(start: Millis, at: Millis): number {
    let passed = 0;
    for (let day = this.firstDay(start); this.endOf(day) <= at; day += 1) if (this.isWorked(day)) passed += 1;
    return passed;
  }

  /** Whether this day (since 1970-01-01) is worked. */
  isWorked(day: number): boolean {
    return this.worked.isWorked(day);
  }

  /** The local day of an instant, since 1970-01-01. */
  dayOf(at: Millis): number {
    return Math.floor((at + this.offsets.offsetAt(at)) / DAY);
  }

  private firstDay(start: Millis): number {
    const today = this.dayOf(start);
    return this.calendar.startDay === 'counted' && start < this.endOf(today) ? today : today + 1;
  }

  private isCovered(day: number): boolean {
    return this.years.has(Number(localDate(day).slice(0, 4)));
  }

  private endOf(day: number): Millis {
    const local = day * DAY + this.calendar.dayEnds;
    // Zones are less than a day from UTC: these two are the offsets before and after whatever change there is near.
    const before = local - this.offsets.offsetAt(local - DAY);
    const after = local - this.offsets.offsetAt(local + DAY);
    const shown = [Math.min(before, after), Math.max(before, after)].find((at) => at + this.offsets.offsetAt(at) === local);
    return shown ?? before;
  }
}

const known = new WeakMap<City, WorkingDays>();

/** Of this city; made once. */
export function workingDaysOf(city: City): WorkingDays {
  let days = known.get(city);
  if (days === undefined) {
    days = new WorkingDays(city.zone, city.calendar);
    known.set(city, days);
  }
  return days;
}
