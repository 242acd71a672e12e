import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InfluxDB, Point } from '@influxdata/influxdb-client';
import { createInfluxStore } from '../../src/history/influx/influx-store.ts';
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

export interface InfluxRates {
  readonly ours: number;
  readonly bare: number;
}

export async function compareWrites(url: string, gzip: boolean, rounds = ROUNDS): Promise<InfluxRates> {
  const rivals = [ours(url, 'ours', gzip), bare(url, 'theirs', gzip)] as const;
  const rates = new Map<Rival, number[]>(rivals.map((rival) => [rival, []]));
  for (let round = 0; round <= rounds; round += 1) {
    const batches = readingsOf(round);
    // Each is first as often as the other, and has a database of its own; the first round only warms up.
    for (const rival of round % 2 === 0 ? rivals : [...rivals].reverse()) {
      const rate = await rateOf(rival.write, batches);
      if (round > 0) rates.get(rival)?.push(rate);
    }
  }
  for (const rival of rivals) await rival.close();
  const [mine, theirs] = rivals.map((rival) => mean(rates.get(rival) ?? []));
  return { ours: mine ?? 0, bare: theirs ?? 1 };
}

/** A server that takes everything and only counts the answers. */
export async function openSink(): Promise<{ readonly url: string; readonly close: () => void }> {
  const sink = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  }).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  return { url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`, close: () => sink.close() };
}

/** Of rates over equal work. */
const mean = (rates: readonly number[]): number => rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0);
