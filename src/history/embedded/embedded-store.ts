import type { AlertPoint, HistoryPoint, OrderPoint } from '../../model/history-point.ts';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Millis } from '../../model/time.ts';
import type { HistoryCursor, HistoryStore, KeptOutcome, Retention, StepsQuery } from '../history-store.ts';
import type { Series, SeriesName, SeriesQuery, Span } from '../../model/series.ts';
import { streamArrivals } from './arrival-stream.ts';
import type { DuckFile, Row } from './duck-file.ts';
import { faultOf } from './duck-fault.ts';
import { keepHistory } from './keeper.ts';
import type { Work } from './keeper.ts';
import { clamp } from './moment.ts';
import { tableOf } from './parts.ts';
import type { Parts } from './parts.ts';
import { exportSql, importReadings } from './parquet.ts';
import type { ImportOutcome } from './parquet.ts';
import { ReadingWriter } from './reading-rows.ts';
import { rawSamples, readingBuckets, signBuckets, signSamples } from './series-query.ts';
import { alertOf, alertStepsSql, orderOf, orderStepsSql, writeSteps } from './step-rows.ts';
import { Gate, Turns } from './turns.ts';
import type { Dictionary } from './words.ts';

/**
 * History in one DuckDB file.
 *
 * H1, H2, H3 of `HistoryStore`, and:
 * E1 Points and cursor are written in one transaction: after a crash both are there, or neither.
 * E2 A day is summed up in the transaction that removes its readings: never twice, and never neither.
 * E3 Whoever reads meets no table that is going: a table goes only while no statement runs.
 */
export class EmbeddedStore implements HistoryStore {
  readonly kind = 'embedded';
  readonly place: string;
  settled: HistoryCursor | null = null;
  readonly #file: DuckFile;
  readonly #words: Dictionary;
  readonly #parts: Parts;
  readonly #readings: ReadingWriter;
  readonly #writes = new Turns();
  readonly #reads = new Turns();
  readonly #gate = new Gate();

  constructor(file: DuckFile, known: { readonly words: Dictionary; readonly parts: Parts }) {
    this.#file = file;
    this.place = file.path;
    this.#words = known.words;
    this.#parts = known.parts;
    this.#readings = new ReadingWriter(known.parts, known.words);
  }

