import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { HistoryPoint, ReadingPoint } from '../../model/history-point.ts';
import { checkNth, checkTime, DAY, dayOf } from './moment.ts';
import { tableOf } from './parts.ts';
import type { Parts } from './parts.ts';
import { ReadingChunk } from './reading-chunk.ts';
import type { Dictionary } from './words.ts';

/** Appends readings to the tables of their days, in the open transaction. Those of a day that is gone have passed their time. */
export class ReadingWriter {
  readonly #parts: Parts;
  readonly #words: Dictionary;
  readonly #chunk = new ReadingChunk();

  constructor(parts: Parts, words: Dictionary) {
    this.#parts = parts;
    this.#words = words;
  }

  /** Points that are no readings are passed over. */
  async write(connection: DuckDBConnection, points: readonly HistoryPoint[]): Promise<void> {
    this.#chunk.clear();
    // A batch is nearly always of one day; what is of another waits for its turn.
    for (let rest: readonly HistoryPoint[] = points; rest.length > 0; ) rest = await this.#writeDay(connection, rest);
  }

  /** Writes the readings of the first day that comes. @returns those of other days */
  async #writeDay(connection: DuckDBConnection, points: readonly HistoryPoint[]): Promise<readonly ReadingPoint[]> {
    const first = points.find((point) => point.kind === 'reading');
    if (first === undefined) return [];
    checkTime(first.at);
    const day = dayOf(first.at);
    const appender = await this.#appenderOf(connection, day);
    try {
      return this.#append(points, day, appender);
    } catch (error) {
      // One that is left open would write what it holds when it is collected, into whatever transaction there is.
      appender?.clear();
      throw error;
    } finally {
      appender?.closeSync();
    }
  }

  #append(points: readonly HistoryPoint[], day: number, appender: DuckDBAppender | null): readonly ReadingPoint[] {
    const [others, chunk]: [ReadingPoint[], ReadingChunk] = [[], this.#chunk];
    const [from, to] = [day * DAY, (day + 1) * DAY];
    for (const point of points) {
      if (point.kind !== 'reading') continue;
      if (!(point.at >= from && point.at < to)) others.push(point);
      else if (appender !== null) {
        this.#add(point);
        if (chunk.isFull) appender.appendDataChunk(chunk.take());
      }
    }
    if (chunk.count > 0) appender?.appendDataChunk(chunk.take());
    return others;
  }

  /** `null`: the day is gone. */
  async #appenderOf(connection: DuckDBConnection, day: number): Promise<DuckDBAppender | null> {
    if (this.#parts.state('raw', day) === 'gone') return null;
    await this.#parts.set(connection, { tier: 'raw', day }, 'open');
    return connection.createAppender(tableOf('raw', day));
  }

  #add(point: ReadingPoint): void {
    const [chunk, words] = [this.#chunk, this.#words];
    const { at, nth, receivedAt, order } = point;
    checkTime(at);
    checkTime(receivedAt);
    checkNth(nth);
    checkNth(order);
    const row = chunk.count;
    chunk.sensor[row] = words.sensors.idOf(point.sensor);
    chunk.measure[row] = words.measures.idOf(point.measure);
    chunk.standing[row] = words.standings.idOf(point.place, point.street);
    chunk.gateway[row] = words.gateways.idOf(point.gateway);
    chunk.test[row] = Number(point.test);
    chunk.setTimes(at, nth, receivedAt, order);
    chunk.setValue(point.value);
    chunk.count = row + 1;
  }
}
