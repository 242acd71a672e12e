import { expect, test } from 'vitest';
import { dayNumber, WEEKENDS_ONLY } from './calendar.ts';
import { WorkedDays } from './worked-days.ts';

const day = (date: string): number => dayNumber(date) as number;

test('a holiday is not worked, a weekend that is worked in exchange is', () => {
  const days = new WorkedDays({ ...WEEKENDS_ONLY, years: [2026], holidays: ['2026-10-01'], workdays: ['2026-10-10'] });
  expect(['2026-09-30', '2026-10-01', '2026-10-10', '2026-10-11'].map((date) => days.isWorked(day(date)))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
