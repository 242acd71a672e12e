import { Refusal } from '../../model/problem.ts';
import type { Mapping, TimeSpec } from './mapping.ts';
import { createRowMapper } from './map-row.ts';
import type { MappedRow, SkipReason } from './map-row.ts';
import { cell } from './row.ts';
import type { Row } from './row.ts';
import { readRows } from './rows.ts';
import type { RowSource } from './rows.ts';

/** What becomes of the rows is reported here; nothing is left out in silence. */
export interface ReadingWatch {
  readonly bytes: (count: number) => void;
  readonly row: () => void;
  readonly skipped: (reason: SkipReason) => void;
}

/** The rows of a recording as readings, in the order in which they are to be published. */
export function readReadings(source: RowSource, mapping: Mapping, watch: ReadingWatch): AsyncGenerator<MappedRow> {
  const table = 'table' in mapping.sensor ? mapping.sensor.table : undefined;
  return mapping.order === 'by-sensor' && table !== undefined
    ? mergeBySensor(source, mapping, Object.keys(table), watch)
    : inFileOrder(source, mapping, () => true, { ...watch, malformed: () => watch.skipped('row-malformed') });
}

interface StreamWatch extends ReadingWatch {
  readonly malformed: () => void;
}

async function* inFileOrder(
  source: RowSource,
  mapping: Mapping,
  mine: (row: Row) => boolean,
  watch: StreamWatch,
): AsyncGenerator<MappedRow> {
  const map = createRowMapper(mapping);
  let checked = source.format !== 'csv';
  const malformed = (): void => {
    watch.row();
    watch.malformed();
  };
  for await (const row of readRows(source, { bytes: watch.bytes, malformed })) {
    if (!checked) checkColumns(source, mapping, row);
    checked = true;
    if (!mine(row)) continue;
    watch.row();
    const mapped = map(row);
    if (mapped.kind === 'skipped') watch.skipped(mapped.reason);
    else yield mapped;
  }
}

/**
 * The file holds one sensor after the other, so one stream is read for each of them and the earliest row goes first:
 * time order without holding or sorting the file. The first stream also answers for rows that belong to nobody.
 */
async function* mergeBySensor(
  source: RowSource,
  mapping: Mapping,
  names: readonly string[],
  watch: ReadingWatch,
): AsyncGenerator<MappedRow> {
  const column = (mapping.sensor as { readonly column: string }).column;
  const known = new Set(names);
  const streams = names.map((name, index) => {
    const mine = (row: Row): boolean => {
      const value = cell(row, column)?.trim() ?? '';
      return value === name || (index === 0 && !known.has(value));
    };
    const first = index === 0;
    const bytes = (count: number): void => watch.bytes(count / names.length);
    const ignore = (): void => undefined;
    return inFileOrder(source, mapping, mine, {
      bytes,
      row: watch.row,
      skipped: watch.skipped,
      malformed: first ? () => watch.skipped('row-malformed') : ignore,
    });
  });
  yield* earliestFirst(streams);
}

async function* earliestFirst(streams: readonly AsyncGenerator<MappedRow>[]): AsyncGenerator<MappedRow> {
  try {
    const heads = await Promise.all(streams.map(async (stream) => ({ stream, next: await stream.next() })));
    for (;;) {
      let best: (typeof heads)[number] | null = null;
      for (const head of heads)
        if (head.next.done !== true && (best === null || head.next.value.at < (best.next.value as MappedRow).at)) best = head;
      if (best === null) return;
      yield best.next.value as MappedRow;
      best.next = await best.stream.next();
    }
  } finally {
    for (const stream of streams) await stream.return(undefined);
  }
}

/** A mapping made for another file is told at the first row, not by a million rows without a value. */
function checkColumns(source: RowSource, mapping: Mapping, first: Row): void {
  const absent = [...columnsOf(mapping)].filter((column) => !Object.hasOwn(first, column));
  if (absent.length === 0) return;
  const has = Object.keys(first).join(', ');
  throw new Refusal(
    'recording-columns',
    `The recording ${source.file} has no column ${absent.map((name) => `"${name}"`).join(', ')}; it has: ${has}.`,
  );
}

function columnsOf(mapping: Mapping): Set<string> {
  const columns = new Set<string>(timeColumns(mapping.time));
  if ('column' in mapping.sensor) columns.add(mapping.sensor.column);
  for (const column of Object.keys(mapping.filter ?? {})) columns.add(column);
  for (const value of mapping.values) for (const column of [value.column, ...Object.keys(value.where ?? {})]) columns.add(column);
  return columns;
}

function timeColumns(time: TimeSpec): string[] {
  if ('columns' in time) return Object.values(time.columns);
  if (!('elapsed' in time)) return [time.column];
  return typeof time.base === 'string' ? [time.elapsed] : [time.elapsed, time.base.column];
}
