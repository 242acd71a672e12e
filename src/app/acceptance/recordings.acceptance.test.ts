import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Level } from '../../model/level.ts';
import { absentRecordings, atLeast, recordingFile, rowsOf, startRecordedRun, type FiredAlert, type RecordedRun } from './recorded-run.ts';

/*
 * Three years of Shanghai through `maibo serve --clock events`, over MQTT. What must come out is computed here from the CSV
 * by plain sums, knowing nothing of the engine.
 */
const HOUR = 3_600_000;
const EIGHT = 8 * HOUR;
const RAIN = 'weather/shanghai_weather_2012-2014.csv.gz';
const PM25 = 'air/shanghai_pm25_2012-2014.csv.gz';

interface Sample {
  readonly at: number;
  /** `null`: NA. */
  readonly value: number | null;
}

function samplesOf(recording: string, column: string): Sample[] {
  return rowsOf(recording).map((row) => {
    const [year, month, day, hour] = ['year', 'month', 'day', 'hour'].map((name) => Number(row[name])) as [number, number, number, number];
    return { at: Date.UTC(year, month - 1, day, hour) - EIGHT, value: row[column] === 'NA' ? null : Number(row[column]) };
  });
}

/** Sum of the hour and of those before it, at every hour; what was not measured adds nothing. */
function sums(samples: readonly Sample[], hours: number): Map<number, number> {
  const values = new Map(samples.map(({ at, value }) => [at, value ?? 0]));
  const sumAt = (at: number): number => Array.from({ length: hours }, (_, i) => values.get(at - i * HOUR) ?? 0).reduce((a, b) => a + b, 0);
  return new Map(samples.map(({ at }) => [at, Math.round(sumAt(at) * 1_000) / 1_000]));
}

function dayOf(at: number): string {
  return new Date(at + EIGHT).toISOString().slice(0, 10);
}

function hourOf(at: number): string {
  return new Date(at + EIGHT).toISOString().slice(0, 13);
}

const midnight = (day: string): number => Date.parse(`${day}T00:00:00+08:00`);
const covers = (alert: FiredAlert, at: number): boolean => alert.from <= at && at < alert.to;
const opened = (alerts: readonly FiredAlert[]): string[] => alerts.map(({ from, peak }) => `${hourOf(from)} ${peak}`);

/** A copy in which everything that was not measured is a sentinel instead. */
function withSentinels(recording: string, column: string, change: (cells: string, hour: string) => string): string {
  const rows = rowsOf(recording);
  const columns = Object.keys(rows[0] as object);
  const lines = rows.map((row, i) => {
    const hour = `${row['year']}-${row['month']?.padStart(2, '0')}-${row['day']?.padStart(2, '0')}T${row['hour']?.padStart(2, '0')}`;
    const sentinel = change(i % 2 === 0 ? '999990' : '-9999', hour);
    return columns.map((name) => (name === column && row[name] === 'NA' ? sentinel : row[name])).join();
  });
  const file = join(mkdtempSync(join(tmpdir(), 'maibo-sentinels-')), 'planted.csv');
  writeFileSync(file, `${columns.join()}\n${lines.join('\n')}\n`);
  return file;
}

async function playPlanted(file: string, map: string, rule: string): Promise<FiredAlert[]> {
  const run = await startRecordedRun();
  try {
    await run.play(file, map);
    return await run.fired(rule);
  } finally {
    await run.stop();
    rmSync(join(file, '..'), { recursive: true });
  }
}

const noRain = absentRecordings(
  [RAIN, 'weather/events.csv'],
  'that rainfall-1h opens in the five hours of 2012 to 2014 that reached 35 mm',
);

