import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HistoryPoint, ReadingPoint } from '../model/history-point.ts';
import type { ReadingBlock } from '../model/reading-block.ts';
import type { Scalar } from '../model/text.ts';
import type { HistoryCursor, HistoryStore } from './history-store.ts';
import type { Sample, SeriesName, Span } from '../model/series.ts';
import { pointsOf } from './test-reading-blocks.ts';
import { alert, DAY, HOUR, MINUTE, order, reading, sign, T0 } from './test-points.ts';
import type { TestedStore } from './test-store-nature.ts';
import { silent, writing } from './test-store-writing.ts';

const CURSOR: HistoryCursor = { offset: 7, audit: 3 };
const EVER: Span = { from: 0, to: T0 + 1_000 * DAY };
const PM25: SeriesName = { kind: 'reading', sensor: 'pm-1', measure: 'pm25' };
const SIGN: SeriesName = { kind: 'sign', sign: 'air-pm25', key: 'street:310104014' };
const FOR_EVER = { raw: null, minute: null, hour: null, steps: null, bytes: null };
/** Names that a format of lines would have to escape. */
const WILD = { sensor: 'pm 1,a=b "c"', measure: '温度 °C', place: "it's, here", street: null, gateway: 'gw\\1' };

let store: HistoryStore;

/** The promises of a `HistoryStore`, as tests, over any of them. */
export function describeStore(name: string, tested: TestedStore): void {
  describe(name, () => {
    beforeEach(async () => {
      store = await tested.open();
    });
    afterEach(() => store.close());

    const { answers, retention } = tested.nature;
    describe('H1: what is written is there', () => writing(() => store, tested));
    if (answers === 'nothing') return void describe('it answers nothing', () => silent(() => store));
    describe('series', seriesOfReadings);
    describe('series in buckets', buckets);
    describe('series of signs', seriesOfSigns);
    describe('steps', steps);
    describe('H3: what is read back is what was written', readBack);
    describe('arrivals', arrivals);
    describe('keep', retention === 'own' ? keeping : keptByTheServer);
  });
}

function seriesOfReadings(): void {
  test('samples come in the order of time, whatever the order of writing', async () => {
    await write(reading({ at: T0 + 2, value: 3 }), reading({ at: T0, value: 1 }), reading({ at: T0 + 1, value: 2 }));
    expect(await samples(PM25, null)).toEqual([
      { kind: 'sample', at: T0, value: 1, level: null },
      { kind: 'sample', at: T0 + 1, value: 2, level: null },
      { kind: 'sample', at: T0 + 2, value: 3, level: null },
    ]);
  });

  test('a span has its beginning in it, and not its end', async () => {
    await write(...[0, 1, 2, 3].map((i) => reading({ at: T0 + i, value: i })));
    expect(values(await samples(PM25, null, { from: T0 + 1, to: T0 + 3 }))).toEqual([1, 2]);
  });

  test('no more than the limit is given, and it is said that there was more', async () => {
    await write(...[0, 1, 2].map((i) => reading({ at: T0 + i * DAY, value: i })));
    const cut = await store.series({ ...EVER, series: PM25, step: null, limit: 2 });
    expect(values(cut.samples)).toEqual([0, 1]);
    expect(cut.cut).toBe(true);
    expect((await store.series({ ...EVER, series: PM25, step: null, limit: 3 })).cut).toBe(false);
  });

  test('a series has the readings of its sensor and its measure only', async () => {
    await write(reading(), reading({ sensor: 'pm-2' }), reading({ measure: 'pm10' }));
    expect(await samples(PM25, null)).toHaveLength(1);
    expect(await samples({ kind: 'reading', sensor: 'pm-3', measure: 'pm25' }, null)).toEqual([]);
    expect(await samples({ kind: 'reading', sensor: 'pm-2', measure: 'pm10' }, null)).toEqual([]);
  });

  test('a text is a text, and a boolean is 1 or 0', async () => {
    await write(reading({ value: '开' }), reading({ at: T0 + 1, value: true }), reading({ at: T0 + 2, value: false }));
    expect(values(await samples(PM25, null))).toEqual(['开', 1, 0]);
  });

  test('H2: a reading that is written twice is there once', async () => {
    await write(reading({ value: 1 }), reading({ at: T0 + 1, value: 2 }));
    await write(reading({ value: 1 }));
    expect(values(await samples(PM25, null))).toEqual([1, 2]);
    expect(await samples(PM25, HOUR)).toMatchObject([{ count: 2, mean: 1.5 }]);
  });

  test('H2: two readings of one millisecond are two', async () => {
    await write(reading({ nth: 0, value: 1 }), reading({ nth: 999_999, value: 3 }), reading({ nth: 1, value: 2 }));
    expect(values(await samples(PM25, null))).toEqual([1, 2, 3]);
  });
}

