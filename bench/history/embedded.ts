import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, DuckDBInstance, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { openEmbeddedStore } from '../../src/history/embedded/open-embedded-store.ts';
import type { ReadingPoint } from '../../src/model/history-point.ts';

/*
 * `npm run bench:history [rows] [sensors]`: the embedded store. `write` beside DuckDB's own appender, filled with the same rows in
 * the same batches and transactions, in turns; then a month of one sensor in 1,000 buckets, and the stream that feeds a back-test.
 * Printed, and not written down.
 */
const ROWS = Number(process.argv[2] ?? 300_000);
const SENSORS = Number(process.argv[3] ?? 10_000);
const BATCH = 5_000;
const TURNS = 3;
const T0 = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const TYPES: readonly DuckDBType[] = [INTEGER, INTEGER, BIGINT, BIGINT, DOUBLE, VARCHAR, BOOLEAN, BOOLEAN, INTEGER, INTEGER];

interface Batch {
  readonly points: readonly ReadingPoint[];
  /** The same as rows: what the store has to look up is known here beforehand. */
  readonly rows: readonly { readonly point: ReadingPoint; readonly sensor: number; readonly place: number; readonly gateway: number }[];
}

function batchOf(first: number): Batch {
  const rows = Array.from({ length: BATCH }, (_, i) => {
    const n = first + i;
    const [sensor, place, gateway] = [n % SENSORS, n % 500, n % 50];
    const at = T0 + Math.floor(n / 100) * 10;
    const names = { sensor: `sensor-${sensor}`, measure: 'pm25', place: `p-${place}`, street: null, gateway: `gw-${gateway}` };
    const point: ReadingPoint = {
      kind: 'reading',
      ...names,
      value: Math.sin(n),
      test: false,
      at,
      nth: 0,
      receivedAt: at + 40,
      order: n % 100,
    };
    return { point, sensor, place, gateway };
  });
  return { points: rows.map((row) => row.point), rows };
}

interface Writer {
  write(batch: Batch, offset: number): Promise<void>;
  close(): Promise<void> | void;
}

async function maibo(directory: string): Promise<Writer> {
  const store = await openEmbeddedStore({ directory });
  return { write: (batch, offset) => store.write(batch.points, { offset, audit: 0 }), close: () => store.close() };
}