describe.skipIf(noRain !== '')(`the rain of Shanghai 2012 to 2014${noRain}`, () => {
  let run: RecordedRun;
  let samples: Sample[];
  beforeAll(async () => {
    run = await startRecordedRun();
    samples = samplesOf(RAIN, 'precipitation');
    expect(await run.play(recordingFile(RAIN), 'weather-shanghai')).toMatchObject({ readings: 26_304, reconnects: 0 });
  });
  afterAll(async () => expect(await run.stop()).toBe(0));

  it('opens rainfall-1h in exactly the hours that reach 35 mm, among them the cloudburst of 2013-09-13, 61.6 mm in hour 16', async () => {
    const expected = samples
      .filter(({ value }) => value !== null && value >= 35)
      .map(({ at, value }) => `${hourOf(at)} ${value !== null && value >= 50 ? 'yellow' : 'blue'}`);
    const alerts = opened(await run.fired('rainfall-1h'));
    expect(alerts).toEqual(expected);
    expect(alerts).toEqual([
      '2012-07-06T20 blue',
      '2012-08-20T14 blue',
      '2012-09-07T12 blue',
      '2013-08-01T16 blue',
      '2013-09-13T16 yellow',
    ]);
  });

  it('opens rainfall-6h on exactly the days on which six hours reach 50 mm, and stands in every such hour', async () => {
    const wet = [...sums(samples, 6)].filter(([, sum]) => sum >= 50).map(([at]) => at);
    const alerts = await run.fired('rainfall-6h');
    for (const at of wet)
      expect(
        alerts.some((alert) => covers(alert, at)),
        hourOf(at),
      ).toBe(true);
    for (const alert of alerts) expect(wet, opened([alert])[0]).toContain(alert.from);
    const blue = '2012-07-06T21 2013-06-07T18 2013-08-01T16 2013-09-13T16 2013-10-07T22 2014-06-01T14 2014-06-21T10 2014-08-08T19'.split(
      ' ',
    );
    expect(opened(alerts)).toEqual([...blue.map((hour) => `${hour} blue`), '2012-08-08T14 yellow', '2013-10-08T04 yellow'].sort());
  });

  it('of the six storms of events.csv one reaches a line of one hour and five a line of six: the others fell too evenly', async () => {
    const storms = rowsOf('weather/events.csv').filter(({ city }) => city === 'Shanghai');
    const [one, six] = [sums(samples, 1), sums(samples, 6)];
    const alerts = { one: await run.fired('rainfall-1h'), six: await run.fired('rainfall-6h') };
    const table = storms.map((storm) => {
      const begin = midnight(storm['local_date'] ?? '');
      const end = begin + (storm['event']?.includes('two days') === true ? 48 : 24) * HOUR;
      const most = (of: Map<number, number>): number =>
        Math.max(...[...of].filter(([at]) => at >= begin && at < end).map(([, sum]) => sum));
      const opens = (of: readonly FiredAlert[]): boolean => of.some(({ from }) => from >= begin && from < end);
      return [storm['local_date'], most(one), opens(alerts.one), most(six), opens(alerts.six)];
    });
    expect(table).toEqual([
      ['2012-08-08', 24.1, false, 84.3, true],
      ['2013-06-07', 16.7, false, 51.8, true],
      ['2013-09-13', 61.6, true, 74.6, true],
      ['2013-10-07', 18.9, false, 86.8, true],
      ['2014-06-21', 27.1, false, 58.2, true],
      ['2014-06-26', 16, false, 28.6, false],
    ]);
  });

  it('makes drills and nothing else', async () => {
    expect(await run.drills()).toBeGreaterThan(0);
  });

  it('opens nothing on sentinels: 999990 and −9999 in place of every NA change no alert of rain', async () => {
    const planted = await playPlanted(
      withSentinels(RAIN, 'precipitation', (sentinel) => sentinel),
      'weather-shanghai',
      'rainfall-1h',
    );
    expect(opened(planted)).toEqual(opened(await run.fired('rainfall-1h')));
  });

  it('control: a value that can be, in the place of one NA, does open one alert more', async () => {
    const { at } = samples.findLast(({ value }) => value === null) as Sample;
    const file = withSentinels(RAIN, 'precipitation', (sentinel, hour) => (hour === hourOf(at) ? '40' : sentinel));
    const planted = opened(await playPlanted(file, 'weather-shanghai', 'rainfall-1h'));
    expect(planted).toEqual([...opened(await run.fired('rainfall-1h')), `${hourOf(at)} blue`].sort());
  });
});

