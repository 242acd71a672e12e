import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlertPoint, HistoryPoint, ReadingPoint, SignPoint } from '../../model/history-point.ts';
import type { HistoryStore } from '../history-store.ts';
import type { SeriesName } from '../../model/series.ts';
import { pointsOf } from '../test-reading-blocks.ts';
import { describeStore } from '../test-store-contract.ts';
import { createInfluxStore } from './influx-store.ts';
import { ABSENT, hasInfluxd, TestServer } from './test-influx-server.ts';

vi.setConfig({ testTimeout: 60_000 });

const AT = 1_780_000_000_000;
const HOUR = 3_600_000;
const START = { offset: 0, audit: 0 };
const ALL = { from: 0, to: 2 * AT };
const PLACE = { place: 'p1', street: 's1' };

function reading(part: Partial<ReadingPoint> = {}): ReadingPoint {
  const at = part.at ?? AT;
  const base = { kind: 'reading', at, nth: 0, sensor: 'a', measure: 'pm25', value: 1, test: false, gateway: 'g', ...PLACE } as const;
  return { ...base, receivedAt: at + 5, order: 0, ...part };
}
const sign = (part: Partial<SignPoint>): SignPoint => ({
  kind: 'sign',
  at: AT,
  nth: 0,
  sign: 'air',
  key: 'p1',
  level: 'red',
  value: 7,
  ...PLACE,
  ...part,
});
const alert = (part: Partial<AlertPoint>): AlertPoint => {
  const what = { alert: 'al_1', rule: 'air', version: 3, key: 'p1', state: 'firing', level: 'red', value: 61.5 } as const;
  return { kind: 'alert', at: AT, nth: 0, ...what, ...PLACE, ...part };
};

