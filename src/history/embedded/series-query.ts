import type { Level } from '../../model/level.ts';
import type { Millis } from '../../model/time.ts';
import type { Sample, Series, SeriesQuery, Span } from '../../model/series.ts';
import type { Row } from './duck-file.ts';
import { boundOf, DAY, dayOf } from './moment.ts';
import { tableOf } from './parts.ts';
import type { Parts } from './parts.ts';

export type Read = (sql: string) => Promise<readonly Row[]>;

const DAYS_TOGETHER = 31;

/** One series that is in the file, and what is asked of it. */
export interface Asked extends SeriesQuery {
  /** What a row of it says of itself, in SQL. */
  readonly where: string;
}

/** What was found in one bucket: by one table, or by several that meet in it. */
interface Found {
  count: number;
  min: number;
  max: number;
  total: number;
  last: number;
}

/** Samples as they were written, day by day until there are enough. */
export async function rawSamples(asked: Asked, parts: Parts, read: Read): Promise<Series> {
  const samples: Sample[] = [];
  for (const day of daysWithin(parts.days('raw'), asked)) {
    if (samples.length > asked.limit) break;
    const columns = 'ns, value, text';
    const rows = await read(
      `SELECT (ns // 1000000)::DOUBLE, value, text FROM (${source(asked, parts, { day, columns })}) ORDER BY ns LIMIT ${asked.limit + 1}`,
    );
    for (const [at, value, text] of rows) samples.push(sampleOf(at, text ?? value, null));
  }
  return cutTo(samples, asked.limit);
}

/** Buckets of numbers: of the readings where they are still there, else of the minutes and the hours that are left of them. */
export async function readingBuckets(asked: Asked, step: Millis, sides: { parts: Parts; read: Read }): Promise<Series> {
  const { parts, read } = sides;
  const found = new Map<number, Found>();
  const minutes = daysWithin(parts.days('minute'), asked);
  for (const row of await read(summedSql(asked, step, { table: 'hours', slot: 3_600_000, but: minutes }))) merge(found, row);
  const raw = new Set(daysWithin(parts.days('raw'), asked));
  for (const days of together([...new Set([...raw, ...minutes])], raw)) {
    const [first] = days as readonly [number];
    if (hasEnough(found, asked, first)) break;
    const sql = raw.has(first)
      ? bucketSql(days.map((day) => source(asked, parts, { day, columns: 'ns, value' })).join(' UNION ALL '), step, asked.limit)
      : summedSql(asked, step, { table: minuteTables(days), slot: 60_000, but: [] });
    for (const row of await read(sql)) merge(found, row);
  }
  return bucketsOf(found, step, asked.limit);
}

/** Days that one statement reads: a statement for each would cost more than its rows do. */
function together(days: readonly number[], raw: ReadonlySet<number>): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = groups.at(-1);
    if (last === undefined || last.length === DAYS_TOGETHER || raw.has(last[0] as number) !== raw.has(day)) groups.push([day]);
    else last.push(day);
  }
  return groups;
}

const minuteTables = (days: readonly number[]): string =>
  `(${days.map((day) => `SELECT * FROM ${tableOf('minute', day)}`).join(' UNION ALL ')})`;

const SIGNS = (asked: Asked): string =>
  `SELECT ns, any_value(level) AS level, any_value(value) AS value FROM signs WHERE ${asked.where} AND ${within(asked)} GROUP BY ns`;

export async function signSamples(asked: Asked, read: Read): Promise<Series> {
  const sql = `SELECT (ns // 1000000)::DOUBLE, value, level FROM (${SIGNS(asked)}) ORDER BY ns LIMIT ${asked.limit + 1}`;
  const samples = (await read(sql)).map(([at, value, level]) => sampleOf(at, value, level));
  return cutTo(samples, asked.limit);
}

export async function signBuckets(asked: Asked, step: Millis, read: Read): Promise<Series> {
  const found = new Map<number, Found>();
  for (const row of await read(bucketSql(SIGNS(asked), step, asked.limit))) merge(found, row);
  return bucketsOf(found, step, asked.limit);
}