/** The cheapest way to the same file: names are numbers already, nothing is looked up, checked or remembered. */
async function bare(directory: string, fill: (connection: DuckDBConnection, batch: Batch) => Promise<void>): Promise<Writer> {
  const instance = await DuckDBInstance.create(join(directory, 'bare.duckdb'), {
    memory_limit: '512MB',
    threads: '2',
    checkpoint_threshold: '64MB',
  });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE readings (sensor INTEGER, measure INTEGER, ns BIGINT, received BIGINT, value DOUBLE, text VARCHAR,
    flag BOOLEAN, test BOOLEAN, standing INTEGER, gateway INTEGER)`);
  const write = async (batch: Batch): Promise<void> => {
    await connection.run('BEGIN');
    await fill(connection, batch);
    await connection.run('COMMIT');
  };
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  return { write, close };
}

function rowOf({ point, sensor, place, gateway }: Batch['rows'][number]): DuckDBValue[] {
  const ns = BigInt(point.at) * 1_000_000n + BigInt(point.nth);
  return [sensor, 1, ns, BigInt(point.receivedAt) * 1_000_000n + BigInt(point.order), point.value, null, null, point.test, place, gateway];
}

async function byChunks(connection: DuckDBConnection, batch: Batch): Promise<void> {
  const appender = await connection.createAppender('readings');
  for (let from = 0; from < batch.rows.length; from += 2_048) {
    const chunk = DuckDBDataChunk.create(TYPES);
    chunk.setRows(batch.rows.slice(from, from + 2_048).map(rowOf));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

async function byRows(connection: DuckDBConnection, batch: Batch): Promise<void> {
  const appender = await connection.createAppender('readings');
  for (const { point, sensor, place, gateway } of batch.rows) {
    appender.appendInteger(sensor);
    appender.appendInteger(1);
    appender.appendBigInt(BigInt(point.at) * 1_000_000n + BigInt(point.nth));
    appender.appendBigInt(BigInt(point.receivedAt) * 1_000_000n + BigInt(point.order));
    appender.appendDouble(point.value as number);
    appender.appendNull();
    appender.appendNull();
    appender.appendBoolean(point.test);
    appender.appendInteger(place);
    appender.appendInteger(gateway);
    appender.endRow();
  }
  appender.closeSync();
}

const WAYS: Readonly<Record<string, (directory: string) => Promise<Writer>>> = {
  'DuckDB, appender, chunks': (directory) => bare(directory, byChunks),
  'DuckDB, appender, rows': (directory) => bare(directory, byRows),
  'the embedded store': maibo,
};

interface Cost {
  /** Readings a second by the clock on the wall. */
  readonly rate: number;
  /** Microseconds of the processor a reading, all threads together: what a busy machine does not change much. */
  readonly cpu: number;
}

async function turn(open: (directory: string) => Promise<Writer>, batches: readonly Batch[]): Promise<Cost> {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-bench-history-'));
  const writer = await open(directory);
  try {
    const [began, used] = [performance.now(), process.cpuUsage()];
    for (const [i, batch] of batches.entries()) await writer.write(batch, i);
    const { user, system } = process.cpuUsage(used);
    const readings = batches.length * BATCH;
    return { rate: (readings * 1_000) / (performance.now() - began), cpu: (user + system) / readings };
  } finally {
    await writer.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function benchWrite(): Promise<void> {
  const batches = Array.from({ length: Math.ceil(ROWS / BATCH) }, (_, i) => batchOf(i * BATCH));
  const costs = new Map<string, Cost[]>(Object.keys(WAYS).map((name) => [name, []]));
  for (let i = 0; i < TURNS; i += 1) for (const [name, open] of Object.entries(WAYS)) costs.get(name)?.push(await turn(open, batches));
  const median = (name: string, what: keyof Cost): number =>
    (costs.get(name) as Cost[]).map((cost) => cost[what]).sort((a, b) => a - b)[TURNS >> 1] as number;
  print(
    `| ${ROWS} readings in batches of ${BATCH} | readings/s | the store ÷ this | processor, µs a reading |\n| --- | ---: | ---: | ---: |\n`,
  );
  for (const name of costs.keys()) {
    const ratio = median('the embedded store', 'rate') / median(name, 'rate');
    print(`| ${name} | ${median(name, 'rate').toFixed(0)} | ${ratio.toFixed(2)} | ${median(name, 'cpu').toFixed(2)} |\n`);
  }
}

/** Thirty days of all sensors, written by SQL as the store would have, then sorted by the store itself. */
async function fill(directory: string, rows: number): Promise<void> {
  const store = await openEmbeddedStore({ directory });
  const names = Array.from({ length: SENSORS }, (_, i) => ({ ...batchOf(0).points[0], sensor: `sensor-${i}` }) as ReadingPoint);
  for (let day = 0; day < 30; day += 1) await store.write([{ ...(names[0] as ReadingPoint), at: T0 + day * DAY }], { offset: 0, audit: 0 });
  await store.write(names, { offset: 0, audit: 0 });
  await store.close();
  const instance = await DuckDBInstance.create(join(directory, 'history.duckdb'), { memory_limit: '512MB', threads: '2' });
  const connection = await instance.connect();
  const perDay = Math.floor(rows / 30);
  for (let i = 0; i < 30; i += 1) {
    const at = `(${T0 + i * DAY}::BIGINT + (range * ${DAY}::BIGINT) // ${perDay})`;
    // One sensor has a reading a minute; the others share the rest.
    await connection.run(`INSERT INTO raw_${T0 / DAY + i} SELECT sensor, 0, "at" * 1000000, ("at" + 40) * 1000000 + range % 100, sin(range), NULL, NULL, false, 0, 0 FROM (
      SELECT 1 + (range % ${SENSORS - 1}) AS sensor, ${at} AS "at", range FROM range(${perDay}) UNION ALL
      SELECT 0, ${T0 + i * DAY}::BIGINT + range * 60000 + 1, range FROM range(1440)) ORDER BY "at"`);
  }
  connection.closeSync();
  instance.closeSync();
}

async function benchRead(rows: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-bench-history-'));
  await fill(directory, rows);
  const store = await openEmbeddedStore({ directory });
  const query = { series: { kind: 'reading', sensor: 'sensor-0', measure: 'pm25' }, limit: 1_001 } as const;
  const month = { from: T0, to: T0 + 30 * DAY };
  const began = performance.now();
  await store.keep({ raw: null, minute: null, hour: null, steps: null, bytes: null }, month.to);
  print(`\n${rows} readings of ${SENSORS} sensors, 30 days: sorted in ${((performance.now() - began) / 1_000).toFixed(1)} s, `);
  print(`${(statSync(join(directory, 'history.duckdb')).size / 1e6).toFixed(0)} MB on the disk\n`);
  const times: number[] = [];
  for (let i = 0; i < 15; i += 1) {
    const start = performance.now();
    await store.series({ ...query, ...month, step: Math.floor((30 * DAY) / 1_000) });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  print(`a month of one sensor (43,200 samples) in 1,000 buckets: median ${times[7]?.toFixed(0)} ms, worst ${times[14]?.toFixed(0)} ms\n`);
  const start = performance.now();
  let count = 0;
  for await (const block of store.arrivals({ from: T0, to: T0 + 5 * DAY }, null)) count += block.count;
  print(
    `readings of five days in the order of arrival: ${count}, ${((count * 1_000) / (performance.now() - start)).toFixed(0)} readings/s\n`,
  );
  await store.close();
  rmSync(directory, { recursive: true, force: true });
}

function print(text: string): void {
  process.stdout.write(text);
}

await benchWrite();
await benchRead(ROWS * 67);
