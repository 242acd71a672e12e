import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InfluxDB, Point } from '@influxdata/influxdb-client';
import { createInfluxStore } from '../../src/history/influx/influx-store.ts';
import { TestServer } from '../../src/history/influx/test-influx-server.ts';
import type { ReadingPoint } from '../../src/model/history-point.ts';

/*
 * Readings a second that reach a server: our store against the client as its manual shows it (its Point, its WriteApi, one
 * flush a batch), the same points, batches of one size, two in flight, in turns in one run. To a sink that only counts, and
 * to InfluxDB 1.6. Ours also has to answer for each batch and to keep its cursor.
 */

const BATCH = 5_000;
const BATCHES = 10;
const ROUNDS = 4;
const SENSORS = 20_000;
const BAR = 0.8;

type Write = (points: readonly ReadingPoint[]) => Promise<void>;
interface Rival {
  readonly write: Write;
  readonly close: () => Promise<void>;
}

function readingsOf(round: number): readonly (readonly ReadingPoint[])[] {
  const base = 1_780_000_000_000 + round * 3_600_000;
  return Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (_, n) => {
      const number = batch * BATCH + n;
      const sensor = number % SENSORS;
      const at = base + Math.floor(number / SENSORS) * 1_000;
      const where = { place: `xh-place-${sensor % 900}`, street: `3101040${String(sensor % 13).padStart(2, '0')}` };
      const what = { sensor: `xh-air-${sensor}`, measure: 'pm25', value: Math.round(Math.sin(number) * 1e4) / 100, test: false };
      return {
        kind: 'reading',
        at,
        nth: 0,
        ...what,
        gateway: `gw-${sensor % 50}`,
        receivedAt: at + (number % 400),
        order: number % 50,
        ...where,
      };
    }),
  );
}

function ours(url: string, bucket: string, gzip: boolean): Rival {
  const store = createInfluxStore({ url, token: null, org: null, bucket, api: 'v1', gzip, timeout: 60_000 });
  let offset = 0;
  return { write: (points) => store.write(points, { offset: (offset += 1), audit: 0 }), close: () => store.close() };
}

function bare(url: string, bucket: string, gzip: boolean): Rival {
  const client = new InfluxDB({ url, timeout: 60_000 });
  const gzipThreshold = gzip ? 1_000 : Number.POSITIVE_INFINITY;
  const api = client.getWriteApi('', bucket, 'ns', { batchSize: BATCH + 1, flushInterval: 0, maxRetries: 0, gzipThreshold });
  api.path = `/write?db=${bucket}&precision=ns`;
  const write: Write = (points) => {
    api.writePoints(points.map(pointOf));
    return api.flush();
  };
  return { write, close: () => api.close() };
}

function pointOf(reading: ReadingPoint): Point {
  return new Point('reading')
    .tag('measure', reading.measure)
    .tag('place', reading.place ?? '')
    .tag('sensor', reading.sensor)
    .tag('street', reading.street ?? '')
    .floatField('value', reading.value)
    .booleanField('test', reading.test)
    .stringField('gateway', reading.gateway)
    .intField('received', `${reading.receivedAt}${String(reading.order).padStart(6, '0')}`)
    .timestamp(`${reading.at}000000`);
}

async function rateOf(write: Write, batches: readonly (readonly ReadingPoint[])[]): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) await write(batch);
  };
  await Promise.all([lane(), lane()]);
  return (BATCH * BATCHES * 1_000) / (performance.now() - begun);
}

async function compare(title: string, rivals: readonly [Rival, Rival]): Promise<boolean> {
  const rates = new Map<Rival, number[]>(rivals.map((rival) => [rival, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    const batches = readingsOf(round);
    // Each is first as often as the other, and has a database of its own; the first round only warms up.
    for (const rival of round % 2 === 0 ? rivals : [...rivals].reverse()) {
      const rate = await rateOf(rival.write, batches);
      if (round > 0) rates.get(rival)?.push(rate);
    }
  }
  for (const rival of rivals) await rival.close();
  const [mine, theirs] = rivals.map((rival) => mean(rates.get(rival) ?? []));
  const ratio = (mine ?? 0) / (theirs ?? 1);
  console.log(`| ${title} | ${thousands(mine ?? 0)} | ${thousands(theirs ?? 0)} | ${ratio.toFixed(2)} |`);
  return ratio >= BAR;
}

/** Of rates over equal work. */
const mean = (rates: readonly number[]): number => rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0);
const thousands = (value: number): string => Math.round(value).toLocaleString('en');

const sink = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(204).end());
}).listen(0, '127.0.0.1');
await once(sink, 'listening');
const sinkUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
const influx = await TestServer.influxd();
let held = true;
try {
  console.log(
    `\n| readings/s, batches of ${thousands(BATCH)}, two in flight | ours | bare client | ratio, must be ${BAR} |\n| --- | ---: | ---: | ---: |`,
  );
  for (const gzip of [false, true]) {
    const packed = gzip ? ', gzip' : '';
    for (const [name, url] of [
      ['sink', sinkUrl],
      ['InfluxDB 1.6', influx.url],
    ] as const) {
      for (const whose of ['ours', 'theirs']) {
        await influx.ask(`DROP DATABASE "${whose}"`);
        await influx.ask(`CREATE DATABASE "${whose}"`);
      }
      held = (await compare(`${name}${packed}`, [ours(url, 'ours', gzip), bare(url, 'theirs', gzip)])) && held;
    }
  }
} finally {
  await influx.stop();
  sink.close();
}
process.exitCode = held ? 0 : 1;
