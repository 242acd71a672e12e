import type Database from 'libsql';
import { Refusal } from '../model/problem.ts';

type Db = Database.Database;
type Scalar = string | number;

/** One page of a list, newest first; `next` is given back as `cursor` for the one after it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A list in the order of `keys` (columns that together are unique), falling. */
export interface Listing<T> {
  readonly from: string;
  readonly columns: string;
  readonly keys: readonly string[];
  /** Column (or expression with `?`) → wanted value; `undefined` means any. */
  readonly filter: Readonly<Record<string, Scalar | undefined>>;
  /** The first values of a row are those of `keys`, then come `columns`. */
  readonly read: (values: readonly unknown[]) => T;
}

/** Reads one page; one row more than asked tells whether there is a next one. */
export function readPage<T>(db: Db, listing: Listing<T>, query: PageQuery): Page<T> {
  const { keys } = listing;
  const wanted = Object.entries(listing.filter).filter((entry): entry is [string, Scalar] => entry[1] !== undefined);
  const where = wanted.map(([column]) => `${column} = ?`);
  const values: Scalar[] = wanted.map(([, value]) => value);
  if (query.cursor !== undefined) {
    where.push(`(${keys.join(', ')}) < (${keys.map(() => '?').join(', ')})`);
    values.push(...openCursor(query.cursor, keys.length));
  }
  const sql = `SELECT ${keys.join(', ')}, ${listing.columns} FROM ${listing.from}
    ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
    ORDER BY ${keys.map((key) => `${key} DESC`).join(', ')} LIMIT ?`;
  const rows = db
    .prepare(sql)
    .raw()
    .all([...values, query.limit + 1]) as unknown[][];
  const more = rows.length > query.limit;
  const shown = more ? rows.slice(0, query.limit) : rows;
  const last = shown.at(-1);
  const next = more && last !== undefined ? closeCursor(last.slice(0, keys.length)) : null;
  return { items: shown.map((row) => listing.read(row.slice(keys.length))), next };
}

function closeCursor(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function openCursor(cursor: string, length: number): Scalar[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    values = null;
  }
  const good = Array.isArray(values) && values.length === length && values.every((v) => typeof v === 'string' || Number.isFinite(v));
  if (!good) throw new Refusal('cursor-invalid', 'The cursor is not one that this list gave out; begin again without it.');
  return values as Scalar[];
}
