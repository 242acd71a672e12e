import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Refusal } from '../model/problem.ts';
import { readCity } from './city-folder.ts';

const XUHUI = fileURLToPath(new URL('../../fixtures/xuhui', import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of Xuhui with another calendar; `null`: with none. */
function withCalendar(change: ((text: string) => string) | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'maibo-calendar-'));
  folders.push(folder);
  cpSync(XUHUI, folder, { recursive: true });
  const file = join(folder, 'calendar.json');
  if (change === null) rmSync(file);
  else writeFileSync(file, change(readFileSync(file, 'utf8')));
  return folder;
}

async function problemsOf(folder: string): Promise<string[]> {
  const refusal = await readCity(folder).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(refusal instanceof Refusal)) throw new Error('the calendar was not refused');
  for (const { message } of refusal.problems) expect(message.length).toBeGreaterThan(20);
  return refusal.problems.map(({ code, file, pointer }) => `${code} ${relative(folder, file)}${pointer}`);
}

describe('the calendar of a city', () => {
  test('has the days off and the worked weekends that the notices of 2025 and 2026 give', async () => {
    const { calendar } = await readCity(XUHUI);
    expect(calendar).toMatchObject({ years: [2025, 2026], weekend: [6, 7], dayEnds: 86_400_000, startDay: 'not-counted' });
    const daysOff = (year: string): number => calendar?.holidays.filter((date) => date.startsWith(year)).length ?? 0;
    // As the notices count them: 1 + 8 + 3 + 5 + 3 + 8, and 3 + 9 + 3 + 5 + 3 + 3 + 7.
    expect([daysOff('2025'), daysOff('2026')]).toEqual([28, 33]);
    expect(calendar?.workdays).toHaveLength(11);
    expect(calendar?.holidays).toContain('2026-02-23');
    expect(calendar?.holidays).not.toContain('2026-02-24');
  });

  test('may be absent', async () => {
    expect(await readCity(withCalendar(null))).not.toHaveProperty('calendar');
  });

  test('may name the last days of the year before, where a notice does', async () => {
    const folder = withCalendar((text) => text.replace('"from": "2025-01-01"', '"from": "2024-12-31"'));
    expect((await readCity(folder)).calendar?.holidays).toContain('2024-12-31');
  });

  test.each([
    ['a day that is none', '"from": "2026-04-04"', '"from": "2026-04-31"', 'city-calendar calendar.json/years/2026/holidays/2/from'],
    ['a day of another year', '"2026-05-09"', '"2025-05-10"', 'city-calendar calendar.json/years/2026/workdays/3'],
    [
      'a holiday that ends before it begins',
      '"to": "2026-05-05"',
      '"to": "2026-04-05"',
      'city-calendar calendar.json/years/2026/holidays/3/to',
    ],
    ['a holiday without end', '"to": "2026-02-23"', '"to": "2026-12-23"', 'city-calendar calendar.json/years/2026/holidays/1/to'],
    ['a weekday that is worked in exchange', '"2026-05-09"', '"2026-05-08"', 'city-calendar calendar.json/years/2026/workdays/3'],
    ['a day that is off and worked', '"2026-02-14"', '"2026-02-15"', 'city-calendar calendar.json/years/2026/workdays/1'],
    ['a day that is worked twice', '"2026-10-10"', '"2026-09-20"', 'city-calendar calendar.json/years/2026/workdays/5'],
    ['holidays that overlap', '"to": "2026-09-27"', '"to": "2026-10-02"', 'city-calendar calendar.json/years/2026/holidays/6'],
    ['an unknown day of the week', '"sunday"', '"sonntag"', 'city-schema calendar.json/weekend/1'],
    ['an end of the day that no clock shows', '"24:00"', '"25:00"', 'city-schema calendar.json/dayEnds'],
    ['a year that is none', '"2026": {', '"26": {', 'city-schema calendar.json/years/26'],
    ['a year without its source', '"source": "国务院办公厅关于2026', '"origin": "', 'city-schema calendar.json/years/2026'],
    ['a word that is not known', '"startDay": "not-counted"', '"startDay": "first"', 'city-schema calendar.json/startDay'],
    ['a year that stands twice', '"2026": {', '"2025": {', 'city-key-duplicate calendar.json/years/2025'],
    ['no JSON', '{\n', '', 'city-json calendar.json'],
  ])('%s is refused with file, pointer and mend', async (_, from, to, expected) => {
    expect(await problemsOf(withCalendar((text) => text.replace(from, to)))).toContain(expected);
  });
});
