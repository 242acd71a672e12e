import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Vector } from '@duckdb/node-bindings';
import type { Scalar } from '../../model/text.ts';

/** Of `raw_<day>`, in the order of its columns. A boolean has its number in `value` as well, so that it can be drawn and summed up. */
const TYPES = [INTEGER, INTEGER, BIGINT, BIGINT, DOUBLE, VARCHAR, BOOLEAN, BOOLEAN, INTEGER, INTEGER];
const [VALUE, TEXT, FLAG] = [4, 5, 6] as const;
/** What DuckDB takes at once. */
export const CHUNK_ROWS = 2_048;

const PER_MILLI = 1_000_000;
const TWO_TO_32 = 4_294_967_296;

/**
 * Rows of readings on their way into a table: columns in memory of our own, copied into DuckDB's as they are. A value that is set for
 * itself is checked, and marked as no NULL, by the library: five times as dear.
 */
export class ReadingChunk {
  readonly sensor = new Int32Array(CHUNK_ROWS);
  readonly measure = new Int32Array(CHUNK_ROWS);
  readonly standing = new Int32Array(CHUNK_ROWS);
  readonly gateway = new Int32Array(CHUNK_ROWS);
  readonly test = new Uint8Array(CHUNK_ROWS);
  /** Nanoseconds: of each the lower and the upper half. */
  readonly #ns = new Int32Array(CHUNK_ROWS * 2);
  readonly #received = new Int32Array(CHUNK_ROWS * 2);
  readonly #value = new Float64Array(CHUNK_ROWS);
  readonly #flag = new Uint8Array(CHUNK_ROWS);
  #texts: (readonly [row: number, text: string])[] = [];
  readonly #valued = new Uint32Array(CHUNK_ROWS / 32);
  readonly #texted = new Uint32Array(CHUNK_ROWS / 32);
  readonly #flagged = new Uint32Array(CHUNK_ROWS / 32);
  count = 0;

  get isFull(): boolean {
    return this.count === CHUNK_ROWS;
  }

  /** Of the row that is being filled. */
  setTimes(at: number, nth: number, receivedAt: number, order: number): void {
    setNanos(this.#ns, this.count * 2, at, nth);
    setNanos(this.#received, this.count * 2, receivedAt, order);
  }

  setValue(value: Scalar): void {
    const row = this.count;
    if (typeof value === 'string') {
      this.#texts.push([row, value]);
      mark(this.#texted, row);
      return;
    }
    this.#value[row] = Number(value);
    mark(this.#valued, row);
    if (typeof value === 'number') return;
    this.#flag[row] = Number(value);
    mark(this.#flagged, row);
  }

  /** A chunk of what has been filled; then this is empty again. */
  take(): DuckDBDataChunk {
    const { count } = this;
    const chunk = DuckDBDataChunk.create(TYPES, count);
    const vectors = TYPES.map((_, i) => duckdb.data_chunk_get_vector(chunk.chunk, i));
    const columns = [
      this.sensor,
      this.measure,
      this.#ns,
      this.#received,
      this.#value,
      null,
      this.#flag,
      this.test,
      this.standing,
      this.gateway,
    ];
    for (const [i, column] of columns.entries()) if (column !== null) copy(vectors[i] as Vector, column, count);
    if (this.#texts.length > 0) copyMarks(vectors[VALUE] as Vector, this.#valued);
    copyMarks(vectors[TEXT] as Vector, this.#texted);
    copyMarks(vectors[FLAG] as Vector, this.#flagged);
    for (const [row, text] of this.#texts) duckdb.vector_assign_string_element(vectors[TEXT] as Vector, row, text);
    this.clear();
    return chunk;
  }

  clear(): void {
    this.count = 0;
    this.#texts = [];
    for (const marks of [this.#valued, this.#texted, this.#flagged]) marks.fill(0);
  }
}

function copy(
  vector: Vector,
  { buffer, byteOffset, BYTES_PER_ELEMENT, length }: Int32Array | Float64Array | Uint8Array,
  rows: number,
): void {
  duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset, (BYTES_PER_ELEMENT * length * rows) / CHUNK_ROWS);
}

/** Which rows are no NULL: a bit each. */
function copyMarks(vector: Vector, { buffer, byteOffset, byteLength }: Uint32Array): void {
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, buffer as ArrayBuffer, byteOffset, byteLength);
}

function mark(marks: Uint32Array, row: number): void {
  marks[row >> 5] = (marks[row >> 5] as number) | (1 << (row & 31));
}

/** `millis` · 10⁶ + `rest`, exact and without a BigInt: the lower half by itself, the upper from what a Number is right about. */
function setNanos(into: Int32Array, place: number, millis: number, rest: number): void {
  const low = (Math.imul(millis | 0, PER_MILLI) + rest) | 0;
  into[place] = low;
  into[place + 1] = Math.round((millis * PER_MILLI + rest - (low >>> 0)) / TWO_TO_32);
}
