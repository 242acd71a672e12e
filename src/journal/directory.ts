import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { Refusal } from '../model/problem.ts';

/** A new or renamed name is durable only after its directory is. */
export function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function makeDirectory(directory: string): void {
  try {
    const first = mkdirSync(directory, { recursive: true });
    if (first !== undefined) syncDirectory(dirname(first));
  } catch (error) {
    throw new Refusal('journal-directory', `The data directory ${directory} cannot be made: ${(error as Error).message}`);
  }
}

export interface DirectoryLock {
  release(): void;
}

/**
 * Holds the directory for this process. The lock is the kernel's (SQLite takes it with fcntl on a file of its own), so it goes
 * with the process, however that ends; there is no stale lock file to remove.
 */
export function lockDirectory(directory: string): DirectoryLock {
  let lock: Database.Database;
  try {
    lock = new Database(join(directory, 'journal.lock'));
  } catch (error) {
    throw new Refusal('journal-directory', `The data directory ${directory} cannot be written: ${(error as Error).message}`);
  }
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    const { code, message } = error as { code?: string; message: string };
    if (code === 'SQLITE_BUSY') {
      throw new Refusal('journal-locked', `Another Maibo has the data directory ${directory} open. Stop it, or choose another directory.`);
    }
    throw new Refusal('journal-directory', `The data directory ${directory} cannot be locked: ${message}`);
  }
  return { release: () => void lock.close() };
}
