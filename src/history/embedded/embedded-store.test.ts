import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReadingPoint } from '../../model/history-point.ts';
import type { HistoryStore } from '../history-store.ts';
import type { SeriesQuery } from '../../model/series.ts';
import { StoreFault } from '../store-fault.ts';
import { alert, DAY, HOUR, MINUTE, order, reading, sign, T0 } from '../test-points.ts';
import { pointsOf } from '../test-reading-blocks.ts';
import { describeStore } from '../test-store-contract.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';
import { SCHEMA_VERSION } from './schema.ts';

const root = mkdtempSync(join(tmpdir(), 'maibo-history-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let underContract: EmbeddedStore;
describeStore('the embedded store', {
  nature: { cursor: 'exact', answers: 'everything', retention: 'own', repeats: 'once' },
  open: async () => (underContract = await openEmbeddedStore({ directory: mkdtempSync(join(root, 'd-')) })),
  numbers: async (sensor) => {
    const { samples } = await underContract.series({ ...PM25, series: { kind: 'reading', sensor, measure: 'pm25' }, limit: 100_000 });
    return samples.map((sample) => [sample.at, sample.kind === 'sample' ? Number(sample.value) : Number.NaN]);
  },
});

const FOR_EVER = { raw: null, minute: null, hour: null, steps: null, bytes: null };
const EVER = { from: 0, to: T0 + 1_000 * DAY };
const PM25: SeriesQuery = { ...EVER, series: { kind: 'reading', sensor: 'pm-1', measure: 'pm25' }, step: null, limit: 1_000 };

let directory: string;
let store: EmbeddedStore;
beforeEach(async () => {
  directory = mkdtempSync(join(root, 'd-'));
  store = await openEmbeddedStore({ directory });
});
afterEach(() => store.close());

const file = (): string => join(directory, 'history.duckdb');

async function reopen(): Promise<void> {
  await store.close();
  store = await openEmbeddedStore({ directory });
}

function all(of: HistoryStore): Promise<ReadingPoint[]> {
  return pointsOf(of.arrivals(EVER, null));
}

function write(...points: readonly ReadingPoint[]): Promise<void> {
  return store.write(points, { offset: 1, audit: 1 });
}

async function refusal(): Promise<unknown> {
  return openEmbeddedStore({ directory }).catch((error: unknown) => error);
}

describe('the file of the embedded store', () => {
  test('all of it is there when it is opened again', async () => {
    const written = [reading({ place: null }), reading({ at: T0 + DAY, sensor: '烟感', value: '开' })];
    await store.write([...written, sign(), alert(), order()], { offset: 12, audit: 4 });
    await reopen();
    expect(await store.cursor()).toEqual({ offset: 12, audit: 4 });
    expect(await all(store)).toEqual(written);
    expect(await store.alertSteps({ ...EVER, rule: null, key: null, limit: 9 })).toEqual([alert()]);
    expect(await store.orderSteps({ ...EVER, limit: 9 })).toEqual([order()]);
    await write(reading({ sensor: 'new', at: T0 + DAY + 1 }));
    expect((await all(store)).map((point) => point.sensor)).toEqual(['pm-1', '烟感', 'new']);
  });

  test('a file of a newer version is left alone', async () => {
    await store.close();
    await tamper('UPDATE maibo SET version = 99');
    expect(await refusal()).toMatchObject({ code: 'history-newer' });
    await tamper(`UPDATE maibo SET version = ${SCHEMA_VERSION}`);
    store = await openEmbeddedStore({ directory });
  });

  test('in a file of version 1 every reading is first of its millisecond, and nothing else changes', async () => {
    const written = [reading({ receivedAt: T0 + 7, order: 3 }), reading({ at: T0 + DAY, value: '开' }), reading({ at: T0 + 2 * DAY })];
    await store.write([...written, alert()], { offset: 12, audit: 4 });
    await store.keep(FOR_EVER, T0 + 2 * DAY);
    await store.close();
    const days = [0, 1, 2].map((day) => `UPDATE raw_${T0 / DAY + day} SET received = received // 1000000`);
    await tamper(['UPDATE maibo SET version = 1', ...days].join('; '));
    for (let opened = 0; opened < 2; opened += 1) {
      store = await openEmbeddedStore({ directory });
      expect(await all(store)).toEqual(written.map((point) => ({ ...point, order: 0 })));
      expect(await store.cursor()).toEqual({ offset: 12, audit: 4 });
      if (opened === 0) await store.close();
    }
    await write(reading({ at: T0 + 2 * DAY + 1, order: 5 }));
    expect(await all(store)).toHaveLength(4);
  });

  test('a file of another program is left alone', async () => {
    const other = mkdtempSync(join(root, 'd-'));
    await tamper('CREATE TABLE sales (id INTEGER)', other);
    await expect(openEmbeddedStore({ directory: other })).rejects.toMatchObject({ code: 'history-foreign' });
    writeFileSync(join(other, 'history.duckdb'), 'x'.repeat(20_000));
    await expect(openEmbeddedStore({ directory: other })).rejects.toMatchObject({ code: 'history-foreign' });
  });

  test('a directory that cannot be is refused', async () => {
    writeFileSync(join(directory, 'plain'), '');
    await expect(openEmbeddedStore({ directory: join(directory, 'plain', 'in') })).rejects.toMatchObject({ code: 'history-directory' });
  });

  test('a store that is closed says so as a fault', async () => {
    await store.close();
    await expect(store.cursor()).rejects.toBeInstanceOf(StoreFault);
    await expect(all(store)).rejects.toBeInstanceOf(StoreFault);
    await expect(write(reading())).rejects.toBeInstanceOf(StoreFault);
  });

  test('H3: large batches of numbers, texts and flags in turns do not colour each other', async () => {
    const written = [1, '开', 2, true, 3, 4].flatMap((value, turn) =>
      Array.from({ length: 2_048 }, (_, i) => reading({ at: T0 + turn * 10_000 + i, value: i % 2 === 0 ? value : turn })),
    );
    await write(...written);
    expect(await all(store)).toEqual(written);
  });

  test('names that a refused write has brought are not taken for known', async () => {
    await write(reading({ sensor: 'new', at: T0 }), reading({ at: Number.NaN })).catch(() => undefined);
    await write(reading({ sensor: 'other' }));
    await reopen();
    expect((await all(store)).map((point) => point.sensor)).toEqual(['other']);
  });
});

async function tamper(sql: string, where = directory): Promise<void> {
  const instance = await DuckDBInstance.create(join(where, 'history.duckdb'));
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

describe('keeping in the embedded store', () => {
  const NOW = T0 + 10 * DAY;
  /** Large enough to be sorted in more than one piece, and all of it out of order. */
  const many = Array.from({ length: 5_000 }, (_, i) => {
    const n = (i * 2_017) % 5_000;
    return reading({ sensor: `s${n % 10}`, at: T0 + n * 10_000, receivedAt: T0 + i, value: n });
  });

  test('H2: a past day is sorted, and what was written twice is there once in the file too', async () => {
    await write(...many);
    await write(...many.slice(100, 200));
    expect(await store.keep(FOR_EVER, NOW)).toEqual({ removed: 100, summed: 0 });
    expect(await store.keep(FOR_EVER, NOW)).toEqual({ removed: 0, summed: 0 });
    expect((await all(store)).map((point) => point.value)).toEqual(many.map((point) => point.value));
    await reopen();
    expect(await all(store)).toHaveLength(5_000);
  });

  test('what comes late for a sorted day is sorted in by the next round', async () => {
    await write(reading());
    await store.keep(FOR_EVER, NOW);
    await write(reading(), reading({ at: T0 + 1 }));
    expect((await store.series(PM25)).samples).toHaveLength(2);
    expect(await store.keep(FOR_EVER, NOW)).toEqual({ removed: 1, summed: 0 });
    expect((await store.series(PM25)).samples).toHaveLength(2);
  });

  test('E2: a day is summed up once; what comes later for it has passed its time', async () => {
    await write(reading({ value: 1 }), reading({ at: T0 + 1, value: 3 }));
    expect(await store.keep({ ...FOR_EVER, raw: DAY }, NOW)).toEqual({ removed: 2, summed: 2 });
    await write(reading({ at: T0 + 2, value: 100 }));
    await store.keep({ ...FOR_EVER, raw: DAY }, NOW);
    await reopen();
    expect((await store.series({ ...PM25, step: HOUR })).samples).toMatchObject([{ count: 2, min: 1, max: 3, mean: 2, last: 3 }]);
    expect(await all(store)).toEqual([]);
  });

  test('steps and signs go when their time has passed', async () => {
    await store.write([alert(), order(), sign(), alert({ at: NOW }), order({ at: NOW }), sign({ at: NOW })], { offset: 1, audit: 1 });
    expect(await store.keep({ ...FOR_EVER, steps: DAY }, NOW)).toEqual({ removed: 3, summed: 0 });
    expect(await store.alertSteps({ ...EVER, rule: null, key: null, limit: 9 })).toHaveLength(1);
    expect(await store.orderSteps({ ...EVER, limit: 9 })).toHaveLength(1);
    expect((await store.series({ ...PM25, series: { kind: 'sign', sign: 'air-pm25', key: sign().key } })).samples).toHaveLength(1);
  });

  test('when the disk that it may have is full, the oldest days go first, and today stays', async () => {
    for (const day of [0, 1, 2])
      await write(...many.map((point) => ({ ...point, at: point.at + day * DAY, value: Math.sin(point.at + day) })));
    await store.keep({ ...FOR_EVER, bytes: 1 }, T0 + 2 * DAY + 1);
    const left = await all(store);
    expect(left).toHaveLength(5_000);
    expect(Math.min(...left.map((point) => point.at))).toBeGreaterThanOrEqual(T0 + 2 * DAY);
  });

  test('a vacuum gives the disk back, and loses nothing', async () => {
    for (let day = 0; day < 4; day += 1) {
      await write(
        ...Array.from({ length: 20_000 }, (_, i) => reading({ at: T0 + day * DAY + (i * MINUTE) / 60, value: Math.sin(i * day) })),
      );
    }
    await store.write([alert()], { offset: 77, audit: 5 });
    await store.keep({ ...FOR_EVER, raw: DAY, minute: DAY, hour: DAY }, T0 + 4 * DAY + 1);
    await reopen();
    const [before, points] = [statSync(file()).size, await all(store)];
    await store.vacuum();
    expect(statSync(file()).size).toBeLessThanOrEqual(before);
    expect(await all(store)).toEqual(points);
    expect(await store.cursor()).toEqual({ offset: 77, audit: 5 });
    await write(reading({ at: T0 + 5 * DAY }));
    await reopen();
    expect(await all(store)).toHaveLength(points.length + 1);
  });

  test('E3: whoever reads while days go gets each reading once or not at all, and no fault', async () => {
    for (let day = 0; day < 6; day += 1) await write(...many.map((point) => ({ ...point, at: point.at + day * DAY })));
    const reads = Array.from({ length: 8 }, async (_, i) => {
      if (i % 2 === 0) return (await all(store)).length % 5_000;
      return (
        (await store.series({ ...PM25, step: HOUR, series: { kind: 'reading', sensor: 's1', measure: 'pm25' } })).samples.length - 6 * 14
      );
    });
    const [, ...rests] = await Promise.all([store.keep({ ...FOR_EVER, raw: DAY }, NOW), ...reads]);
    expect(rests).toEqual(reads.map(() => 0));
  });
});

describe('Parquet', () => {
  const written = [
    reading({ value: -0, place: null, order: 999_999 }),
    reading({ at: T0 + 1, nth: 7, value: '开', test: true }),
    reading({ at: T0 + DAY, sensor: "it's", value: true, street: null }),
  ];
  const parquet = (): string => join(directory, "it's out.parquet");

  test('what was exported is imported as it was', async () => {
    await write(...written, reading({ at: T0 + 2 * DAY }));
    expect(await store.exportParquet({ from: 0, to: T0 + 2 * DAY }, parquet())).toBe(3);
    const other = await openEmbeddedStore({ directory: mkdtempSync(join(root, 'd-')) });
    expect(await other.importParquet(parquet())).toEqual({ taken: 3, passed: 0 });
    expect(await all(other)).toEqual(written);
    await other.close();
  });

  test('an import that is done again takes nothing', async () => {
    await write(...written);
    await store.exportParquet(EVER, parquet());
    expect(await store.importParquet(parquet())).toEqual({ taken: 0, passed: 0 });
    expect(await all(store)).toEqual(written);
  });

  test('an import does not bring back what was summed up', async () => {
    await write(...written);
    await store.exportParquet(EVER, parquet());
    await store.keep({ ...FOR_EVER, raw: DAY }, T0 + 2 * DAY);
    expect(await store.importParquet(parquet())).toEqual({ taken: 0, passed: 2 });
  });

  test('an empty history is exported too', async () => {
    expect(await store.exportParquet(EVER, parquet())).toBe(0);
    expect(await store.importParquet(parquet())).toEqual({ taken: 0, passed: 0 });
  });

  test('a file that is no export is refused', async () => {
    await expect(store.importParquet(join(directory, 'nowhere.parquet'))).rejects.toMatchObject({ code: 'history-file' });
    const other = join(root, 'other.parquet');
    await tamper(`COPY (SELECT 1 AS id) TO '${other}' (FORMAT parquet)`, mkdtempSync(join(root, 'd-')));
    await expect(store.importParquet(other)).rejects.toMatchObject({ code: 'history-file' });
  });
});