/** Readings of a day; where it is still open, a point that was written twice is taken once. */
function source(asked: Asked, parts: Parts, what: { day: number; columns: string }): string {
  const { day, columns } = what;
  // Of a day that lies in the span whole, the time of a row need not be looked at.
  const isWhole = asked.from <= day * DAY && asked.to >= (day + 1) * DAY;
  const where = `FROM ${tableOf('raw', day)} WHERE ${asked.where}${isWhole ? '' : ` AND ${within(asked)}`}`;
  if (parts.state('raw', day) === 'settled') return `SELECT ${columns} ${where}`;
  const once = columns.split(', ').map((name) => (name === 'ns' ? name : `any_value(${name}) AS ${name}`));
  return `SELECT ${once.join(', ')} ${where} GROUP BY ns`;
}

function bucketSql(rows: string, step: Millis, limit: number): string {
  return `SELECT (ns // ${BigInt(step) * 1_000_000n})::DOUBLE AS bucket, count(*)::DOUBLE, min(value), max(value), sum(value), arg_max(value, ns)
    FROM (${rows}) WHERE value IS NOT NULL GROUP BY bucket ORDER BY bucket LIMIT ${limit + 1}`;
}

/** A minute or an hour belongs to the bucket in which it begins. `but`: days that another table knows better. */
function summedSql(asked: Asked, step: Millis, from: { table: string; slot: Millis; but: readonly number[] }): string {
  const { table, slot, but } = from;
  const [first, end] = [Math.ceil(asked.from / slot), Math.ceil(asked.to / slot)];
  const left = but.length === 0 ? '' : `AND slot // ${DAY / slot} NOT IN (${but.join(', ')})`;
  return `SELECT (slot::BIGINT * ${slot} // ${step})::DOUBLE AS bucket, sum(count)::DOUBLE, min(min), max(max), sum(total), arg_max(last, slot)
    FROM ${table} WHERE ${asked.where} AND slot >= ${first} AND slot < ${end} ${left}
    GROUP BY bucket ORDER BY bucket LIMIT ${asked.limit + 1}`;
}

function within({ from, to }: Span): string {
  return `ns >= ${boundOf(from)} AND ns < ${boundOf(to)}`;
}

function daysWithin(days: readonly number[], { from, to }: Span): readonly number[] {
  return days.filter((day) => day >= dayOf(from) && day * DAY < to);
}

/** Tables come in the order of time, so what comes later is the newest. */
function merge(found: Map<number, Found>, row: Row): void {
  const [bucket, count, min, max, total, last] = row as readonly [number, number, number, number, number, number];
  const was = found.get(bucket);
  if (was === undefined) {
    found.set(bucket, { count, min, max, total, last });
    return;
  }
  was.count += count;
  was.min = Math.min(was.min, min);
  was.max = Math.max(was.max, max);
  was.total += total;
  was.last = last;
}

/** More buckets than wanted lie wholly before this day. */
function hasEnough(found: ReadonlyMap<number, Found>, { step, limit }: Asked, day: number): boolean {
  if (found.size <= limit || step === null) return false;
  let before = 0;
  for (const bucket of found.keys()) if ((bucket + 1) * step <= day * DAY) before += 1;
  return before > limit;
}

function bucketsOf(found: ReadonlyMap<number, Found>, step: Millis, limit: number): Series {
  const inOrder = [...found].sort(([a], [b]) => a - b);
  const samples = inOrder.map(([bucket, { count, min, max, total, last }]) => {
    // A mean of equal numbers is that number, however they were rounded on the way.
    const mean = Math.min(Math.max(total / count, min), max);
    return { kind: 'bucket' as const, at: bucket * step, count, min, max, mean, last };
  });
  return cutTo(samples, limit);
}

function sampleOf(at: unknown, value: unknown, level: unknown): Sample {
  return { kind: 'sample', at: at as Millis, value: value as number | string | null, level: level as Level | null };
}

function cutTo(samples: readonly Sample[], limit: number): Series {
  return { samples: samples.slice(0, limit), cut: samples.length > limit };
}
