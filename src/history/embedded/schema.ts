import type { DuckDBConnection } from '@duckdb/node-api';
import { Refusal } from '../../model/problem.ts';

/** Raise it with every change of the tables and add the step that leads there. */
export const SCHEMA_VERSION = 3;

/**
 * Readings stand in one table a day (`parts.ts`), and so do the minutes that are left of them; the hours, and all that is
 * written seldom, in one table each. Where it came from (`maibo`) is a table of one row: the mark of the file, and the cursor.
 */
const TABLES = `
CREATE TABLE maibo (version INTEGER NOT NULL, log_offset BIGINT, audit_offset BIGINT);
INSERT INTO maibo VALUES (0, NULL, NULL);

CREATE TABLE words (sort VARCHAR NOT NULL, id INTEGER NOT NULL, a VARCHAR, b VARCHAR);
CREATE TABLE parts (tier VARCHAR NOT NULL, day INTEGER NOT NULL, state VARCHAR NOT NULL);

CREATE TABLE hours (sensor INTEGER NOT NULL, measure INTEGER NOT NULL, slot INTEGER NOT NULL, count INTEGER NOT NULL,
  total DOUBLE NOT NULL, min DOUBLE NOT NULL, max DOUBLE NOT NULL, last DOUBLE NOT NULL);

CREATE TABLE signs (ns BIGINT NOT NULL, sign INTEGER NOT NULL, level VARCHAR, value DOUBLE, standing INTEGER NOT NULL);
CREATE TABLE alerts (ns BIGINT NOT NULL, alert VARCHAR NOT NULL, rule VARCHAR NOT NULL, version INTEGER NOT NULL, key VARCHAR NOT NULL,
  state VARCHAR NOT NULL, level VARCHAR NOT NULL, value DOUBLE, standing INTEGER NOT NULL);
CREATE TABLE orders (ns BIGINT NOT NULL, work_order VARCHAR NOT NULL, state VARCHAR NOT NULL, level VARCHAR NOT NULL, parties VARCHAR NOT NULL,
  drill BOOLEAN NOT NULL, standing INTEGER NOT NULL);
`;

type Step = (connection: DuckDBConnection) => Promise<void>;

const makeTables: Step = async (connection) => void (await connection.run(TABLES));

/** When a reading was received had no place within its millisecond: those of before have all the first. */
const orderArrivals: Step = async (connection) => {
  const days = await connection.runAndReadAll("SELECT table_name FROM duckdb_tables() WHERE regexp_matches(table_name, '^raw_[0-9]+$')");
  for (const [table] of days.getRows())
    await connection.run(`ALTER TABLE ${table as string} ALTER received SET DATA TYPE BIGINT USING received * 1000000`);
};

/** Of what sort an order was had to be looked for elsewhere. */
const sortOrders: Step = async (connection) =>
  void (await connection.run("ALTER TABLE orders ADD COLUMN IF NOT EXISTS sort VARCHAR DEFAULT ''"));

/** The step at index n leads from version n to the next one; a new file goes through all of them. */
const STEPS: readonly Step[] = [makeTables, orderArrivals, sortOrders];

/** Makes the tables that the file has not yet. @throws Refusal for a file of another program or of a newer version. */
export async function prepareSchema(connection: DuckDBConnection): Promise<void> {
  const tables = (await connection.runAndReadAll('SELECT table_name FROM duckdb_tables()')).getRows().map(([name]) => name);
  if (tables.length > 0 && !tables.includes('maibo')) {
    throw new Refusal('history-foreign', 'The history file was made by another program; choose an empty data directory.');
  }
  const version = tables.length === 0 ? 0 : await readVersion(connection);
  if (version > SCHEMA_VERSION) {
    throw new Refusal(
      'history-newer',
      `The history is of version ${version}, this program reads up to ${SCHEMA_VERSION}: start the newer program.`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  await connection.run('BEGIN');
  for (const step of STEPS.slice(version)) await step(connection);
  await connection.run(`UPDATE maibo SET version = ${SCHEMA_VERSION}; COMMIT`);
}

async function readVersion(connection: DuckDBConnection): Promise<number> {
  return (await connection.runAndReadAll('SELECT version FROM maibo')).getRows()[0]?.[0] as number;
}
