import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { SORT } from '../../model/reading-block.ts';
import type { BlockBuilder } from '../block-builder.ts';
import type { Dictionary } from './words.ts';

/** Narrow, for sorting costs by the column: two numbers of names in one, and the rank of the measure with what the value is. */
const PACKED = `received, ns, value, (standing::BIGINT << 32) | sensor AS who,
  rank * 8 + test::INTEGER * 4 + CASE WHEN text IS NOT NULL THEN ${SORT.text} WHEN flag IS NOT NULL THEN ${SORT.truth} ELSE ${SORT.number} END AS what, gateway`;

/** A measure that is asked for, by its number in the file and its rank by name. */
export interface RankedMeasure {
  readonly id: number;
  readonly name: string;
}

/** @param rows SQL of rows of days @param measures in the order of their names */
export function arrivalsSql(rows: string, measures: readonly RankedMeasure[], texts: boolean): string {
  const ranks = measures.map(({ id }, rank) => `(${id}, ${rank})`).join(', ');
  return `SELECT ${PACKED}${texts ? ', text' : ''} FROM (${rows}) AS reading
    JOIN (VALUES ${ranks}) AS ranked(id, rank) ON ranked.id = reading.measure ORDER BY received, what`;
}

/** Fills a block with what such a statement gives, straight from the memory of DuckDB: a value for itself would cost ten times as much. */
export class ArrivalRows {
  readonly #block: BlockBuilder;
  readonly #words: Dictionary;
  /** By the number in the file, the number in the stream plus one. */
  #sensors: Int32Array = new Int32Array(1_024);
  #gateways: Int32Array = new Int32Array(1_024);
  #standings: Int32Array = new Int32Array(1_024);
  #measures: Int32Array = new Int32Array(1_024);

  constructor(block: BlockBuilder, words: Dictionary) {
    this.#block = block;
    this.#words = words;
  }

  take(chunk: DuckDBDataChunk, measures: readonly RankedMeasure[]): void {
    const { columns, count: base } = this.#block;
    const count = chunk.rowCount;
    this.#block.reserve(count);
    split(halves(chunk, 0, count), base, columns.receivedAt, columns.order);
    split(halves(chunk, 1, count), base, columns.at, columns.nth);
    columns.value.set(doubles(chunk, 2, count), base);
    this.#who(halves(chunk, 3, count), base);
    this.#what(chunk, base, measures);
    const { gateways } = this.#words;
    const [gateway, names] = [ints(chunk, 5, count), this.#block.names.gateways];
    this.#gateways = roomFor(this.#gateways, gateways.size);
    for (let row = 0; row < count; row += 1) {
      const id = gateway[row] as number;
      columns.gateway[base + row] = (this.#gateways[id] ||= names.add(gateways.of(id)) + 1) - 1;
    }
    this.#block.count = base + count;
  }

  #who(who: Int32Array, base: number): void {
    const { columns, names } = this.#block;
    const { sensors, standings } = this.#words;
    this.#sensors = roomFor(this.#sensors, sensors.size);
    this.#standings = roomFor(this.#standings, standings.size);
    for (let i = 0, row = base; i < who.length; i += 2, row += 1) {
      const [sensor, standing] = [who[i] as number, who[i + 1] as number];
      columns.sensor[row] = (this.#sensors[sensor] ||= names.sensors.add(sensors.of(sensor)) + 1) - 1;
      columns.standing[row] = (this.#standings[standing] ||= names.standings.add(standings.of(standing)) + 1) - 1;
    }
  }

  #what(chunk: DuckDBDataChunk, base: number, measures: readonly RankedMeasure[]): void {
    const { columns, names } = this.#block;
    const what = ints(chunk, 4, chunk.rowCount);
    this.#measures = roomFor(this.#measures, this.#words.measures.size);
    for (let i = 0, row = base; i < what.length; i += 1, row += 1) {
      const packed = what[i] as number;
      const { id, name } = measures[packed >> 3] as RankedMeasure;
      columns.measure[row] = (this.#measures[id] ||= names.measures.add(name) + 1) - 1;
      columns.test[row] = (packed >> 2) & 1;
      const sort = packed & 3;
      columns.sort[row] = sort;
      if (sort === SORT.text) columns.value[row] = this.#block.textNumber(chunk.getColumnVector(6).getItem(i) as string);
    }
  }
}

function roomFor(map: Int32Array, size: number): Int32Array {
  if (size <= map.length) return map;
  const grown = new Int32Array(size * 2);
  grown.set(map);
  return grown;
}

const TWO_TO_32 = 4_294_967_296;
const PER_MILLI = 1_000_000;

/** Nanoseconds as milliseconds and the rest: exact, and without a BigInt. `halves`: the lower and the upper half of each in turn. */
function split(halves: Int32Array, base: number, millis: Float64Array, rest: Int32Array): void {
  for (let i = 0, row = base; i < halves.length; i += 2, row += 1) {
    const low = halves[i] as number;
    // A Number holds the nanoseconds to some hundred, so the quotient is off by one at the most; the rest says whether it is.
    let whole = Math.floor(((halves[i + 1] as number) * TWO_TO_32 + (low >>> 0)) / PER_MILLI);
    let left = (low - Math.imul(whole | 0, PER_MILLI)) | 0;
    if (left < 0) {
      whole -= 1;
      left += PER_MILLI;
    } else if (left >= PER_MILLI) {
      whole += 1;
      left -= PER_MILLI;
    }
    millis[row] = whole;
    rest[row] = left;
  }
}

/** The memory of a column; it lives as long as the chunk does. */
function bytes(chunk: DuckDBDataChunk, column: number, count: number): Uint8Array {
  return duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, column), count);
}

function ints(chunk: DuckDBDataChunk, column: number, count: number): Int32Array {
  const { buffer, byteOffset } = bytes(chunk, column, count * 4);
  return new Int32Array(buffer, byteOffset, count);
}

function halves(chunk: DuckDBDataChunk, column: number, count: number): Int32Array {
  const { buffer, byteOffset } = bytes(chunk, column, count * 8);
  return new Int32Array(buffer, byteOffset, count * 2);
}

function doubles(chunk: DuckDBDataChunk, column: number, count: number): Float64Array {
  const { buffer, byteOffset } = bytes(chunk, column, count * 8);
  return new Float64Array(buffer, byteOffset, count);
}
