import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestBroker } from './test-broker.ts';
import type { TestBroker } from './test-broker.ts';
import type { Mapping } from './mapping.ts';
import { replay } from './replay.ts';
import type { ReplayOptions, ReplaySummary } from './replay.ts';

const MAPPING: Mapping = {
  gateway: 'gw-1',
  time: { column: 't', format: 'iso' },
  sensor: { column: 's', table: { A: 'rain-01', B: 'rain-02' } },
  values: [{ measure: 'rain', column: 'v', missing: ['NA', ''] }],
};
const time = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

let broker: TestBroker;
let folder: string;
beforeEach(async () => {
  broker = await startTestBroker();
  folder = mkdtempSync(join(tmpdir(), 'maibo-'));
});
afterEach(() => broker.close());

function save(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const play = (file: string, change: Partial<ReplayOptions> = {}): Promise<ReplaySummary> =>
  replay({ file, mapping: MAPPING, url: broker.url, speed: 'max', ...change });

const skippedTotal = (summary: ReplaySummary): number => Object.values(summary.skipped).reduce((sum, count) => sum + count, 0);

describe('replay', () => {
  const rows = [
    `${time(0)},A,1`,
    `${time(1)},B,2.5`,
    `${time(2)},A,NA`,
    `${time(3)},A,a|b`,
    `${time(4)},C,1`,
    'noon,A,1',
    `${time(5)},A`,
    `${time(6)},A,999990`,
  ];
  const csv = `t,s,v\n${rows.join('\n')}\n`;

  it('I1 publishes exactly what can be mapped, in order, and counts every other row under its reason', async () => {
    const summary = await play(save('a.csv', csv));
    expect(broker.messages).toEqual([
      { topic: 'city/gw-1/rain-01', body: { at: time(0), values: { rain: 1 } } },
      { topic: 'city/gw-1/rain-02', body: { at: time(1), values: { rain: 2.5 } } },
      { topic: 'city/gw-1/rain-01', body: { at: time(6), values: { rain: 999_990 } } },
    ]);
    expect(summary).toMatchObject({
      rows: 8,
      readings: 3,
      messages: 3,
      acknowledged: 3,
      outOfOrder: 0,
      ended: 'end-of-file',
      first: time(0),
      last: time(6),
    });
    expect(summary.skipped).toMatchObject({
      'no-value': 1,
      'value-unreadable': 1,
      'sensor-unmapped': 1,
      'time-unreadable': 1,
      'row-malformed': 1,
    });
    expect(summary.rows).toBe(summary.readings + skippedTotal(summary));
  });

  it('reads a packed file and NDJSON alike, and passes over broken lines', async () => {
    await play(save('a.csv.gz', gzipSync(csv)));
    const fromCsv = broker.messages.splice(0);
    const lines = rows.map((row) => row.split(',')).map(([t, s, v]) => JSON.stringify({ t, s, v }));
    const summary = await play(save('a.ndjson', ['{"t":', '[1]', ...lines].join('\n')));
    expect(broker.messages).toEqual(fromCsv);
    expect(summary.skipped['row-malformed']).toBe(2);
    expect(summary.rows).toBe(summary.readings + skippedTotal(summary));
  });

  it('sends readings of the same time as one array when the mapping asks for batches', async () => {
    const same = [0, 0, 0, 1, 2].map((minute, index) => `${time(minute)},${index % 2 === 0 ? 'A' : 'B'},${index}`);
    await play(save('a.csv', `t,s,v\n${same.join('\n')}\n`), { mapping: { ...MAPPING, batch: 2 } });
    expect(broker.messages.map(({ topic, body }) => ({ topic, sensors: (body as { sensor: string }[]).map((one) => one.sensor) }))).toEqual(
      [
        { topic: 'city/gw-1', sensors: ['rain-01', 'rain-02'] },
        { topic: 'city/gw-1', sensors: ['rain-01'] },
        { topic: 'city/gw-1', sensors: ['rain-02'] },
        { topic: 'city/gw-1', sensors: ['rain-01'] },
      ],
    );
  });

  it('I2 publishes rows out of order as they stand and counts them', async () => {
    const summary = await play(save('a.csv', `t,s,v\n${time(5)},A,1\n${time(1)},A,2\n${time(6)},A,3\n${time(5)},A,4\n`));
    expect(broker.messages.map(({ body }) => (body as { values: { rain: number } }).values.rain)).toEqual([1, 2, 3, 4]);
    expect(summary.outOfOrder).toBe(2);
  });

  it('I2 merges a file that holds one sensor after the other into time order', async () => {
    const content = `t,s,v\n${time(0)},A,0\n${time(2)},A,2\n${time(4)},A,4\n${time(1)},B,1\n${time(3)},B,3\n${time(0)},X,9\n`;
    const summary = await play(save('a.csv', content), { mapping: { ...MAPPING, order: 'by-sensor' } });
    expect(broker.messages.map(({ body }) => (body as { values: { rain: number } }).values.rain)).toEqual([0, 1, 2, 3, 4]);
    expect(summary).toMatchObject({ rows: 6, readings: 5, outOfOrder: 0 });
    expect(summary.skipped['sensor-unmapped']).toBe(1);
  });

  it('keeps to --from, --to and --limit', async () => {
    const content = `t,s,v\n${[0, 1, 2, 3, 4, 5].map((minute) => `${time(minute)},A,${minute}`).join('\n')}\n`;
    const file = save('a.csv', content);
    const summary = await play(file, { from: Date.parse(time(1)), to: Date.parse(time(4)) });
    expect(summary).toMatchObject({ readings: 3, first: time(1), last: time(3), ended: 'end-of-file' });
    expect(summary.skipped['outside-range']).toBe(3);
    expect(await play(file, { limit: 2 })).toMatchObject({ readings: 2, ended: 'limit' });
  });

  it('plays at a multiple of real time', async () => {
    const file = save('a.csv', `t,s,v\n${time(0)},A,1\n${time(1)},A,2\n`);
    const started = performance.now();
    await play(file, { speed: 400 });
    // A minute at 400 times real time is 150 ms.
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
    expect(broker.messages).toHaveLength(2);
  });

  it('stops when it is told to, and says so', async () => {
    const file = save('a.csv', `t,s,v\n${time(0)},A,1\n${time(59)},A,2\n`);
    const stop = new AbortController();
    const playing = play(file, { speed: 1, signal: stop.signal });
    await expect.poll(() => broker.messages.length).toBe(1);
    stop.abort();
    expect(await playing).toMatchObject({ ended: 'interrupted', readings: 1, acknowledged: 1 });
  });

  it.each([
    ['a file that is not there', () => join(folder, 'none.csv'), 'recording-unreadable'],
    ['a name that tells no format', () => save('a.dat', csv), 'recording-format-unknown'],
    ['a mapping made for another file', () => save('b.csv', 'x,y\n1,2\n'), 'recording-columns'],
    [
      'a packed file that breaks off',
      () => save('c.csv.gz', gzipSync(`t,s,v\n${`${time(0)},A,1\n`.repeat(20_000)}`).subarray(0, 300)),
      'recording-broken',
    ],
    ['an empty file', () => save('d.csv', ''), 'recording-empty'],
  ])('refuses %s with a code', async (_name, make, code) => {
    await expect(play(make())).rejects.toMatchObject({ code });
  });

  it('passes over a line without end instead of keeping it', async () => {
    const summary = await play(save('a.ndjson', `${'x'.repeat(3_000_000)}\n${JSON.stringify({ t: time(0), s: 'A', v: 1 })}`));
    expect(summary).toMatchObject({ rows: 2, readings: 1 });
    expect(summary.skipped['row-malformed']).toBe(1);
  });
});