function buckets(): void {
  test('a bucket holds count, least, greatest, mean and newest of its readings', async () => {
    await write(...[4, -2, 7, 3].map((value, i) => reading({ at: T0 + 20_000 * i, value })));
    expect(await samples(PM25, MINUTE)).toEqual([
      { kind: 'bucket', at: T0, count: 3, min: -2, max: 7, mean: 3, last: 7 },
      { kind: 'bucket', at: T0 + MINUTE, count: 1, min: 3, max: 3, mean: 3, last: 3 },
    ]);
  });

  test('buckets begin at whole steps since the epoch, and an empty one is left out', async () => {
    const step = 7 * MINUTE;
    const at = [T0 + 1, T0 + DAY + 1];
    await write(...at.map((time) => reading({ at: time })));
    expect((await samples(PM25, step)).map((bucket) => bucket.at)).toEqual(at.map((time) => Math.floor(time / step) * step));
  });

  test('a bucket may reach over midnight', async () => {
    const step = 7 * HOUR;
    await write(reading({ at: T0 - 1, value: 1 }), reading({ at: T0 + 1, value: 5 }));
    expect(await samples(PM25, step)).toEqual([
      { kind: 'bucket', at: Math.floor(T0 / step) * step, count: 2, min: 1, max: 5, mean: 3, last: 5 },
    ]);
  });

  test('texts are left out of buckets', async () => {
    await write(reading({ value: '开' }), reading({ at: T0 + 1, value: 2 }), reading({ at: T0 + 2, value: true }));
    expect(await samples(PM25, HOUR)).toMatchObject([{ count: 2, min: 1, max: 2, last: 1 }]);
  });

  test('no more buckets than the limit are given, and it is said that there were more', async () => {
    await write(...Array.from({ length: 5 }, (_, i) => reading({ at: T0 + i * DAY, value: i })));
    const cut = await store.series({ ...EVER, series: PM25, step: HOUR, limit: 3 });
    expect(cut.samples.map((bucket) => bucket.at)).toEqual([T0, T0 + DAY, T0 + 2 * DAY]);
    expect(cut.cut).toBe(true);
  });
}

function seriesOfSigns(): void {
  test('a sign has its level and its value, and either may be unknown', async () => {
    await write(sign(), sign({ at: T0 + 1, level: null }), sign({ at: T0 + 2, value: null }));
    expect(await samples(SIGN, null)).toEqual([
      { kind: 'sample', at: T0, value: 61.5, level: 'yellow' },
      { kind: 'sample', at: T0 + 1, value: 61.5, level: null },
      { kind: 'sample', at: T0 + 2, value: null, level: 'yellow' },
    ]);
  });

  test('a sign is put into buckets too', async () => {
    await write(sign({ value: 1 }), sign({ at: T0 + 1, value: 2 }), sign({ at: T0 + 2, value: null }));
    expect(await samples(SIGN, HOUR)).toEqual([{ kind: 'bucket', at: T0, count: 2, min: 1, max: 2, mean: 1.5, last: 2 }]);
  });

  test('a sign at another key is another series', async () => {
    await write(sign(), sign({ key: 'street:310104015' }));
    expect(await samples(SIGN, null)).toHaveLength(1);
  });

  test('H2: a sign that is written twice is there once', async () => {
    await write(sign());
    await write(sign());
    expect(await samples(SIGN, null)).toHaveLength(1);
  });
}

