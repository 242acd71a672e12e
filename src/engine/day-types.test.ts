import { describe, expect, it } from 'vitest';
import { WEEKENDS_ONLY, type Calendar } from '../model/calendar.ts';
import type { Millis } from '../model/time.ts';
import { Engine } from './engine.ts';
import { cityOf, levelOf, ruleOf, sensorOf } from './test-rig.ts';

const DAY: Millis = 86_400_000;
/** A Monday, 08:00 in Shanghai. */
const START = Date.UTC(2026, 8, 7);
const sensor = sensorOf('s1');
/** The Saturday of the fourth week is worked, the Friday before it is not. */
const calendar: Calendar = { ...WEEKENDS_ONLY, years: [2026], holidays: ['2026-10-02'], workdays: ['2026-10-03'] };

/** What it says at 08:00 of a day, when worked days had 100 or 102 and days off 10 or 12 for more than three weeks. */
function said(today: number, x: number, over: { readonly days?: string; readonly calendar?: Calendar }): number | null {
  const params = {
    of: { fact: 'last', params: { of: 'x' } },
    slot: '1h',
    weeks: 4,
    ...(over.days === undefined ? {} : { days: over.days }),
  };
  const engine = new Engine();
  const rule = ruleOf({ value: { fact: 'robust-z', params }, levels: [levelOf('red', 3)] });
  const city = { ...cityOf([sensor]), ...(over.calendar === undefined ? {} : { calendar: over.calendar }) };
  engine.configure([rule], city, START, []);
  const say = (day: number, value: number): void => {
    const at = START + day * DAY;
    engine.advance(at, []);
    engine.observe({ sensor, values: { x: value }, at, receivedAt: at, gateway: null }, []);
  };
  for (let day = 0; day < 25; day += 1) say(day, (day % 7 < 5 ? 100 : 10) + (day % 2) * 2);
  say(today, x);
  return [...engine.standings('r1')][0]?.value ?? null;
}

const FRIDAY = 25;
const SATURDAY = 26;

describe('a baseline of days of one type', () => {
  it('takes a Saturday that is worked for a working day', () => {
    expect(Math.abs(said(SATURDAY, 101, { days: 'type', calendar }) ?? 99)).toBeLessThan(1);
    expect(said(SATURDAY, 11, { days: 'type', calendar })).toBeLessThan(-20);
  });

  it('takes a holiday for a day off', () => {
    expect(Math.abs(said(FRIDAY, 11, { days: 'type', calendar }) ?? 99)).toBeLessThan(1);
    expect(said(FRIDAY, 101, { days: 'type', calendar })).toBeGreaterThan(20);
  });

  it('knows weekends where the city has no calendar', () => {
    expect(Math.abs(said(SATURDAY, 11, { days: 'type' }) ?? 99)).toBeLessThan(1);
    expect(Math.abs(said(FRIDAY, 101, { days: 'type' }) ?? 99)).toBeLessThan(1);
  });

  it('control: the same day of the week is another matter', () => {
    expect(said(SATURDAY, 101, { calendar })).toBeGreaterThan(20);
    expect(said(SATURDAY, 101, { days: 'weekday', calendar })).toBeGreaterThan(20);
  });
});
