import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';
import type { ReadingPoint } from '../../model/history-point.ts';
import { checkTime, DAY, dayOf, Nanos } from './moment.ts';
import { tableOf } from './parts.ts';
import type { Parts } from './parts.ts';
import type { Dictionary } from './words.ts';

/** Of `raw_<day>`, in the order of its columns. A boolean has its number in `value` as well, so that it can be drawn and summed up. */
const TYPES = [INTEGER, INTEGER, BIGINT, BIGINT, DOUBLE, VARCHAR, BOOLEAN, BOOLEAN, INTEGER, INTEGER];
const CHUNK = 2_048;

type Vectors = readonly DuckDBVector[] & { readonly length: 10 };

/** Appends readings to the tables of their days, in the open transaction. Those of a day that is gone have passed their time. */
export class ReadingWriter {
  readonly #parts: Parts;
  readonly #words: Dictionary;
  readonly #nanos = new Nanos();
  readonly #received = new Nanos();

  constructor(parts: Parts, words: Dictionary) {
    this.#parts = parts;
    this.#words = words;
  }

  async write(connection: DuckDBConnection, points: readonly ReadingPoint[]): Promise<void> {
    for (const [day, ofDay] of byDay(points)) {
      checkTime(day * DAY);
      if (this.#parts.state('raw', day) === 'gone') continue;
      await this.#parts.set(connection, { tier: 'raw', day }, 'open');
      const appender = await connection.createAppender(tableOf('raw', day));
      for (let from = 0; from < ofDay.length; from += CHUNK) appender.appendDataChunk(this.#chunk(ofDay, from));
      appender.closeSync();
    }
  }

  #chunk(points: readonly ReadingPoint[], from: number): DuckDBDataChunk {
    const count = Math.min(CHUNK, points.length - from);
    const chunk = DuckDBDataChunk.create(TYPES, count);
    const columns = TYPES.map((_, i) => chunk.getColumnVector(i)) as unknown as Vectors;
    for (let row = 0; row < count; row += 1) this.#set(columns, row, points[from + row] as ReadingPoint);
    for (const column of columns) column.flush();
    return chunk;
  }

  #set([sensor, measure, ns, received, value, text, flag, test, standing, gateway]: Vectors, row: number, point: ReadingPoint): void {
    const { value: scalar } = point;
    const isText = typeof scalar === 'string';
    sensor?.setItem(row, this.#words.sensors.idOf(point.sensor));
    measure?.setItem(row, this.#words.measures.idOf(point.measure));
    ns?.setItem(row, this.#nanos.of(point.at, point.nth));
    received?.setItem(row, this.#received.of(point.receivedAt, point.order));
    value?.setItem(row, isText ? null : Number(scalar));
    text?.setItem(row, isText ? scalar : null);
    flag?.setItem(row, typeof scalar === 'boolean' ? scalar : null);
    test?.setItem(row, point.test);
    standing?.setItem(row, this.#words.standings.idOf(point.place, point.street));
    gateway?.setItem(row, this.#words.gateways.idOf(point.gateway));
  }
}

/** A batch is nearly always of one day. */
function byDay(points: readonly ReadingPoint[]): Iterable<readonly [number, readonly ReadingPoint[]]> {
  const [first] = points;
  if (first === undefined) return [];
  const day = dayOf(first.at);
  if (points.every((point) => dayOf(point.at) === day)) return [[day, points]];
  const days = new Map<number, ReadingPoint[]>();
  for (const point of points) {
    const of = days.get(dayOf(point.at));
    if (of === undefined) days.set(dayOf(point.at), [point]);
    else of.push(point);
  }
  return days;
}
