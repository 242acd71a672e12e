import { dayNumber, localDate, weekdayOf, type Calendar } from '../model/calendar.ts';
import type { Problem } from '../model/problem.ts';
import { WEEKDAYS, type RawCalendar } from './city-files.ts';

/** No notice gives a longer holiday; a wrong year in one date would. */
const LONGEST_HOLIDAY = 31;

interface Day {
  readonly day: number;
  readonly pointer: string;
}

/** Every date exists and stands in its year, no day is named twice, and only days of a weekend are worked in exchange. */
export function checkCalendar(calendar: RawCalendar, file: string): Problem[] {
  const problems: Problem[] = [];
  const say = (pointer: string, message: string): void => void problems.push({ code: 'city-calendar', file, pointer, message });
  const off: Day[] = [];
  const worked: Day[] = [];
  for (const [year, { holidays, workdays }] of Object.entries(calendar.years)) {
    const read = (date: string, pointer: string): number | null => readDay(date, Number(year), pointer, say);
    holidays.forEach(({ from, to }, i) => {
      const pointer = `/years/${year}/holidays/${i}`;
      const [first, last] = [read(from, `${pointer}/from`), read(to, `${pointer}/to`)];
      if (first === null || last === null) return;
      if (last < first) say(`${pointer}/to`, 'The last day of a holiday does not come before its first; exchange or correct them.');
      else if (last - first >= LONGEST_HOLIDAY) say(`${pointer}/to`, `A holiday has at most ${LONGEST_HOLIDAY} days; correct the dates.`);
      else for (let day = first; day <= last; day += 1) off.push({ day, pointer });
    });
    workdays.forEach((date, i) => {
      const pointer = `/years/${year}/workdays/${i}`;
      const day = read(date, pointer);
      if (day !== null) worked.push({ day, pointer });
    });
  }
  findDoubles([...off, ...worked], say);
  const weekend = weekendOf(calendar);
  for (const { day, pointer } of worked)
    if (!weekend.includes(weekdayOf(day)))
      say(pointer, `${localDate(day)} is no weekend and worked as it is; remove it or correct the date.`);
  return problems;
}

/** What the files say, day by day. */
export function buildCalendar(raw: RawCalendar): Calendar {
  const years = Object.entries(raw.years);
  const [hours = 0, minutes = 0] = raw.dayEnds.split(':').map(Number);
  return {
    years: years.map(([year]) => Number(year)),
    holidays: years.flatMap(([, { holidays }]) => holidays.flatMap(({ from, to }) => datesBetween(from, to))),
    workdays: years.flatMap(([, { workdays }]) => workdays),
    weekend: weekendOf(raw),
    dayEnds: (hours * 60 + minutes) * 60_000,
    startDay: raw.startDay,
  };
}

type Say = (pointer: string, message: string) => void;

/** A notice may also speak of the last days of the year before, when New Year's holiday begins in it. */
function readDay(date: string, year: number, pointer: string, say: Say): number | null {
  const day = dayNumber(date);
  if (day === null) say(pointer, 'There is no such day; correct the date.');
  else if (Number(date.slice(0, 4)) !== year && !date.startsWith(`${year - 1}-12-`))
    say(pointer, `The date is neither of ${year} nor of December before it; put it under its own year.`);
  else return day;
  return null;
}

function findDoubles(days: readonly Day[], say: Say): void {
  const seen = new Set<number>();
  const said = new Set<string>();
  for (const { day, pointer } of days) {
    if (seen.has(day) && !said.has(pointer)) {
      say(pointer, `${localDate(day)} stands here for the second time; a day is either off or worked, and named once.`);
      said.add(pointer);
    }
    seen.add(day);
  }
}

function weekendOf({ weekend }: RawCalendar): number[] {
  return weekend.map((day) => WEEKDAYS.indexOf(day) + 1);
}

function datesBetween(from: string, to: string): string[] {
  const [first, last] = [dayNumber(from), dayNumber(to)];
  if (first === null || last === null) return [];
  return Array.from({ length: last - first + 1 }, (_, i) => localDate(first + i));
}