const noAir = absentRecordings(
  [PM25],
  'that pm25-1h stands on every day of the haze of December 2013, and that a spike of one hour opens nothing',
);

describe.skipIf(noAir !== '')(`the air of Shanghai 2012 to 2014${noAir}`, () => {
  const LINES: readonly (readonly [Level, number])[] = [
    ['blue', 60],
    ['yellow', 115],
    ['orange', 150],
    ['red', 250],
  ];
  let run: RecordedRun;
  let samples: Sample[];
  let alerts: FiredAlert[];
  beforeAll(async () => {
    run = await startRecordedRun();
    samples = samplesOf(PM25, 'PM_US Post');
    expect(await run.play(recordingFile(PM25), 'air-shanghai')).toMatchObject({ readings: 25_630, skipped: { 'no-value': 674 } });
    alerts = await run.fired('pm25-1h');
  });
  afterAll(async () => expect(await run.stop()).toBe(0));

  it.each(LINES)('reaches %s exactly where two readings, at most two hours apart, are at %i or more', (level, line) => {
    const measured = samples.filter((sample): sample is Sample & { value: number } => sample.value !== null);
    const held = measured.filter(({ at, value }, i) => {
      const before = measured[i - 1];
      return value >= line && before !== undefined && before.value >= line && at - before.at <= 2 * HOUR;
    });
    const reached = alerts.filter((alert) => atLeast(alert, level));
    for (const { at } of held)
      expect(
        reached.some((alert) => covers(alert, at)),
        hourOf(at),
      ).toBe(true);
    for (const alert of reached)
      expect(
        held.some(({ at }) => covers(alert, at)),
        opened([alert])[0],
      ).toBe(true);
  });

  it('stands at orange or red on each of the nine days of the great haze, 2013-12-01 to 09', () => {
    const days = Array.from({ length: 9 }, (_, i) => `2013-12-0${i + 1}`);
    const haze = alerts.filter((alert) => atLeast(alert, 'orange'));
    expect(days.filter((day) => haze.some(({ from, to }) => from < midnight(day) + 24 * HOUR && to > midnight(day)))).toEqual(days);
  });

  it('is not moved by a single hour: 650 at 2012-02-20, hour 6, leaves the blue of that night blue', () => {
    const at = Date.parse('2012-02-20T06:00:00+08:00');
    expect(samples.find((sample) => sample.at === at)?.value).toBe(650);
    expect(alerts.filter((alert) => covers(alert, at)).map(({ peak }) => peak)).toEqual(['blue']);
  });

  it('is red in the fireworks of 2013-02-10: three hours above 250 are more than the hold of one', () => {
    const red = alerts.filter((alert) => alert.peak === 'red' && covers(alert, Date.parse('2013-02-10T02:00:00+08:00')));
    expect(red).toHaveLength(1);
  });

  it('fires in no hour without a measurement, and in none where a sentinel was planted instead', async () => {
    const missing = new Set(samples.filter(({ value }) => value === null).map(({ at }) => at));
    const planted = await playPlanted(
      withSentinels(PM25, 'PM_US Post', (sentinel) => sentinel),
      'air-shanghai',
      'pm25-1h',
    );
    for (const { from } of [...alerts, ...planted]) expect(missing.has(from), hourOf(from)).toBe(false);
    expect([...new Set(planted.filter((a) => atLeast(a, 'orange')).map(({ from }) => dayOf(from)))]).toEqual([
      ...new Set(alerts.filter((a) => atLeast(a, 'orange')).map(({ from }) => dayOf(from))),
    ]);
  });

  it('makes drills and nothing else', async () => {
    expect(await run.drills()).toBeGreaterThan(0);
  });
});
