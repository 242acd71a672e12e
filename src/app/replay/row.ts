/** One line of a recording: cells of a CSV are texts, members of an NDJSON object whatever JSON allows. */
export type Row = Readonly<Record<string, unknown>>;

/** A cell as text; `undefined` when the row has no such column or no plain value in it. */
export function cell(row: Row, column: string): string | undefined {
  const value = Object.hasOwn(row, column) ? row[column] : undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
