import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';
import type { ReadingPoint } from '../../model/history-point.ts';
import type { Scalar } from '../../model/text.ts';
import { checkTime, DAY, dayOf, Received, MOMENT, Nanos } from './moment.ts';
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
  readonly #received = new Received();

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
    received?.setItem(row, this.#received.of(point.receivedAt));
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

/** What `readingsOf` wants, in its order. */
export const READING_COLUMNS = `sensor, measure, ${MOMENT}, received::DOUBLE, value, text, flag, test, standing, gateway`;

/** The readings of a chunk that was selected with these columns. */
export function readingsOf(chunk: DuckDBDataChunk, words: Dictionary): ReadingPoint[] {
  const column = (i: number): DuckDBVector => chunk.getColumnVector(i);
  const [sensor, measure, at, nth, received] = [column(0), column(1), column(2), column(3), column(4)] as const;
  const [value, text, flag, test, standing, gateway] = [column(5), column(6), column(7), column(8), column(9), column(10)] as const;
  const count = chunk.rowCount;
  const points: ReadingPoint[] = [];
  for (let row = 0; row < count; row += 1) {
    const [place, street] = words.standings.of(standing.getItem(row) as number);
    points.push({
      kind: 'reading',
      sensor: words.sensors.of(sensor.getItem(row) as number),
      measure: words.measures.of(measure.getItem(row) as number),
      value: (flag.getItem(row) ?? text.getItem(row) ?? value.getItem(row)) as Scalar,
      at: at.getItem(row) as number,
      nth: nth.getItem(row) as number,
      place,
      street,
      test: test.getItem(row) as boolean,
      gateway: words.gateways.of(gateway.getItem(row) as number),
      receivedAt: received.getItem(row) as number,
    });
  }
  return points;
}