function steps(): void {
  const asked = { ...EVER, rule: null, key: null, limit: 100 };

  test('steps of alerts are read back as they were written, in the order of time', async () => {
    const written = [alert(), alert({ at: T0 + 1, state: 'resolved', value: null, place: null, street: null })];
    await write(...[...written].reverse());
    expect(await store.alertSteps(asked)).toEqual(written);
  });

  test('steps of alerts are asked for by rule, by key, by span and by number', async () => {
    const other = { alert: 'al_2', rule: "it's", key: 'place:iapm' };
    await write(alert(), alert({ ...other, at: T0 + 1 }), alert({ at: T0 + 2, state: 'resolved' }));
    const times = async (part: object): Promise<number[]> => (await store.alertSteps({ ...asked, ...part })).map((step) => step.at - T0);
    expect(await times({ rule: "it's" })).toEqual([1]);
    expect(await times({ key: 'street:310104014' })).toEqual([0, 2]);
    expect(await times({ rule: "it's", key: 'street:310104014' })).toEqual([]);
    expect(await times({ from: T0 + 1, to: T0 + 2 })).toEqual([1]);
    expect(await times({ limit: 2 })).toEqual([0, 1]);
  });

  test('steps of orders are read back as they were written, in the order of time', async () => {
    const written = [
      order(),
      order({ at: T0 + 1, state: 'closed', parties: [], drill: true }),
      order({ at: T0 + 1, nth: 1, order: 'wo_2' }),
    ];
    await write(...[...written].reverse());
    expect(await store.orderSteps({ ...EVER, limit: 100 })).toEqual(written);
    expect(await store.orderSteps({ from: T0 + 1, to: T0 + 2, limit: 1 })).toEqual(written.slice(1, 2));
  });

  test('H2: a step that is written twice is there once', async () => {
    await write(alert(), order());
    await write(alert(), order());
    expect(await store.alertSteps(asked)).toHaveLength(1);
    expect(await store.orderSteps({ ...EVER, limit: 100 })).toHaveLength(1);
  });
}

function readBack(): void {
  test('a number comes back to the bit', async () => {
    const edges = [0, -0, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, Number.EPSILON, 0.1 + 0.2, 2 ** 53 - 1, 1e21, 1e-7];
    const doubles = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 200);
    const written = [...edges, ...doubles].map((value, i) => reading({ at: T0 + i, value }));
    await write(...written);
    const bits = (points: readonly ReadingPoint[]): string[] => points.map(({ value }) => (Object.is(value, -0) ? '-0' : String(value)));
    expect(bits(await allReadings())).toEqual(bits(written));
  });

  test('a text comes back to the letter, in any script', async () => {
    const edges = ['', ' ', '\\', '"', "'", 'a,b=c d', 'line\nfeed', '脉搏', 'e\u0301', '👩‍🚒', '\u{10ffff}', 'true', '1'];
    const written = [...edges, ...fc.sample(fc.string({ unit: 'binary' }), 100)].map((value, i) => reading({ at: T0 + i, value }));
    await write(...written);
    expect((await allReadings()).map((point) => point.value)).toEqual(written.map((point) => point.value));
  });

  test('a boolean comes back as a boolean', async () => {
    await write(reading({ value: true }), reading({ at: T0 + 1, value: false }));
    expect((await allReadings()).map((point) => point.value)).toEqual([true, false]);
  });

  test('whatever stands beside the value comes back too', async () => {
    const written = [
      reading({ ...WILD, test: true, nth: 999_999, order: 999_999 }),
      reading({ at: T0 + 1, place: null, street: '310104014' }),
    ];
    await write(...written);
    expect(await allReadings()).toEqual(written);
  });
}

