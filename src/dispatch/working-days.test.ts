import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCalendar } from '../config/city-calendar.ts';
import type { RawCalendar } from '../config/city-files.ts';
import { WEEKENDS_ONLY, dayNumber, localDate, weekdayOf, type Calendar } from '../model/calendar.ts';
import { WorkingDays } from './working-days.ts';

const XUHUI = buildCalendar(
  JSON.parse(readFileSync(new URL('../../fixtures/xuhui/calendar.json', import.meta.url), 'utf8')) as RawCalendar,
);
const SHANGHAI = 'Asia/Shanghai';
const ZONES = ['Asia/Shanghai', 'Europe/Berlin', 'America/Sao_Paulo', 'Africa/Cairo', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];

/** What a clock on the wall shows, `2026-10-08 24:00` where the day has just ended. */
function shown(at: number, zone: string): string {
  const before = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at - 1);
  if (before.endsWith('23:59')) return `${before.slice(0, 10)} 24:00`;
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at);
}

function dueIn(start: string, days: number, over: Partial<Calendar> = {}, zone = SHANGHAI): string {
  const { at, assumed } = new WorkingDays(zone, { ...XUHUI, ...over }).due(Date.parse(start), days);
  return `${shown(at, zone)}${assumed ? ' assumed' : ''}`;
}

describe('working days of Shanghai', () => {
  test.each([
    ['a Monday: the next day', '2026-11-23T08:00:00+08:00', 1, '2026-11-24 24:00'],
    ['a minute before midnight: still the next day', '2026-11-23T23:59:00+08:00', 1, '2026-11-24 24:00'],
    ['at midnight the new day is the start', '2026-11-24T00:00:00+08:00', 1, '2026-11-25 24:00'],
    ['a Friday: over the weekend', '2026-11-27T16:00:00+08:00', 1, '2026-11-30 24:00'],
    ['a Saturday: the Monday', '2026-11-28T09:00:00+08:00', 1, '2026-11-30 24:00'],
    ['five working days are a week', '2026-11-23T08:00:00+08:00', 5, '2026-11-30 24:00'],
    ['fifteen are three weeks', '2026-11-23T08:00:00+08:00', 15, '2026-12-14 24:00'],
    ['the eve of National Day 2026: after the seventh', '2026-09-30T10:00:00+08:00', 1, '2026-10-08 24:00'],
    ['the third day on from there is the Saturday that is worked', '2026-09-30T10:00:00+08:00', 3, '2026-10-10 24:00'],
    ['and the fourth is the Monday after it', '2026-09-30T10:00:00+08:00', 4, '2026-10-12 24:00'],
    ['in the middle of National Day', '2026-10-03T10:00:00+08:00', 1, '2026-10-08 24:00'],
    ['the Sunday of September that is worked', '2026-09-18T10:00:00+08:00', 1, '2026-09-20 24:00'],
    ['the eve of Spring Festival 2026 is a worked Saturday', '2026-02-13T10:00:00+08:00', 1, '2026-02-14 24:00'],
    ['after it nine days are off', '2026-02-13T10:00:00+08:00', 2, '2026-02-24 24:00'],
    ['five days from there take in the worked Saturday', '2026-02-14T10:00:00+08:00', 5, '2026-02-28 24:00'],
    ['Spring Festival 2025', '2025-01-24T10:00:00+08:00', 1, '2025-01-26 24:00'],
    ['and its second day', '2025-01-24T10:00:00+08:00', 2, '2025-01-27 24:00'],
    ['and its third, after the eight days off', '2025-01-24T10:00:00+08:00', 3, '2025-02-05 24:00'],
    ['National Day and Mid-Autumn 2025', '2025-09-30T10:00:00+08:00', 2, '2025-10-10 24:00'],
    ['with their worked Saturday', '2025-09-30T10:00:00+08:00', 3, '2025-10-11 24:00'],
    ['New Year from a covered year into a covered year', '2025-12-31T10:00:00+08:00', 1, '2026-01-04 24:00'],
    ['the last of the years that are known', '2026-12-30T10:00:00+08:00', 1, '2026-12-31 24:00'],
    ['what reaches beyond them is said to be assumed', '2026-12-31T10:00:00+08:00', 1, '2027-01-01 24:00 assumed'],
    ['so is all that lies there', '2027-10-01T10:00:00+08:00', 1, '2027-10-04 24:00 assumed'],
    ['also before them', '2024-02-28T10:00:00+08:00', 1, '2024-02-29 24:00 assumed'],
  ])('%s', (_, start, days, expected) => expect(dueIn(start, days)).toBe(expected));

  test('where business closes a term is over then, and the day may be counted from the morning', () => {
    const office = { dayEnds: (17 * 60 + 30) * 60_000 };
    expect(dueIn('2026-11-23T08:00:00+08:00', 1, office)).toBe('2026-11-24 17:30');
    const counted = { ...office, startDay: 'counted' } as const;
    expect(dueIn('2026-11-23T08:00:00+08:00', 1, counted)).toBe('2026-11-23 17:30');
    expect(dueIn('2026-11-23T17:30:00+08:00', 1, counted)).toBe('2026-11-24 17:30');
    expect(dueIn('2026-11-28T08:00:00+08:00', 1, counted)).toBe('2026-11-30 17:30');
  });

  test('a weekend is what the calendar says it is', () => {
    expect(dueIn('2026-11-26T08:00:00+08:00', 1, { weekend: [5, 6] })).toBe('2026-11-29 24:00');
  });

  test('without the worked weekends the same terms end later: the calendar is what decides', () => {
    expect(dueIn('2026-09-30T10:00:00+08:00', 3, { workdays: [] })).toBe('2026-10-12 24:00');
    expect(dueIn('2026-09-30T10:00:00+08:00', 1, { holidays: [] })).toBe('2026-10-01 24:00');
  });

  test('a leap day is a day, and a common year has none', () => {
    expect(dueIn('2028-02-28T10:00:00+08:00', 1)).toBe('2028-02-29 24:00 assumed');
    expect(dueIn('2027-02-26T10:00:00+08:00', 1)).toBe('2027-03-01 24:00 assumed');
    expect(dayNumber('2027-02-29')).toBeNull();
    expect(localDate((dayNumber('2028-02-29') ?? 0) + 1)).toBe('2028-03-01');
  });
});

