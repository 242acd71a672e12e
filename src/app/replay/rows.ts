import { createReadStream, openSync, closeSync, readSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { Refusal } from '../../model/problem.ts';
import type { Row } from './row.ts';

const LONGEST_ROW = 1_000_000;

export interface RowSource {
  readonly file: string;
  readonly format: 'csv' | 'ndjson';
  /** Bytes on disk, for the progress bar. */
  readonly size: number;
  readonly packed: boolean;
}

export interface RowWatch {
  readonly bytes: (count: number) => void;
  /** A line that is no row: wrong number of columns, no JSON object, too long. */
  readonly malformed: () => void;
}

/** Looks at the file once: there, which format, packed or not (by its first bytes, not by its name). */
export function inspectRecording(file: string, format: 'csv' | 'ndjson' | undefined): RowSource {
  let size: number;
  const head = Buffer.alloc(2);
  try {
    const descriptor = openSync(file, 'r');
    readSync(descriptor, head, 0, 2, 0);
    closeSync(descriptor);
    size = statSync(file).size;
  } catch (error) {
    throw new Refusal('recording-unreadable', `The recording ${file} cannot be read: ${(error as Error).message}.`);
  }
  const name = file.toLowerCase().replace(/\.gz$/, '');
  const guessed = format ?? (name.endsWith('.csv') ? 'csv' : /\.(ndjson|jsonl)$/.test(name) ? 'ndjson' : null);
  if (guessed === null)
    throw new Refusal('recording-format-unknown', `The name of ${file} tells no format: put "format": "csv" or "ndjson" into the mapping.`);
  return { file, format: guessed, size, packed: head[0] === 0x1f && head[1] === 0x8b };
}

/** Streams a recording row by row; memory holds a few blocks, never the file. */
export async function* readRows(source: RowSource, watch: RowWatch): AsyncGenerator<Row> {
  const disk = createReadStream(source.file);
  disk.on('data', (chunk) => watch.bytes(chunk.length));
  try {
    const text = source.packed ? chain(disk, createGunzip()) : disk;
    yield* source.format === 'csv' ? csvRows(text, watch) : jsonRows(text, watch);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('recording-broken', `The recording ${source.file} breaks off or is damaged: ${(error as Error).message}.`);
  } finally {
    disk.destroy();
  }
}

async function* csvRows(text: Readable, watch: RowWatch): AsyncGenerator<Row> {
  const parser = parse({
    columns: true,
    bom: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
    skip_records_with_error: true,
    on_skip: () => {
      watch.malformed();
      return undefined;
    },
  });
  for await (const row of chain(text, parser)) yield row as Row;
}

async function* jsonRows(text: Readable, watch: RowWatch): AsyncGenerator<Row> {
  for await (const line of lines(text, watch)) {
    if (line.trim() === '') continue;
    const row = readObject(line);
    if (row === null) watch.malformed();
    else yield row;
  }
}

function readObject(line: string): Row | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : null;
  } catch {
    return null;
  }
}

/** Lines of a text; one beyond the limit is counted and passed over, so a file without line ends cannot fill the memory. */
async function* lines(text: Readable, watch: RowWatch): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: false });
  let rest = '';
  let skipping = false;
  for await (const chunk of text) {
    const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = parts.pop() as string;
    for (const part of parts) {
      if (skipping) skipping = false;
      else yield part;
    }
    if (rest.length > LONGEST_ROW) {
      if (!skipping) watch.malformed();
      skipping = true;
      rest = '';
    }
  }
  rest += decoder.decode();
  if (rest !== '' && !skipping) yield rest;
}

/** Pipes so that an error on either side reaches the reader. */
function chain<T extends NodeJS.ReadWriteStream & Readable>(from: Readable, to: T): T {
  pipeline(from, to, (error) => {
    if (error && !to.destroyed) to.destroy(error);
  });
  return to;
}