function arrivals(): void {
  test('readings come in the order of the log, whatever the order of their times and names', async () => {
    const at = T0 + 100;
    const written = [
      reading({ at: T0 + 50, receivedAt: at, order: 0, sensor: 'z' }),
      reading({ at: T0 - DAY, receivedAt: at, order: 1, sensor: 'b' }),
      reading({ at: T0 + 10, receivedAt: at, order: 2, sensor: 'a', measure: 'no2' }),
      reading({ at: T0 + 10, receivedAt: at, order: 2, sensor: 'a', measure: 'pm25' }),
      reading({ at: T0 + 10, receivedAt: at, order: 3, sensor: 'a', measure: 'no2', nth: 1 }),
      reading({ at: T0 + 9, receivedAt: at, order: 999_999, sensor: 'a' }),
      reading({ at: T0 + 5, receivedAt: at + 1, order: 0 }),
      reading({ at: T0 + 5, receivedAt: T0 + DAY, order: 7, nth: 2 }),
    ];
    await write(...[...written].reverse());
    expect(await allReadings()).toEqual(written);
  });

  test('the values of one report stand in the order of their names, however they were learned', async () => {
    const names = ['b', '\u{1f600}', '\uffee', 'a', 'Z', '温度', 'aa'];
    await write(...names.map((measure) => reading({ measure })));
    expect((await allReadings()).map(({ measure }) => measure)).toEqual([...names].sort());
  });

  test('reports that share a place, if there are any, stand in the order of time, then of the sensor', async () => {
    const written = [reading({ nth: 1 }), reading({ nth: 2, sensor: 'a' }), reading({ nth: 2, sensor: 'b' }), reading({ at: T0 + 1 })];
    const shared = written.map((point) => ({ ...point, receivedAt: T0 + 250 }));
    await write(...[...shared].reverse());
    expect(await allReadings()).toEqual(shared);
  });

  test('a span is one of arrivals: a reading that came late is in it', async () => {
    const late = reading({ at: T0 - 3 * DAY, receivedAt: T0, order: 999_999 });
    await write(late, reading({ at: T0 - 1, receivedAt: T0 - 1, order: 999_999 }), reading({ at: T0 + 1, receivedAt: T0 + 1 }));
    expect(await allReadings(null, { from: T0, to: T0 + 1 })).toEqual([late]);
  });

  test('only the measures that are asked for are given', async () => {
    await write(reading(), reading({ measure: 'pm10' }), reading({ measure: 'no2' }));
    expect((await allReadings(['no2', 'pm10', 'so2', 'no2'])).map((point) => point.measure)).toEqual(['no2', 'pm10']);
    expect(await allReadings(['so2'])).toEqual([]);
    expect(await allReadings([])).toEqual([]);
  });

  test('H2: a reading that is written twice is given once', async () => {
    await write(reading(), reading({ sensor: 'pm-2' }));
    await write(reading({ sensor: 'pm-2' }), reading());
    expect(await allReadings()).toHaveLength(2);
  });

  test('many are given in blocks, none of them lost between, each name told once, each report whole', async () => {
    const written = Array.from({ length: 50_001 }, (_, i) => {
      const report = Math.floor(i / 7);
      const names = { sensor: `s${report % 1_000}`, measure: `m${i % 7}`, gateway: `g${report % 3}`, place: `p${report % 11}` };
      return reading({ at: T0 + 20_000 * report, ...names, value: [i, `text ${i % 5}`, i % 2 === 0][i % 3] as Scalar });
    });
    await write(...written);
    const given: ReadingBlock[] = [];
    for await (const block of store.arrivals(EVER, null)) given.push(structuredClone(block));
    expect(await pointsOf(from(given))).toEqual(written);
    expect(Math.max(...given.map(({ count }) => count))).toBeLessThan(20_000);
    expect(Math.min(...given.slice(0, -1).map(({ count }) => count))).toBeGreaterThan(10_000);
    for (const names of ['sensors', 'measures', 'gateways'] as const) {
      const told = given.flatMap((block) => block[names]);
      expect(new Set(told).size).toBe(told.length);
    }
    const ends = given.slice(0, -1).map((block, i) => [block.receivedAt.at(-1), (given[i + 1] as ReadingBlock).receivedAt[0]]);
    for (const [last, first] of ends) expect(first).toBeGreaterThan(last as number);
  });

  test('whoever stops reading early leaves the store as it was', async () => {
    await write(...Array.from({ length: 20_000 }, (_, i) => reading({ at: T0 + i })));
    for await (const block of store.arrivals(EVER, null)) {
      expect(block.count).toBeGreaterThan(0);
      break;
    }
    expect(await allReadings()).toHaveLength(20_000);
  });
}