  async write(points: readonly HistoryPoint[], cursor: HistoryCursor): Promise<void> {
    await this.#transact(async (connection) => {
      await this.#readings.write(connection, points);
      await writeSteps(connection, points, this.#words);
      await this.#file.moveCursor(cursor.offset, cursor.audit);
    });
    this.settled = cursor;
  }

  async cursor(): Promise<HistoryCursor | null> {
    const [row] = await this.#read('SELECT log_offset::DOUBLE, audit_offset::DOUBLE FROM maibo');
    const [offset, audit] = row as readonly [number | null, number | null];
    return offset === null || audit === null ? null : { offset, audit };
  }

  series(query: SeriesQuery): Promise<Series> {
    return this.#asked(() => {
      const where = this.#whereOf(query.series);
      if (where === null) return Promise.resolve({ samples: [], cut: false });
      const asked = { ...query, from: clamp(query.from), to: clamp(query.to), where };
      const read = (sql: string): Promise<readonly Row[]> => this.#file.read(sql);
      const { step } = query;
      if (query.series.kind === 'sign') return step === null ? signSamples(asked, read) : signBuckets(asked, step, read);
      return step === null ? rawSamples(asked, this.#parts, read) : readingBuckets(asked, step, { parts: this.#parts, read });
    });
  }

  async alertSteps(query: StepsQuery): Promise<readonly AlertPoint[]> {
    return (await this.#read(alertStepsSql(query))).map((row) => alertOf(row, this.#words));
  }

  async orderSteps(query: Span & { readonly limit: number }): Promise<readonly OrderPoint[]> {
    return (await this.#read(orderStepsSql(query))).map((row) => orderOf(row, this.#words));
  }

  async *arrivals(span: Span, measures: readonly string[] | null): AsyncGenerator<ReadingBlock> {
    const sides = { connect: () => this.#file.connect(), parts: this.#parts, words: this.#words, gate: this.#gate };
    try {
      yield* streamArrivals(span, measures, sides);
    } catch (error) {
      throw faultOf(error);
    }
  }

  keep(retention: Retention, now: Millis): Promise<KeptOutcome> {
    const bytes = (): Promise<number> => this.#change(() => this.#gate.alone(() => this.#file.bytes()));
    return keepHistory(retention, now, { parts: this.#parts, change: this.#transact, bytes });
  }

  /** Writes the readings that arrived in a span into a Parquet file, in the order of their arrival. @returns how many. */
  exportParquet(span: Span, file: string): Promise<number> {
    // In a turn of the writes: no table goes meanwhile.
    return this.#change(async () => {
      const connection = await this.#file.connect();
      try {
        return (await connection.run(exportSql(span, file, this.#parts))).rowsChanged;
      } finally {
        connection.closeSync();
      }
    });
  }

  /** When the readings that are there arrived; `null`: there is none. */
  async arrived(): Promise<Span | null> {
    const tables = this.#parts.days('raw').map((day) => `SELECT min(received) AS a, max(received) AS b FROM ${tableOf('raw', day)}`);
    if (tables.length === 0) return null;
    const [row] = await this.#read(`SELECT (min(a) // 1000000)::DOUBLE, (max(b) // 1000000)::DOUBLE FROM (${tables.join(' UNION ALL ')})`);
    const [first, last] = row as readonly [number | null, number | null];
    return first === null || last === null ? null : { from: first, to: last + 1 };
  }

  /** Takes such a file in; what is there already is not taken again. @throws Refusal: `history-file`. */
  importParquet(file: string): Promise<ImportOutcome> {
    return importReadings(file, { parts: this.#parts, words: this.#words, change: this.#transact });
  }

  /** Gives the disk back what is free in the file: it is copied into a new one. Needs the room for it meanwhile. */
  vacuum(): Promise<void> {
    return this.#change(() => this.#gate.alone(() => this.#file.copyAnew()));
  }

  close(): Promise<void> {
    return this.#writes.take(() =>
      this.#gate.alone(() => {
        this.#file.close();
        return Promise.resolve();
      }),
    );
  }

  /** `null`: nothing of it was ever written. */
  #whereOf(series: SeriesName): string | null {
    const words = this.#words;
    if (series.kind === 'sign') {
      const sign = words.signs.known(series.sign, series.key);
      return sign === null ? null : `sign = ${sign}`;
    }
    const [sensor, measure] = [words.sensors.known(series.sensor), words.measures.known(series.measure)];
    return sensor === null || measure === null ? null : `sensor = ${sensor} AND measure = ${measure}`;
  }

  readonly #transact = (work: Work, last?: Work): Promise<void> => this.#change(() => this.#commit(work, last));

  /** One after the other with all that writes; what goes wrong is a fault of the store. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    return this.#writes.take(async () => {
      try {
        return await work();
      } catch (error) {
        throw faultOf(error);
      }
    });
  }

  /** `last` is done, and committed, while nobody reads. */
  async #commit(work: Work, last?: Work): Promise<void> {
    try {
      await this.#file.transaction(
        async (connection) => {
          await work(connection);
          await this.#words.keep(connection);
        },
        (commit) => (last === undefined ? commit() : this.#gate.alone(() => last(this.#file.writer).then(commit))),
      );
      this.#words.settle();
      this.#parts.settle();
    } catch (error) {
      this.#words.forget();
      this.#parts.forget();
      throw error;
    }
  }

  #read(sql: string): Promise<readonly Row[]> {
    return this.#asked(() => this.#file.read(sql));
  }

  #asked<T>(work: () => Promise<T>): Promise<T> {
    return this.#reads.take(async () => {
      try {
        return await this.#gate.pass(work);
      } catch (error) {
        throw faultOf(error);
      }
    });
  }
}
