import type { DuckDBConnection } from '@duckdb/node-api';
import type { Millis } from '../../model/time.ts';
import type { KeptOutcome, Retention } from '../history-store.ts';
import { boundOf, DAY, dayOf } from './moment.ts';
import { createSql, tableOf } from './parts.ts';
import type { Parts, Tier } from './parts.ts';
import { STEP_KEYS } from './step-rows.ts';

export type Work = (connection: DuckDBConnection) => Promise<void>;

export interface KeepSides {
  readonly parts: Parts;
  /** One transaction, in its turn among the writes. `last` is done, and committed, while nobody reads. */
  readonly change: (work: Work, last?: Work) => Promise<void>;
  /** Bytes in use, after a checkpoint. */
  readonly bytes: () => Promise<number>;
}

interface Count {
  removed: number;
  summed: number;
}

const HOUR: Millis = 3_600_000;
const MINUTE_NS = 60_000_000_000n;

/**
 * One round: days of the past are sorted, and what has passed its time goes. Every day is a transaction of its own and a turn of its
 * own, so that writes come between; a round that was cut short is taken up by the next.
 */
export async function keepHistory(retention: Retention, now: Millis, sides: KeepSides): Promise<KeptOutcome> {
  const count: Count = { removed: 0, summed: 0 };
  const { parts } = sides;
  const today = dayOf(now);
  for (const day of parts.days('raw')) {
    if (day >= today) continue;
    if (parts.state('raw', day) === 'open') await settleDay(day, sides, count);
    if (hasPassed(day, retention.raw, now)) await sumUpDay(day, sides, count);
  }
  for (const day of parts.days('minute')) if (hasPassed(day, retention.minute, now)) await removeDay('minute', day, sides, count);
  await removeRows(retention, now, sides, count);
  if (retention.bytes !== null) await shrink(retention.bytes, today, sides, count);
  return count;
}

function hasPassed(day: number, kept: Millis | null, now: Millis): boolean {
  return kept !== null && (day + 1) * DAY <= now - kept;
}

/** Sorts a day by series and time, each point once. */
async function settleDay(day: number, sides: KeepSides, count: Count): Promise<void> {
  const table = tableOf('raw', day);
  let twice = 0;
  const work = async (connection: DuckDBConnection): Promise<void> => {
    await connection.run(createSql('raw', `${table}_anew`));
    // A point that was written twice follows itself; comparing neighbours is a third of the cost of DISTINCT.
    await connection.run(`INSERT INTO ${table}_anew SELECT sensor, measure, ns, received, value, text, flag, test, standing, gateway
      FROM (SELECT *, lag(sensor) OVER () AS s, lag(measure) OVER () AS m, lag(ns) OVER () AS n FROM (SELECT * FROM ${table} ORDER BY sensor, measure, ns))
      WHERE s IS NULL OR s <> sensor OR m <> measure OR n <> ns`);
    twice = (await rowsOf(connection, table)) - (await rowsOf(connection, `${table}_anew`));
  };
  await sides.change(work, async (connection) => {
    await connection.run(`DROP TABLE ${table}; ALTER TABLE ${table}_anew RENAME TO ${table}`);
    await sides.parts.set(connection, { tier: 'raw', day }, 'settled');
  });
  count.removed += twice;
}

/** E2: the minutes and hours of a day are written in the transaction that removes its readings. */
async function sumUpDay(day: number, sides: KeepSides, count: Count): Promise<void> {
  const [raw, minute] = [tableOf('raw', day), tableOf('minute', day)];
  let rows = 0;
  const work = async (connection: DuckDBConnection): Promise<void> => {
    rows = await rowsOf(connection, raw);
    await connection.run(createSql('minute', minute));
    await connection.run(`INSERT INTO ${minute} SELECT sensor, measure, (ns // ${MINUTE_NS})::INTEGER AS slot, count(*)::INTEGER, sum(value),
      min(value), max(value), arg_max(value, ns) FROM ${raw} WHERE value IS NOT NULL GROUP BY sensor, measure, slot ORDER BY sensor, measure, slot`);
    await connection.run(`INSERT INTO hours SELECT sensor, measure, slot // 60 AS hour, sum(count)::INTEGER, sum(total),
      min(min), max(max), arg_max(last, slot) FROM ${minute} GROUP BY sensor, measure, hour ORDER BY sensor, measure, hour`);
  };
  await sides.change(work, async (connection) => {
    await drop('raw', day, sides.parts)(connection);
    await sides.parts.set(connection, { tier: 'minute', day }, 'settled');
  });
  count.summed += rows;
  count.removed += rows;
}

async function removeDay(tier: Tier, day: number, sides: KeepSides, count: Count): Promise<void> {
  let rows = 0;
  const work = async (connection: DuckDBConnection): Promise<void> => {
    rows = await rowsOf(connection, tableOf(tier, day));
  };
  await sides.change(work, drop(tier, day, sides.parts));
  count.removed += rows;
}

function drop(tier: Tier, day: number, parts: Parts): Work {
  return async (connection) => {
    await connection.run(`DROP TABLE ${tableOf(tier, day)}`);
    await parts.set(connection, { tier, day }, 'gone');
  };
}

/** Hours and steps past their time, and steps that were written twice. */
async function removeRows(retention: Retention, now: Millis, sides: KeepSides, count: Count): Promise<void> {
  const { hour, steps } = retention;
  const statements = hour === null ? [] : [`DELETE FROM hours WHERE (slot + 1)::BIGINT * ${HOUR} <= ${now - hour}`];
  for (const [table, key] of Object.entries(STEP_KEYS)) {
    if (steps !== null) statements.push(`DELETE FROM ${table} WHERE ns < ${boundOf(now - steps)}`);
    statements.push(`DELETE FROM ${table} WHERE rowid IN
      (SELECT rowid FROM (SELECT rowid, row_number() OVER (PARTITION BY ${key} ORDER BY rowid) AS nth FROM ${table}) WHERE nth > 1)`);
  }
  let removed = 0;
  await sides.change(async (connection) => {
    for (const statement of statements) removed += (await connection.run(statement)).rowsChanged;
  });
  count.removed += removed;
}

/** The oldest days of the past go until the rest fits: first their readings, then the minutes that are left of them. */
async function shrink(bytes: number, today: number, sides: KeepSides, count: Count): Promise<void> {
  const { parts } = sides;
  while ((await sides.bytes()) > bytes) {
    const raw = parts.days('raw').find((day) => day < today);
    const minute = parts.days('minute')[0];
    if (raw !== undefined) await sumUpDay(raw, sides, count);
    else if (minute !== undefined) await removeDay('minute', minute, sides, count);
    else return;
  }
}

async function rowsOf(connection: DuckDBConnection, table: string): Promise<number> {
  return (await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${table}`)).getRows()[0]?.[0] as number;
}
