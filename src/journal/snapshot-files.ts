import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzip, gzipSync } from 'node:zlib';
import type { Millis } from '../model/time.ts';
import { syncDirectory } from './directory.ts';

/*
 * Snapshots are files beside the log: through the WAL one of 50 MB would hold up every commit behind it.
 *
 * S1  A snapshot has its name only when all of it is on disk (written aside, fsync, rename, fsync of the directory).
 * S2  Whatever happens to its bytes, a snapshot is read as it was written or refused; then the one before it is used.
 *
 * The file is two gzip members: a header (magic, offset, at, length) and the state. gzip carries the CRC-32 and is computed
 * off the main thread; the length finds a missing second member.
 */
export interface Snapshot {
  /** Every entry up to and with this one is in the state. */
  readonly offset: number;
  readonly at: Millis;
  readonly state: Uint8Array;
}

const MAGIC = 'MAIBOSN1';
const HEADER = 32;
const NAME = /^snapshot-(\d{16})\.gz$/;
const gzipInPool = promisify(gzip) as (bytes: Uint8Array, options: { level: number }) => Promise<Buffer>;

function nameOf(offset: number): string {
  return `snapshot-${String(offset).padStart(16, '0')}.gz`;
}

/** Offsets of the snapshots that exist, newest first. */
export function listSnapshots(directory: string): number[] {
  const offsets = readdirSync(directory).flatMap((name) => {
    const match = NAME.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
  return offsets.sort((a, b) => b - a);
}

/** @returns the bytes on disk. */
export async function writeSnapshot(directory: string, snapshot: Snapshot): Promise<number> {
  const header = Buffer.alloc(HEADER);
  header.write(MAGIC, 0, 'latin1');
  header.writeDoubleLE(snapshot.offset, 8);
  header.writeDoubleLE(snapshot.at, 16);
  header.writeDoubleLE(snapshot.state.length, 24);
  const members = [gzipSync(header), await gzipInPool(snapshot.state, { level: 1 })];
  const aside = join(directory, 'snapshot.tmp');
  try {
    const file = await open(aside, 'w');
    try {
      for (const member of members) await file.writeFile(member);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, join(directory, nameOf(snapshot.offset)));
    syncDirectory(directory);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  return members.reduce((sum, member) => sum + member.length, 0);
}

/** @throws Error saying why the file cannot be used. */
export function readSnapshot(directory: string, offset: number): Snapshot {
  const bytes = gunzipSync(readFileSync(join(directory, nameOf(offset))));
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 8) !== MAGIC) throw new Error('it does not begin like a snapshot');
  if (bytes.readDoubleLE(8) !== offset) throw new Error(`it says it is of entry ${bytes.readDoubleLE(8)}`);
  const state = new Uint8Array(bytes.buffer, bytes.byteOffset + HEADER, bytes.length - HEADER);
  if (state.length !== bytes.readDoubleLE(24)) throw new Error('it is cut short');
  return { offset, at: bytes.readDoubleLE(16), state };
}

export function removeSnapshot(directory: string, offset: number): void {
  rmSync(join(directory, nameOf(offset)), { force: true });
}
