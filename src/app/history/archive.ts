import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { EmbeddedStore } from '../../history/embedded/embedded-store.ts';
import { HISTORY_FILE } from '../../history/embedded/duck-file.ts';
import { openEmbeddedStore } from '../../history/embedded/open-embedded-store.ts';
import { Refusal } from '../../model/problem.ts';
import type { Span } from '../../model/series.ts';
import { isoTime, type Millis } from '../../model/time.ts';

const DAY: Millis = 86_400_000;

/** What of the configuration says where history is. */
export type Kept = Pick<Config, 'dataDir' | 'history'>;

/** What has been done of the work, in [0, 1], and the file that is next. */
export type ArchiveProgress = (fraction: number, file: string) => void;

export interface Watch {
  readonly progress: ArchiveProgress;
  /** Ends between two files. */
  readonly signal: AbortSignal;
}

export interface ExportOutcome {
  readonly files: number;
  readonly readings: number;
}

export interface ImportSum {
  readonly files: number;
  /** Readings that were not there before. */
  readonly taken: number;
  /** Readings of days that were summed up and removed: they are not taken again. */
  readonly passed: number;
}

/**
 * Readings that arrived in a span as Parquet files, one a day of UTC, in the order of the log.
 * @throws Refusal `history-target`: the directory is not empty, or cannot be; and as `openKept` does
 */
export function exportHistory(kept: Kept, { into, ...span }: Span & { readonly into: string }, watch: Watch): Promise<ExportOutcome> {
  return withStore(kept, async (store) => {
    makeEmpty(into);
    const there = await store.arrived();
    const outcome = { files: 0, readings: 0 };
    if (there === null) return outcome;
    const [from, to] = [Math.max(span.from, there.from), Math.min(span.to, there.to)];
    for (let day = Math.floor(from / DAY) * DAY; day < to && !watch.signal.aborted; day += DAY) {
      const name = `readings-${isoTime(day).slice(0, 10)}.parquet`;
      watch.progress(Math.max(0, day - from) / (to - from), name);
      const file = join(into, name);
      const readings = await store.exportParquet({ from: Math.max(day, from), to: Math.min(day + DAY, to) }, file);
      if (readings === 0) rmSync(file, { force: true });
      else outcome.files += 1;
      outcome.readings += readings;
    }
    return outcome;
  });
}

/** Takes in such files, or all of a directory; what is there already is not taken again. @throws Refusal `history-file` */
export function importHistory(kept: Kept, paths: readonly string[], { progress, signal }: Watch): Promise<ImportSum> {
  const files = paths.flatMap(filesOf);
  return withStore(
    kept,
    async (store) => {
      const sum = { files: 0, taken: 0, passed: 0 };
      for (const [i, file] of files.entries()) {
        if (signal.aborted) break;
        progress(i / files.length, file);
        const { taken, passed } = await store.importParquet(file);
        sum.files += 1;
        sum.taken += taken;
        sum.passed += passed;
      }
      return sum;
    },
    'made',
  );
}

/** Gives the disk back what is free in the file. @returns its size before and after, in bytes */
export function vacuumHistory(kept: Kept): Promise<{ readonly before: number; readonly after: number }> {
  const size = (): number => statSync(join(kept.dataDir, HISTORY_FILE)).size;
  return withStore(kept, async (store) => {
    const before = size();
    await store.vacuum();
    return { before, after: size() };
  });
}

/** `absent`: what becomes of a history that is not there yet. */
async function withStore<T>(kept: Kept, work: (store: EmbeddedStore) => Promise<T>, absent: 'refused' | 'made' = 'refused'): Promise<T> {
  const store = await openKept(kept, absent);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** @throws Refusal `history-locked` while a server runs, `history-unavailable` where none is kept in a file, and as opening it does */
async function openKept({ dataDir, history }: Kept, absent: 'refused' | 'made'): Promise<EmbeddedStore> {
  if (history.store !== 'embedded') {
    const where =
      history.store === 'influxdb' ? 'It is kept in InfluxDB: use its own tools.' : 'None is kept; see "history" in maibo.json.';
    throw new Refusal('history-unavailable', `There is no history file to work on. ${where}`);
  }
  if (absent === 'refused' && !existsSync(join(dataDir, HISTORY_FILE)))
    throw new Refusal('history-unavailable', `There is no history in ${dataDir} yet; --data names another directory.`);
  try {
    return await openEmbeddedStore({ directory: dataDir });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'history-locked') throw error;
    throw new Refusal('history-locked', `The history in ${dataDir} is in use: stop the server that keeps it, do this, and start it again.`);
  }
}

function makeEmpty(directory: string): void {
  const refuse = (why: string): never => {
    throw new Refusal('history-target', `${directory} ${why}: name a new or an empty directory.`);
  };
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    refuse(`cannot be made (${error instanceof Error ? error.message : String(error)})`);
  }
  if (readdirSync(directory).length > 0) refuse('is not empty');
}

function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) throw new Refusal('history-file', `There is no ${path}.`);
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path).filter((name) => name.endsWith('.parquet'));
  if (files.length === 0) throw new Refusal('history-file', `There is no *.parquet in ${path}.`);
  return files.sort().map((name) => join(path, name));
}
