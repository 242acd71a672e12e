import { expect, test } from 'vitest';
import type { HistoryStore } from './history-store.ts';
import { StoreFault } from './store-fault.ts';
import { alert, DAY, order, reading, sign, T0 } from './test-points.ts';
import type { TestedStore } from './test-store-nature.ts';

const CURSOR = { offset: 7, audit: 3 };
const EVER = { from: 0, to: T0 + 1_000 * DAY };

/** What every store promises of writing. Read back past the store, each by its own means. */
export function writing(store: () => HistoryStore, { nature, numbers }: TestedStore): void {
  test('nothing to write is written', async () => {
    await expect(store().write([], CURSOR)).resolves.toBeUndefined();
  });

  test('every kind of point is taken', async () => {
    await expect(store().write([reading(), sign(), alert(), order()], CURSOR)).resolves.toBeUndefined();
  });

  test('when the write resolves, every number is there, each at its time', async () => {
    const written = Array.from({ length: 3_000 }, (_, n) => reading({ sensor: `s${n % 3}`, at: T0 + n, value: n / 8 - 1 }));
    await store().write(written, CURSOR);
    for (const sensor of ['s0', 's1', 's2']) {
      const expected = written.filter((point) => point.sensor === sensor).map(({ at, value }) => [at, value]);
      expect(await numbers(sensor, expected.length)).toEqual(expected);
    }
  });

  test('H2: two readings of one millisecond are two', async () => {
    await store().write([reading({ nth: 0, value: 1 }), reading({ nth: 999_999, value: 3 }), reading({ nth: 1, value: 2 })], CURSOR);
    expect((await numbers('pm-1', 3)).map(([, value]) => value).sort((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  test(`H2: a point that is written twice is there ${nature.repeats === 'once' ? 'once' : 'twice, and nothing else becomes of it'}`, async () => {
    const written = [reading({ value: 1 }), reading({ at: T0 + 1, value: 2 })];
    await store().write(written, CURSOR);
    await store().write(written, CURSOR);
    const times = nature.repeats === 'once' ? 1 : 2;
    const expected = written.flatMap(({ at, value }) => Array.from({ length: times }, () => [at, value]));
    expect(await numbers('pm-1', expected.length)).toEqual(expected);
  });

  test('a point whose time is no time is refused with a fault, and what stood beside it too; the next is taken', async () => {
    const fault = await store()
      .write([reading({ sensor: 'beside' }), reading({ at: Number.NaN })], CURSOR)
      .catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(StoreFault);
    expect(fault).toMatchObject({ kind: 'refused' });
    await store().write([reading({ sensor: 'next' })], CURSOR);
    expect(await numbers('next', 1)).toHaveLength(1);
    expect(await numbers('beside', 0)).toEqual([]);
  });

  test(`the cursor: ${nature.cursor}`, async () => {
    expect(await store().cursor()).toBeNull();
    await store().write([reading()], { offset: 5, audit: 0 });
    await store().write([], { offset: 6, audit: 2 });
    const stands = nature.cursor === 'exact' ? { offset: 6, audit: 2 } : null;
    expect(await store().cursor()).toEqual(stands);
    // What the log may let go is what the store itself would not ask for again.
    expect(store().settled).toEqual(stands);
  });

  test('a write that was refused does not move the cursor', async () => {
    await store().write([], CURSOR);
    const [before, settled] = [await store().cursor(), store().settled];
    const refused = store().write([reading(), reading({ at: Number.NaN })], { offset: 9, audit: 9 });
    await expect(refused).rejects.toMatchObject({ kind: 'refused' });
    expect(await store().cursor()).toEqual(before);
    expect(store().settled).toEqual(settled);
  });
}

/** Of a store that only takes: whoever asks gets nothing, and no fault that looks like an outage. */
export function silent(store: () => HistoryStore): void {
  test('whatever is asked is empty', async () => {
    await store().write([reading(), alert(), order()], CURSOR);
    const series = { kind: 'reading', sensor: 'pm-1', measure: 'pm25' } as const;
    expect(await store().series({ ...EVER, series, step: null, limit: 9 })).toEqual({ samples: [], cut: false });
    expect(await store().alertSteps({ ...EVER, rule: null, key: null, limit: 9 })).toEqual([]);
    expect(await store().orderSteps({ ...EVER, limit: 9 })).toEqual([]);
    for await (const block of store().arrivals(EVER, null)) expect(block).toBeNull();
  });
}
