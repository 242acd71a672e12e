import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A range of a file that was written but not flushed when the process died. */
export interface Unflushed {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Runs a program so that every write and flush of it is on record. `-D` leaves the program itself as our child. */
export function tracedBy(trace: string): string[] {
  return ['strace', '-D', '-f', '-qq', '-y', '-s', '0', '-e', 'trace=pwrite64,fsync,fdatasync', '-e', 'signal=none', '-o', trace];
}

/** Reads the record: a range is flushed when an fsync of its file, begun after the write, has returned 0. */
export function readUnflushed(trace: string): Unflushed[] {
  let dirty: Unflushed[] = [];
  const syncing = new Map<string, readonly Unflushed[]>();
  const flush = (ranges: readonly Unflushed[]): void => {
    dirty = dirty.filter((range) => !ranges.includes(range));
  };
  for (const line of readFileSync(trace, 'latin1').split('\n')) {
    const pid = line.split(' ', 1)[0] as string;
    const write = /pwrite64\(\d+<([^>]*)>.*, (\d+), (\d+)(?:\)\s+= .*| <unfinished \.\.\.>)$/.exec(line);
    const sync = /(?:fsync|fdatasync)\(\d+<([^>]*)>(?:\)\s+= (\S+)| <unfinished)/.exec(line);
    if (write !== null) dirty.push({ file: write[1] as string, start: Number(write[3]), end: Number(write[3]) + Number(write[2]) });
    if (sync !== null) {
      const ranges = dirty.filter((range) => range.file === sync[1]);
      if (sync[2] === '0') flush(ranges);
      else syncing.set(pid, ranges);
    }
    if (/<\.\.\. (fsync|fdatasync) resumed>\)\s+= 0/.test(line)) flush(syncing.get(pid) ?? []);
  }
  return dirty;
}

/** Makes the disk as a power cut might leave it: what was not flushed is gone. @returns how many bytes that were. */
export function cutPower(unflushed: readonly Unflushed[], dataDir: string): number {
  let bytes = 0;
  for (const { file, start, end } of unflushed) {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= start) continue;
    const length = Math.min(end, size) - start;
    const handle = openSync(file, 'r+');
    writeSync(handle, new Uint8Array(length), 0, length, start);
    closeSync(handle);
    bytes += length;
  }
  // Shared memory is no disk.
  rmSync(join(dataDir, 'journal.db-shm'), { force: true });
  return bytes;
}
