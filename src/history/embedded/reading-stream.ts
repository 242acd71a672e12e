import type { DuckDBConnection } from '@duckdb/node-api';
import type { ReadingPoint } from '../../model/history-point.ts';
import type { Millis } from '../../model/time.ts';
import type { Span } from '../../model/series.ts';
import { clamp } from './moment.ts';
import { tableOf } from './parts.ts';
import type { Parts } from './parts.ts';
import { READING_COLUMNS, readingsOf } from './reading-rows.ts';
import type { Gate } from './turns.ts';
import type { Dictionary } from './words.ts';

const HOUR: Millis = 3_600_000;
/** A day is in the order of its series: each slice of time reads all of it, so a slice is as large as memory allows. */
const SLICE_ROWS = 1_000_000;

export interface StreamSides {
  readonly connect: () => Promise<DuckDBConnection>;
  readonly parts: Parts;
  readonly words: Dictionary;
  readonly gate: Gate;
}

interface Slice extends Span {
  /** Days of which readings arrived then. */
  readonly days: ReadonlySet<number>;
}

/** All readings that arrived in a span, in that order: slice by slice, so that never more than one slice is sorted, or in memory. */
export async function* streamReadings(
  span: Span,
  measures: readonly string[] | null,
  sides: StreamSides,
): AsyncGenerator<readonly ReadingPoint[]> {
  const { parts, words, gate } = sides;
  const connection = await sides.connect();
  const only = measures?.flatMap((measure) => words.measures.known(measure) ?? []) ?? null;
  const order = new ArrivalOrder();
  try {
    for (const slice of await gate.pass(() => slicesOf(connection, span, parts))) {
      const rows = await gate.pass(async () => {
        const days = [...slice.days].filter((day) => parts.state('raw', day) !== 'gone');
        return days.length === 0 || only?.length === 0 ? null : connection.run(sliceSql(days, slice, only));
      });
      for await (const chunk of rows ?? []) {
        const ready = order.take(readingsOf(chunk, words));
        if (ready.length > 0) yield ready;
      }
    }
    const rest = order.rest();
    if (rest.length > 0) yield rest;
  } finally {
    connection.closeSync();
  }
}

function sliceSql(days: readonly number[], { from, to }: Span, measures: readonly number[] | null): string {
  const which = measures === null ? '' : `AND measure IN (${measures.join(', ')})`;
  const ofDays = days.map((day) => `SELECT * FROM ${tableOf('raw', day)} WHERE received >= ${from} AND received < ${to} ${which}`);
  return `SELECT ${READING_COLUMNS} FROM (${ofDays.join(' UNION ALL ')}) ORDER BY received, ns, sensor`;
}

/** Whole hours while they are small enough together; one that is too large by itself is split evenly. */
async function slicesOf(connection: DuckDBConnection, span: Span, parts: Parts): Promise<readonly Slice[]> {
  const hours = new Map<number, { rows: number; days: Set<number> }>();
  const [from, to] = [clamp(span.from), clamp(span.to)];
  for (const day of parts.days('raw')) {
    const sql = `SELECT (received // ${HOUR})::DOUBLE AS hour, count(*)::DOUBLE FROM ${tableOf('raw', day)}
      WHERE received >= ${from} AND received < ${to} GROUP BY hour`;
    for (const [hour, rows] of (await connection.runAndReadAll(sql)).getRows() as unknown as readonly [number, number][]) {
      const of = hours.get(hour) ?? { rows: 0, days: new Set() };
      of.rows += rows;
      hours.set(hour, { ...of, days: of.days.add(day) });
    }
  }
  const slices: { from: Millis; to: Millis; rows: number; days: Set<number> }[] = [];
  for (const [hour, { rows, days }] of [...hours].sort(([a], [b]) => a - b)) {
    const last = slices.at(-1);
    const end = Math.min((hour + 1) * HOUR, to);
    if (last === undefined || last.rows + rows > SLICE_ROWS) slices.push({ from: Math.max(hour * HOUR, from), to: end, rows, days });
    else Object.assign(last, { to: end, rows: last.rows + rows, days: new Set([...last.days, ...days]) });
  }
  return slices.flatMap(split);
}

function split(slice: Slice & { readonly rows: number }): readonly Slice[] {
  const { from, to, rows, days } = slice;
  const step = Math.ceil((to - from) / Math.ceil(rows / SLICE_ROWS));
  const starts = Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
  return starts.map((start) => ({ from: start, to: Math.min(start + step, to), days }));
}

/**
 * Readings of one moment stand in the order of their sensors' and measures' names; the file knows only numbers of them.
 * H2: then one that was written twice follows itself, and is left out.
 */
class ArrivalOrder {
  /** Readings of the last moment: there may be more of them in the next chunk. */
  #held: ReadingPoint[] = [];

  take(points: readonly ReadingPoint[]): readonly ReadingPoint[] {
    const ready: ReadingPoint[] = [];
    for (const point of points) {
      const held = this.#held[0];
      if (held === undefined || isOneMoment(held, point)) {
        this.#held.push(point);
        continue;
      }
      this.#release(ready);
      this.#held = [point];
    }
    return ready;
  }

  rest(): readonly ReadingPoint[] {
    const ready: ReadingPoint[] = [];
    this.#release(ready);
    this.#held = [];
    return ready;
  }

  #release(into: ReadingPoint[]): void {
    const held = this.#held;
    if (held.length > 1) held.sort(byName);
    for (let i = 0; i < held.length; i += 1) {
      const point = held[i] as ReadingPoint;
      if (i === 0 || byName(held[i - 1] as ReadingPoint, point) !== 0) into.push(point);
    }
  }
}

function isOneMoment(a: ReadingPoint, b: ReadingPoint): boolean {
  return a.receivedAt === b.receivedAt && a.at === b.at && a.nth === b.nth;
}

function byName(a: ReadingPoint, b: ReadingPoint): number {
  if (a.sensor !== b.sensor) return a.sensor < b.sensor ? -1 : 1;
  if (a.measure !== b.measure) return a.measure < b.measure ? -1 : 1;
  return 0;
}