describe('working days where the clock is changed', () => {
  test('the day of the change ends an hour of the clock sooner or later, and at its own midnight', () => {
    const berlin = new WorkingDays('Europe/Berlin', { ...WEEKENDS_ONLY, weekend: [6] });
    // 2026-03-29 has 23 hours, 2026-10-25 has 25.
    expect(new Date(berlin.due(Date.parse('2026-03-27T12:00:00Z'), 1).at).toISOString()).toBe('2026-03-29T22:00:00.000Z');
    expect(new Date(berlin.due(Date.parse('2026-10-23T12:00:00Z'), 1).at).toISOString()).toBe('2026-10-25T23:00:00.000Z');
  });

  test('a midnight that the clock skips is the moment of the change', () => {
    // In Cairo the clock goes from 24:00 of 2026-04-23 to 01:00.
    const cairo = new WorkingDays('Africa/Cairo', { ...WEEKENDS_ONLY, weekend: [5, 6] });
    expect(new Date(cairo.due(Date.parse('2026-04-22T12:00:00Z'), 1).at).toISOString()).toBe('2026-04-23T22:00:00.000Z');
  });

  test('a close of business that the clock shows twice is the first, one that it skips is as much later', () => {
    const at = (dayEnds: number) => new WorkingDays('Europe/Berlin', { ...WEEKENDS_ONLY, weekend: [6], dayEnds: dayEnds * 60_000 });
    expect(new Date(at(150).due(Date.parse('2026-10-23T12:00:00Z'), 1).at).toISOString()).toBe('2026-10-25T00:30:00.000Z');
    expect(new Date(at(150).due(Date.parse('2026-03-27T12:00:00Z'), 1).at).toISOString()).toBe('2026-03-29T01:30:00.000Z');
  });
});

const FROM = Date.parse('2024-12-01T00:00:00Z');
const TO = Date.parse('2028-03-10T00:00:00Z');
const at = fc.integer({ min: FROM, max: TO });
const term = fc.integer({ min: 1, max: 40 });
const zone = fc.constantFrom(...ZONES);
const calendar = fc.record({
  dayEnds: fc.constantFrom(24 * 60, 17 * 60 + 30, 2 * 60 + 30).map((minutes) => minutes * 60_000),
  startDay: fc.constantFrom<Calendar['startDay'][]>('counted', 'not-counted'),
  weekend: fc.constantFrom<number[][]>([6, 7], [5, 6], [7]),
});

describe('working days, whatever the zone and the calendar', () => {
  test('W1 A term never ends on a day off', () => {
    fc.assert(
      fc.property(at, term, zone, calendar, (start, days, where, over) => {
        const working = new WorkingDays(where, { ...XUHUI, ...over });
        const day = working.dayOf(working.due(start, days).at - 1);
        const date = localDate(day);
        expect(XUHUI.workdays.includes(date) || (!XUHUI.holidays.includes(date) && !over.weekend.includes(weekdayOf(day)))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test('W2 A later start never ends sooner, and a longer term ends later', () => {
    fc.assert(
      fc.property(at, at, term, fc.tuple(zone, calendar), (one, other, days, [where, over]) => {
        const working = new WorkingDays(where, { ...XUHUI, ...over });
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        expect(working.due(late, days).at).toBeGreaterThanOrEqual(working.due(early, days).at);
        expect(working.due(early, days + 1).at).toBeGreaterThan(working.due(early, days).at);
        expect(working.due(early, days).at).toBeGreaterThan(early);
      }),
      { numRuns: 400 },
    );
  });

  test('W3 `count` is the inverse of `due`: just before a term is over one day less has passed', () => {
    fc.assert(
      fc.property(at, term, zone, calendar, (start, days, where, over) => {
        const working = new WorkingDays(where, { ...XUHUI, ...over });
        const due = working.due(start, days).at;
        expect(working.count(start, due)).toBe(days);
        expect(working.count(start, due - 1)).toBe(days - 1);
        expect(working.count(start, start)).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  test('it is assumed exactly when a day of an unlisted year was looked at', () => {
    fc.assert(
      fc.property(at, term, (start, days) => {
        const working = new WorkingDays(SHANGHAI, XUHUI);
        const due = working.due(start, days);
        const first = Number(localDate(working.dayOf(start) + 1).slice(0, 4));
        const last = Number(localDate(working.dayOf(due.at - 1)).slice(0, 4));
        expect(due.assumed).toBe(first < 2025 || last > 2026);
      }),
      { numRuns: 400 },
    );
  });
});