describe.skipIf(!hasInfluxd())(`a real InfluxDB 1.6${hasInfluxd() ? '' : ` (${ABSENT})`}`, () => {
  describeStore('under the contract of every store', {
    nature: { cursor: 'behind', answers: 'everything', retention: 'of-the-server', repeats: 'once' },
    open: () => Promise.resolve(openStore()),
    numbers: (sensor) => server.numbersOf(sensor, `test${database}`),
  });

  let server: TestServer;
  let store: HistoryStore;
  let database = 0;
  let now = AT;

  beforeAll(async () => {
    server = await TestServer.influxd();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    database += 1;
    await server.ask(`CREATE DATABASE "test${database}"`);
    store = openStore();
    return () => store.close();
  });
  const openStore = (): HistoryStore =>
    createInfluxStore({ url: server.url, token: null, org: null, bucket: `test${database}`, api: 'v1', now: () => now });
  const keep = (...points: HistoryPoint[]): Promise<void> => store.write(points, START);

  const allReadings = (span = ALL, measures: readonly string[] | null = null): Promise<ReadingPoint[]> =>
    pointsOf(store.arrivals(span, measures));
  const raw = (series: SeriesName, limit = 100) => store.series({ series, ...ALL, step: null, limit });

  describe('H1: what is written is there', () => {
    it('a point that is too old for the server is refused with its own words', async () => {
      await server.ask(`CREATE RETENTION POLICY short ON test${database} DURATION 1h REPLICATION 1 DEFAULT`);
      const old = reading({ at: AT / 2 });
      await expect(keep(old)).rejects.toMatchObject({ kind: 'refused', said: expect.stringContaining('beyond retention policy') });
    });

    it('a field of another type is refused with the words of the server', async () => {
      await fetch(`${server.url}/write?db=test${database}`, { method: 'POST', body: `reading,sensor=x value="text" ${AT}000000` });
      await expect(keep(reading())).rejects.toMatchObject({ kind: 'refused', said: expect.stringContaining('field type conflict') });
    });

    it('a database that is not there waits for a person', async () => {
      await server.ask(`DROP DATABASE "test${database}"`);
      await expect(keep(reading())).rejects.toMatchObject({ kind: 'forbidden', said: expect.stringContaining('database not found') });
      await expect(store.cursor()).rejects.toMatchObject({ kind: 'forbidden' });
    });

    it('a server that was killed is unreachable, and has all when it is back', async () => {
      await keep(reading());
      await server.kill();
      await expect(keep(reading({ at: AT + 1 }))).rejects.toMatchObject({ kind: 'unreachable' });
      await expect(store.cursor()).rejects.toMatchObject({ kind: 'unreachable' });
      await server.restart();
      await keep(reading({ at: AT + 1 }));
      expect((await allReadings()).map(({ at }) => at)).toEqual([AT, AT + 1]);
    });
  });

  describe('H2: written twice is there once', () => {
    it('with the marks of late ones', async () => {
      const points = [reading(), reading({ at: AT + 1, receivedAt: AT + HOUR })];
      await keep(...points);
      await keep(...points, ...points);
      expect(await allReadings()).toEqual(points);
      expect(await server.ask('SELECT count("minutes") FROM "straggler"', `test${database}`)).toMatchObject({
        results: [{ series: [{ values: [[expect.anything(), 1]] }] }],
      });
    });
  });

  describe('H3: what is read back is what was written', () => {
    it('flags and texts with line breaks, commas, quotes and emoji', async () => {
      const values = [
        true,
        false,
        '',
        'line 1\nline 2\r\n',
        'a,b=c d',
        `"'\\`,
        '\\n',
        '100%',
        '%0A',
        '😀 水位',
        '\u0000',
        'true',
        '1',
        'x\\',
      ];
      const points = values.map((value, nth) => reading({ nth, value }));
      await keep(...points);
      expect(await allReadings()).toEqual(points);
    });

    it('where nobody said a place, there is none', async () => {
      const points = [reading({ place: null, street: null }), reading({ place: '', street: 's', nth: 1, test: true })];
      await keep(...points);
      expect(await allReadings()).toEqual(points);
    });
  });

  describe('a name from outside is a name, and no query', () => {
    const hostile = [
      `'`,
      `"`,
      `\\`,
      `\\'`,
      `a\nb`,
      `' OR 1=1 --`,
      `x'; DROP DATABASE "test1"; --`,
      `a,b=c d`,
      '',
      '%',
      '%0A',
      '水😀',
      `\\\\'\n"`,
      '/.*/',
      '$x',
    ];

    it.each(hostile)('sensor and measure %j', async (name) => {
      await keep(reading({ sensor: name, measure: name, value: 42 }), reading({ sensor: 'other', measure: 'other', value: 1 }));
      expect((await raw({ kind: 'reading', sensor: name, measure: name })).samples).toEqual([
        { kind: 'sample', at: AT, value: 42, level: null },
      ]);
      expect((await allReadings(ALL, [name])).map(({ sensor }) => sensor)).toEqual([name]);
    });

    it.each(hostile)('rule and key %j', async (name) => {
      await keep(
        alert({ rule: name, key: name, alert: name }),
        alert({ rule: 'other', key: 'other' }),
        sign({ sign: name, key: name }),
        sign({ key: 'other' }),
      );
      expect(await store.alertSteps({ ...ALL, rule: name, key: name, limit: 9 })).toEqual([alert({ rule: name, key: name, alert: name })]);
      expect((await raw({ kind: 'sign', sign: name, key: name })).samples).toHaveLength(1);
    });

    it('any two texts', async () => {
      const text = fc.string({ unit: 'grapheme', maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(text, text, async (sensor, measure) => {
          await keep(reading({ sensor, measure }));
          expect((await raw({ kind: 'reading', sensor, measure })).samples).toHaveLength(1);
        }),
        { numRuns: 40 },
      );
    });
  });

  describe('readings in the order of their arrival', () => {
    it('however late they come, or early, and across gaps', async () => {
      const late = [0, 1, 59_999, 60_000, 60_001, 119_999, 120_000, HOUR, 26 * HOUR, 400 * 24 * HOUR, -1, -60_000, -60_001, -3 * HOUR];
      const points = late.flatMap((by, n) =>
        [AT, AT + 40 * 24 * HOUR].map((base) => reading({ sensor: `s${n}`, at: base + n - by, receivedAt: base + n })),
      );
      points.sort((a, b) => a.receivedAt - b.receivedAt);
      await keep(...points);
      expect(await allReadings()).toEqual(points);
      expect(await allReadings({ from: AT + 3, to: AT + 9 })).toEqual(points.slice(3, 9));
    });

    it('later by longer than a mark can say', async () => {
      const point = reading({ at: 5_000, receivedAt: AT });
      await keep(point);
      expect(await allReadings({ from: AT, to: AT + 1 })).toEqual([point]);
    });

    it('by arrival to the last place of a millisecond, then measurement, then sensor; and only the measures that were asked for', async () => {
      const receivedAt = AT + 100;
      const points = [
        reading({ at: AT, nth: 0, sensor: 'b', receivedAt }),
        reading({ at: AT, nth: 1, sensor: 'a', receivedAt }),
        reading({ at: AT, nth: 1, sensor: 'b', measure: 'noise', receivedAt }),
        reading({ at: AT + 1, sensor: 'a', measure: 'pm10', receivedAt }),
        reading({ at: AT, sensor: '0', measure: 'so2', receivedAt, order: 1 }),
        reading({ at: AT - 1, sensor: '0', measure: 'so2', receivedAt, order: 999_998 }),
        reading({ at: AT - 2, sensor: '0', measure: 'so2', receivedAt, order: 999_999 }),
      ];
      await keep(...[...points].reverse());
      expect(await allReadings()).toEqual(points);
      expect(await allReadings(ALL, ['noise', 'pm10'])).toEqual(points.slice(2, 4));
      expect(await allReadings(ALL, [])).toEqual([]);
    });
  });

  describe('the cursor', () => {
    it('claims only what has been acknowledged before, and is ten seconds behind', async () => {
      for (const offset of [1, 2, 3, 4]) {
        now += 6_000;
        await store.write([reading({ at: AT + offset })], { offset, audit: 10 * offset });
      }
      // Sent with the next request: 1 at 12 s, 2 at 18 s, 3 at 24 s.
      expect(await openStore().cursor()).toEqual({ offset: 1, audit: 10 });
      now += 60_000;
      await store.close();
      expect(await openStore().cursor()).toEqual({ offset: 3, audit: 30 });
    });

    it('of a write that failed is never claimed', async () => {
      await store.write([reading()], { offset: 1, audit: 1 });
      await expect(store.write([reading({ value: Number.NaN })], { offset: 2, audit: 2 })).rejects.toMatchObject({ kind: 'refused' });
      now += 60_000;
      await store.write([], { offset: 1, audit: 1 });
      now += 60_000;
      await store.write([reading()], { offset: 3, audit: 3 });
      expect(await openStore().cursor()).toBeNull();
      await store.close();
      expect(await openStore().cursor()).toEqual({ offset: 1, audit: 1 });
    });

    it('is never less than what the log was allowed to let go, however seldom it is written, and after a fall', async () => {
      expect(store.settled).toBeNull();
      for (const [offset, passed] of [1, 2_000, 60_000, 500, 8_000, 3_000, 120_000, 11_000, 4_000, 7_000].entries()) {
        now += passed;
        await store.write([reading({ at: AT + offset })], { offset, audit: offset });
        expect(store.settled?.offset ?? -1).toBeLessThanOrEqual((await openStore().cursor())?.offset ?? -1);
      }
      expect(store.settled?.offset).toBeGreaterThan(3);
      // It lost its last moments, and stands again: it asks for what it lost.
      await server.ask(`DELETE FROM maibo_cursor WHERE time > ${now - 13_000}ms`, `test${database}`);
      const found = await store.cursor();
      expect(store.settled).toEqual(found);
      await store.write([reading()], { offset: 5, audit: 5 });
      expect(store.settled?.offset ?? -1).toBeLessThanOrEqual((await openStore().cursor())?.offset ?? -1);
    });

    it('is told to the server also when that is all there is to tell, so that a server which takes nothing is known', async () => {
      await store.write([reading()], { offset: 1, audit: 1 });
      await store.write([], { offset: 1, audit: 1 });
      await store.write([], { offset: 1, audit: 1 });
      await server.ask(`DROP DATABASE "test${database}"`);
      await expect(store.write([], { offset: 1, audit: 1 })).rejects.toMatchObject({ kind: 'forbidden' });
    });

    it('of an empty store is none', async () => {
      expect(await store.cursor()).toBeNull();
    });
  });
});
