import type { DuckDBConnection } from '@duckdb/node-api';
import { Refusal } from '../../model/problem.ts';
import type { Span } from '../../model/series.ts';
import { quoted } from './duck-file.ts';
import type { Work } from './keeper.ts';
import { boundOf, DAY } from './moment.ts';
import { tableOf } from './parts.ts';
import type { Parts } from './parts.ts';
import type { Dictionary } from './words.ts';

/** What an export holds, one row a reading: `ns` and `received` are nanoseconds since the epoch, made of a millisecond and a place in it. */
const COLUMNS = ['sensor', 'measure', 'ns', 'received', 'value', 'text', 'flag', 'test', 'place', 'street', 'gateway'] as const;
const DAY_NS = BigInt(DAY) * 1_000_000n;
const NONE = `SELECT 0 AS sensor, 0 AS measure, 0::BIGINT AS ns, 0::BIGINT AS received, 0::DOUBLE AS value, '' AS text, true AS flag, true AS test,
  0 AS standing, 0 AS gateway WHERE false`;

export interface ImportOutcome {
  /** Readings that were not there before. */
  readonly taken: number;
  /** Readings of days that were summed up and removed: they are not taken again. */
  readonly passed: number;
}

export function exportSql({ from, to }: Span, file: string, parts: Parts): string {
  const ofDays = parts.days('raw').map((day) => {
    const once = parts.state('raw', day) === 'settled' ? '' : 'DISTINCT ON (sensor, measure, ns)';
    return `SELECT ${once} * FROM ${tableOf('raw', day)} WHERE received >= ${boundOf(from)} AND received < ${boundOf(to)}`;
  });
  const rows = [NONE, ...ofDays].map((sql) => `(${sql})`).join(' UNION ALL ');
  return `COPY (SELECT s.a AS sensor, m.a AS measure, ns, received, value, text, flag, test, p.a AS place, p.b AS street, g.a AS gateway
    FROM (${rows}) r JOIN words s ON s.sort = 'sensor' AND s.id = r.sensor JOIN words m ON m.sort = 'measure' AND m.id = r.measure
    JOIN words p ON p.sort = 'standing' AND p.id = r.standing JOIN words g ON g.sort = 'gateway' AND g.id = r.gateway
    ORDER BY received, ns, s.a, m.a) TO '${quoted(file)}' (FORMAT parquet, COMPRESSION zstd)`;
}

interface ImportSides {
  readonly parts: Parts;
  readonly words: Dictionary;
  readonly change: (work: Work) => Promise<void>;
}

/** A day is a transaction: an import that was cut short is begun again, and takes what is missing. */
export async function importReadings(file: string, { parts, words, change }: ImportSides): Promise<ImportOutcome> {
  const source = `read_parquet('${quoted(file)}')`;
  let days: readonly number[] = [];
  await change(async (connection) => {
    await checkColumns(connection, source, file);
    await learn(connection, source, words);
    const found = await connection.runAndReadAll(`SELECT DISTINCT (ns // ${DAY_NS})::INTEGER AS day FROM ${source} ORDER BY day`);
    days = found.getRows().map(([day]) => day as number);
  });
  const outcome = { taken: 0, passed: 0 };
  for (const day of days) {
    const ofDay = `SELECT DISTINCT ON (sensor, measure, ns) * FROM ${source} WHERE ns >= ${BigInt(day) * DAY_NS} AND ns < ${BigInt(day + 1) * DAY_NS}`;
    await change(async (connection) => {
      if (parts.state('raw', day) === 'gone') {
        outcome.passed += await counted(connection, ofDay);
        return;
      }
      const was = parts.state('raw', day);
      await parts.set(connection, { tier: 'raw', day }, was ?? 'open');
      const { rowsChanged } = await connection.run(takeSql(tableOf('raw', day), ofDay));
      if (rowsChanged > 0) await parts.set(connection, { tier: 'raw', day }, 'open');
      outcome.taken += rowsChanged;
    });
  }
  return outcome;
}

function takeSql(table: string, rows: string): string {
  return `INSERT INTO ${table} SELECT s.id, m.id, f.ns, f.received, f.value, f.text, f.flag, f.test, p.id, g.id
    FROM (${rows}) f JOIN words s ON s.sort = 'sensor' AND s.a = f.sensor JOIN words m ON m.sort = 'measure' AND m.a = f.measure
    JOIN words g ON g.sort = 'gateway' AND g.a = f.gateway
    JOIN words p ON p.sort = 'standing' AND p.a IS NOT DISTINCT FROM f.place AND p.b IS NOT DISTINCT FROM f.street
    WHERE NOT EXISTS (SELECT 1 FROM ${table} r WHERE r.sensor = s.id AND r.measure = m.id AND r.ns = f.ns)`;
}

async function checkColumns(connection: DuckDBConnection, source: string, file: string): Promise<void> {
  const wrong = (why: string): Refusal => new Refusal('history-file', `${file} is no export of the history: ${why}`);
  const names = await connection
    .runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)
    .then((rows) => rows.getRows().map(([name]) => name))
    .catch((error: unknown) => {
      throw wrong(error instanceof Error ? error.message : String(error));
    });
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0) throw wrong(`it has no column ${missing.join(', ')}.`);
}

/** Gives a number to every name of the file, and writes it into the open transaction. */
async function learn(connection: DuckDBConnection, source: string, words: Dictionary): Promise<void> {
  const distinct = async (columns: string): Promise<readonly (readonly (string | null)[])[]> =>
    (await connection.runAndReadAll(`SELECT DISTINCT ${columns} FROM ${source}`)).getRows() as unknown as (string | null)[][];
  for (const [name] of await distinct('sensor')) words.sensors.idOf(name as string);
  for (const [name] of await distinct('measure')) words.measures.idOf(name as string);
  for (const [name] of await distinct('gateway')) words.gateways.idOf(name as string);
  for (const [place, street] of await distinct('place, street')) words.standings.idOf(place as string | null, street as string | null);
  await words.keep(connection);
}

async function counted(connection: DuckDBConnection, rows: string): Promise<number> {
  return (await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM (${rows})`)).getRows()[0]?.[0] as number;
}
