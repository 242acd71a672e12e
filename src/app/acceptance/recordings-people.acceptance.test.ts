import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  absentRecordings,
  atLeast,
  recordingFile,
  rowsOf,
  startRecordedRun,
  type FiredAlert,
  type RecordedRun,
  type SeenSensor,
} from './recorded-run.ts';

/*
 * A year of four real pedestrian counters, hourly. The capacities of the places that they stand in for are engineering
 * defaults of the sample city, chosen so that few ordinary days reach the first line (60 %).
 */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PEOPLE = 'people/melbourne_pedestrian_2015.csv.gz';
const EVENTS = 'people/events_2015.csv';
const PLACES: Readonly<Record<string, string>> = {
  'Birrarung Marr': 'xuhui-riverside',
  'Southern Cross': 'south-station',
  'Bourke St': 'xujiahui',
  'QV Market': 'caohejing-market',
};
const RIVERSIDE = 'people-riverside-01';
/** Time of Melbourne as the rows of the recording tell it: UTC of each local hour. */
type LocalTimes = ReadonlyMap<string, number>;

interface KnownEvent {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly places: readonly string[];
}

function localTimes(rows: readonly Record<string, string>[]): LocalTimes {
  return new Map(rows.map((row) => [`${row['local_date']} ${row['local_hour']?.padStart(2, '0')}`, Date.parse(row['ts_utc'] ?? '')]));
}

function knownEvents(times: LocalTimes): KnownEvent[] {
  const hour = (text: string, otherwise: string): number =>
    times.get(text.length > 10 ? text.slice(0, 13) : `${text} ${otherwise}`) as number;
  return rowsOf(EVENTS).map((row) => ({
    name: row['event'] ?? '',
    from: hour(row['local_start'] ?? '', '00'),
    to: hour(row['local_end'] ?? '', '23') + HOUR,
    places: (row['where'] ?? '').split('; ').map((name) => PLACES[name] as string),
  }));
}

const within = (alert: FiredAlert, { from, to, places }: KnownEvent): boolean =>
  alert.from >= from && alert.from < to && places.includes(alert.subject.place as string);

const absent = absentRecordings(
  [PEOPLE, EVENTS],
  'that ten of eleven known crowds raise venue-occupancy, and that two silences of 25 days are seen',
);

describe.skipIf(absent !== '')(`a year of pedestrians, Melbourne 2015${absent}`, () => {
  let run: RecordedRun;
  let rows: Record<string, string>[];
  let events: KnownEvent[];
  let alerts: FiredAlert[];
  const silentAt: Record<string, SeenSensor[]> = {};
  const offlineAt: Record<string, FiredAlert[]> = {};

  beforeAll(async () => {
    run = await startRecordedRun();
    rows = rowsOf(PEOPLE);
    events = knownEvents(localTimes(rows));
    let from = Date.parse('2014-12-01T00:00:00Z');
    for (const pause of ['2015-05-20T00:00:00Z', '2015-06-02T00:00:00Z', '2015-10-20T00:00:00Z', '2016-01-01T00:00:00Z']) {
      const to = Date.parse(pause);
      await run.play(recordingFile(PEOPLE), 'people-melbourne', { from, to });
      silentAt[pause] = await run.list<SeenSensor>('sensors?state=silent');
      offlineAt[pause] = (await run.fired('device-offline-rate')).filter(({ state }) => state === 'firing');
      from = to;
    }
    alerts = await run.fired('venue-occupancy');
  });
  afterAll(async () => expect(await run.stop()).toBe(0));

  it('raises ten of the eleven known crowds', () => {
    const raised = events.filter((event) => alerts.some((alert) => within(alert, event)));
    const missed = events.filter((event) => !raised.includes(event));
    expect(events).toHaveLength(11);
    expect(missed.map(({ name }) => name)).toEqual(['New Year night']);
  });

  it('cannot see New Year night in a number of people alone: its peak of 1,630 is an ordinary one, reached on 98 days', () => {
    const night = events[0] as KnownEvent;
    const count = (row: Record<string, string>): number => Number(row['count']);
    const marr = rows.filter((row) => row['sensor'] === 'Birrarung Marr');
    const at = (row: Record<string, string>): number => Date.parse(row['ts_utc'] as string);
    const peak = Math.max(...marr.filter((row) => at(row) >= night.from && at(row) < night.to).map(count));
    expect(peak).toBe(1_630);
    expect(new Set(marr.filter((row) => count(row) >= peak).map((row) => row['local_date'])).size).toBe(98);
  });

  it('alerts on 32 ordinary days of 365 as well, on nine of them high enough for an order; the commuters of two places never', () => {
    const others = alerts.filter((alert) => !events.some((event) => within(alert, event)));
    // Ten hours east of Greenwich; in summer eleven, but then nothing begins in the hour after midnight.
    const days = (of: readonly FiredAlert[]): number =>
      new Set(of.map(({ from }) => new Date(from + 10 * HOUR).toISOString().slice(0, 10))).size;
    expect([others.length, days(others), days(others.filter((alert) => atLeast(alert, 'orange')))]).toEqual([43, 32, 9]);
    expect(alerts.filter(({ subject }) => ['south-station', 'xujiahui'].includes(subject.place as string))).toEqual([]);
  });

  it.each([
    ['2015-05-20T00:00:00Z', '2015-05-06T13:00:00.000Z'],
    ['2015-10-20T00:00:00Z', '2015-10-05T12:00:00.000Z'],
  ])('shows at %s that the counter at the riverside is silent, and since when', (pause, lastSeen) => {
    expect(silentAt[pause]).toMatchObject([{ id: RIVERSIDE, lastSeen }]);
    expect(offlineAt[pause]).toMatchObject([{ peak: 'red', subject: { key: 'street:310104016/people-counter' } }]);
  });

  it('control: when it speaks again nothing is silent', () => {
    expect(silentAt['2015-06-02T00:00:00Z']).toEqual([]);
    expect(offlineAt['2015-06-02T00:00:00Z']).toEqual([]);
  });

  it('raises device-offline-rate three hours and ten minutes into each silence and ends it ten minutes after', async () => {
    const heard = rows.filter((row) => row['sensor'] === 'Birrarung Marr').map((row) => Date.parse(row['ts_utc'] as string));
    const gaps = heard.slice(1).flatMap((at, i) => (at - (heard[i] as number) > 3 * HOUR ? [[heard[i] as number, at] as const] : []));
    const silences = (await run.fired('device-offline-rate')).filter(({ subject }) => subject.key === 'street:310104016/people-counter');
    const TEN = 600_000;
    expect(silences.map(({ from, to }) => [from, to])).toEqual(gaps.map(([last, next]) => [last + 3 * HOUR + TEN, next + TEN]));
    expect(gaps.map(([last, next]) => (next - last) / HOUR)).toEqual([601, 625, 49, 121, 217]);
    expect(gaps.filter(([last, next]) => next - last > 25 * DAY)).toHaveLength(2);
  });

  it('raises no surge: an hourly count says nothing about fifteen minutes', async () => {
    expect(await run.fired('crowd-surge-rate')).toEqual([]);
  });

  it('makes drills and nothing else', async () => {
    expect(await run.drills()).toBeGreaterThan(0);
  });
});