function keeping(): void {
  const NOW = T0 + 10 * DAY + HOUR;
  const hourly = Array.from({ length: 48 }, (_, i) => reading({ at: T0 + (i * HOUR) / 2 + 1, value: (i * 7) % 5 }));

  test('without an end nothing goes', async () => {
    await write(...hourly, alert());
    await store.keep(FOR_EVER, NOW);
    expect(await samples(PM25, null)).toHaveLength(48);
  });

  test('raw readings go when their time has passed, and their hours stay as they were', async () => {
    await write(...hourly, reading({ at: NOW - HOUR }));
    const before = await samples(PM25, HOUR);
    expect(before).toHaveLength(25);
    await store.keep({ ...FOR_EVER, raw: DAY }, NOW);
    expect((await samples(PM25, null)).map((sample) => sample.at)).toEqual([NOW - HOUR]);
    expect(await samples(PM25, HOUR)).toEqual(before);
    expect(await samples(PM25, MINUTE)).toHaveLength(49);
  });

  test('minutes go when their time has passed, and the hours stay', async () => {
    await write(...hourly);
    const before = await samples(PM25, HOUR);
    await store.keep({ ...FOR_EVER, raw: DAY, minute: 2 * DAY }, NOW);
    expect(await samples(PM25, HOUR)).toEqual(before);
    expect(await samples(PM25, MINUTE)).toHaveLength(24);
    await store.keep({ ...FOR_EVER, raw: DAY, minute: 2 * DAY, hour: 3 * DAY }, NOW);
    expect(await samples(PM25, HOUR)).toEqual([]);
  });

  test('keeping again changes nothing', async () => {
    const retention = { ...FOR_EVER, raw: DAY, minute: 5 * DAY, steps: DAY };
    await write(...hourly, alert(), sign());
    await store.keep(retention, NOW);
    const before = await samples(PM25, HOUR);
    expect(await store.keep(retention, NOW)).toEqual({ removed: 0, summed: 0 });
    expect(await samples(PM25, HOUR)).toEqual(before);
  });
}

function keptByTheServer(): void {
  test('nothing goes by our hand, whatever has passed its time', async () => {
    await write(reading(), sign(), alert(), order());
    const retention = { raw: DAY, minute: DAY, hour: DAY, steps: DAY, bytes: 1 };
    expect(await store.keep(retention, T0 + 1_000 * DAY)).toEqual({ removed: 0, summed: 0 });
    expect(await samples(PM25, null)).toHaveLength(1);
    expect(await samples(SIGN, null)).toHaveLength(1);
    expect(await store.alertSteps({ ...EVER, rule: null, key: null, limit: 9 })).toHaveLength(1);
  });
}

async function write(...points: readonly HistoryPoint[]): Promise<void> {
  await store.write(points, CURSOR);
}

async function samples(series: SeriesName, step: number | null, span: Span = EVER): Promise<readonly Sample[]> {
  return (await store.series({ ...span, series, step, limit: 10_000 })).samples;
}

function values(of: readonly Sample[]): unknown[] {
  return of.map((sample) => (sample.kind === 'sample' ? sample.value : sample));
}

function allReadings(measures: readonly string[] | null = null, span: Span = EVER): Promise<ReadingPoint[]> {
  return pointsOf(store.arrivals(span, measures));
}

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}
