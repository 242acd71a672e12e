import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { TestServer } from '../../../history/influx/test-influx-server.ts';
import { MEASURE } from './numbered.ts';

/** What a store has of the trial's readings, counted by the store. */
export interface Stored {
  /** Points, each as often as it is there. */
  readonly points: number;
  /** Points that differ in what makes a point one of its own. */
  readonly distinct: number;
  /** Different values; every reading was sent with one of its own. */
  readonly values: number;
}

/** Who is killed. */
export type Victim = 'influxd' | 'historian' | 'server';

/** A store of history that a trial runs against. */
export interface TrialStore {
  readonly kind: 'influxdb' | 'embedded';
  /** For the environment of the server. */
  readonly env: Readonly<Record<string, string>>;
  /** In this order, under load. */
  readonly victims: readonly Victim[];
  /** Of a store that is a program of its own. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** What is in it, counted after the server has stopped. */
  count(dataDir: string): Promise<Stored>;
  stop(): Promise<void>;
}

const DATABASE = 'trial';

/** A real InfluxDB 1.6, killed three times. */
export async function influxTrialStore(): Promise<TrialStore> {
  const server = await TestServer.influxd();
  await server.ask(`CREATE DATABASE ${DATABASE}`);
  const env = { MAIBO_HISTORY: 'influxdb', MAIBO_INFLUX_URL: server.url, MAIBO_INFLUX_BUCKET: DATABASE, MAIBO_INFLUX_API: 'v1' };
  return {
    kind: 'influxdb',
    env,
    victims: ['influxd', 'influxd', 'influxd'],
    kill: () => server.kill(),
    restart: () => server.restart(),
    count: () => countInflux(server),
    stop: () => server.stop(),
  };
}

/** To InfluxDB a point is its series and its time: whatever it counts is distinct. */
async function countInflux(server: TestServer): Promise<Stored> {
  const where = `FROM "reading" WHERE "measure" = '${MEASURE}' GROUP BY "sensor"`;
  const answer = (await server.ask(`SELECT count("value"), count(distinct("value")) ${where}`, DATABASE)) as {
    readonly results: readonly {
      readonly error?: string;
      readonly series?: readonly { readonly values: readonly (readonly number[])[] }[];
    }[];
  };
  const [result] = answer.results;
  if (result?.error !== undefined) throw new Error(result.error);
  const rows = (result?.series ?? []).map(({ values }) => values[0] ?? []);
  const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  return { points: sum(1), distinct: sum(1), values: sum(2) };
}

/** The embedded store lives in the process that keeps history: that one is killed three times, and the whole server once. */
export function embeddedTrialStore(): Promise<TrialStore> {
  return Promise.resolve({
    kind: 'embedded',
    env: { MAIBO_HISTORY: 'embedded' },
    victims: ['historian', 'historian', 'server', 'historian'],
    kill: () => Promise.resolve(),
    restart: () => Promise.resolve(),
    count: countEmbedded,
    stop: () => Promise.resolve(),
  } as const);
}

/** Past all of our code: the rows of the tables, as they lie in the file. */
async function countEmbedded(dataDir: string): Promise<Stored> {
  const instance = await DuckDBInstance.create(join(dataDir, 'history.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const rows = async (sql: string): Promise<readonly (readonly unknown[])[]> => (await connection.runAndReadAll(sql)).getRows();
  const tables = (await rows("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'raw_%'")).map(
    ([name]) => `SELECT * FROM ${String(name)}`,
  );
  const measure = `(SELECT id FROM words WHERE sort = 'measure' AND a = '${MEASURE}')`;
  const counts = 'count(*)::DOUBLE, count(DISTINCT (sensor, ns))::DOUBLE, count(DISTINCT value)::DOUBLE';
  const [row] =
    tables.length === 0 ? [[0, 0, 0]] : await rows(`SELECT ${counts} FROM (${tables.join(' UNION ALL ')}) WHERE measure = ${measure}`);
  connection.closeSync();
  instance.closeSync();
  const [points, distinct, values] = row as readonly [number, number, number];
  return { points, distinct, values };
}
