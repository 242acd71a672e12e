export type Column = Int32Array | Float64Array | Uint8Array;

/** Columns that are being filled: more of them may be reserved than are in use. */
export interface BlockColumns {
  sensor: Int32Array;
  measure: Int32Array;
  gateway: Int32Array;
  standing: Int32Array;
  at: Float64Array;
  nth: Int32Array;
  receivedAt: Float64Array;
  order: Int32Array;
  value: Float64Array;
  sort: Uint8Array;
  test: Uint8Array;
}

export function columnsOf(rows: number): BlockColumns {
  const ints = (): Int32Array => new Int32Array(rows);
  const doubles = (): Float64Array => new Float64Array(rows);
  return {
    ...{ sensor: ints(), measure: ints(), gateway: ints(), standing: ints() },
    ...{ at: doubles(), nth: ints(), receivedAt: doubles(), order: ints() },
    ...{ value: doubles(), sort: new Uint8Array(rows), test: new Uint8Array(rows) },
  };
}

export const COLUMNS = Object.keys(columnsOf(0)) as readonly (keyof BlockColumns)[];

/** These rows of a column, in this order. */
export function gathered<T extends Column>(column: T, rows: readonly number[]): T {
  const made = column.slice(0, rows.length) as T;
  for (let i = 0; i < rows.length; i += 1) made[i] = column[rows[i] as number] as number;
  return made;
}
