import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Millis } from '../../model/time.ts';
import type { Span } from '../../model/series.ts';
import { BlockBuilder } from '../block-builder.ts';
import { ArrivalRows, arrivalsSql, type RankedMeasure } from './arrival-rows.ts';
import { boundOf, clamp } from './moment.ts';
import { tableOf } from './parts.ts';
import type { Parts } from './parts.ts';
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

/**
 * All readings that arrived in a span, in that order: slice by slice, so that never more than one slice is sorted, or in memory. No
 * statement is open while somebody looks at a block: nothing that goes meanwhile would be free for use again.
 */
export async function* streamArrivals(span: Span, measures: readonly string[] | null, sides: StreamSides): AsyncGenerator<ReadingBlock> {
  const { gate, parts, words } = sides;
  const connection = await sides.connect();
  const block = new BlockBuilder();
  const rows = new ArrivalRows(block, words);
  try {
    for (const slice of await gate.pass(() => slicesOf(connection, span, parts))) {
      const blocks = await gate.pass(async () => {
        const days = [...slice.days].filter((day) => parts.state('raw', day) !== 'gone');
        // What was learned since the last slice may be in this one.
        const ranked = rankedMeasures(words, measures);
        const ready: ReadingBlock[] = [];
        if (days.length === 0 || ranked.length === 0) return ready;
        for await (const chunk of sortedSlice(connection, { ...slice, days }, ranked)) {
          rows.take(chunk, ranked);
          const full = block.ready();
          if (full !== null) ready.push(full);
        }
        return ready;
      });
      yield* blocks;
    }
    const rest = block.rest();
    if (rest !== null) yield rest;
  } finally {
    connection.closeSync();
  }
}

/** `null` asks for all that are known. */
function rankedMeasures(words: Dictionary, measures: readonly string[] | null): readonly RankedMeasure[] {
  const names = measures === null ? words.measures.all() : [...new Set(measures)];
  const known = names.flatMap((name) => {
    const id = words.measures.known(name);
    return id === null ? [] : [{ id, name }];
  });
  return known.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Texts are asked for only where there are some: a day without any knows so at once. In one transaction, for what is written
 * meanwhile. Chunk by chunk: the garbage collector does not see how large a whole result is, and lets many of them gather.
 */
async function* sortedSlice(
  connection: DuckDBConnection,
  { from, to, days }: Span & { readonly days: readonly number[] },
  measures: readonly RankedMeasure[],
): AsyncGenerator<DuckDBDataChunk> {
  const which = `received >= ${boundOf(from)} AND received < ${boundOf(to)}`;
  const rows = (more: string): string =>
    days.map((day) => `SELECT * FROM ${tableOf('raw', day)} WHERE ${which} ${more}`).join(' UNION ALL ');
  await connection.run('BEGIN TRANSACTION');
  try {
    const texts = (await connection.run(`SELECT 1 FROM (${rows('AND text IS NOT NULL')}) LIMIT 1`)).rowCount > 0;
    yield* await connection.stream(arrivalsSql(rows(''), measures, texts));
  } finally {
    await connection.run('COMMIT').catch(() => undefined);
  }
}

/** Whole hours while they are small enough together; one that is too large by itself is split evenly. */
async function slicesOf(connection: DuckDBConnection, span: Span, parts: Parts): Promise<readonly Slice[]> {
  const hours = new Map<number, { rows: number; days: Set<number> }>();
  const [from, to] = [clamp(span.from), clamp(span.to)];
  for (const day of parts.days('raw')) {
    const sql = `SELECT (received // ${boundOf(HOUR)})::DOUBLE AS hour, count(*)::DOUBLE FROM ${tableOf('raw', day)}
      WHERE received >= ${boundOf(from)} AND received < ${boundOf(to)} GROUP BY hour`;
    for (const [hour, rows] of (await connection.runAndReadAll(sql)).getRows() as unknown as readonly [number, number][]) {
      const of = hours.get(hour) ?? { rows: 0, days: new Set() };
      hours.set(hour, { rows: of.rows + rows, days: of.days.add(day) });
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
