import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../directory.ts';
import { openCheckpoint, type Checkpoint, type CheckpointFault, type PublicKeys } from './checkpoint.ts';

export const CHECKPOINT_FILE = 'audit-checkpoints.ndjson';
const LINE_FEED = 0x0a;

/** Adds one line, on disk before it resolves. Half a line that a crash left was never given to anybody, and makes room. */
export async function appendCheckpoint(directory: string, line: string): Promise<void> {
  const file = await open(join(directory, CHECKPOINT_FILE), 'a+', 0o644);
  try {
    const { size } = await file.stat();
    const before = size === 0 ? Buffer.alloc(0) : await file.readFile();
    const whole = before.lastIndexOf(LINE_FEED) + 1;
    if (whole < size) await file.truncate(whole);
    await file.write(`${line}\n`);
    await file.sync();
    if (size === 0) syncDirectory(directory);
  } finally {
    await file.close();
  }
}

/** The newest whole line; `null` when there is none. */
export async function newestCheckpoint(directory: string): Promise<string | null> {
  const text = await readFile(join(directory, CHECKPOINT_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').slice(0, -1).at(-1) ?? null;
}

export interface CheckpointsRead {
  readonly good: readonly Checkpoint[];
  readonly faults: readonly { readonly line: number; readonly fault: CheckpointFault }[];
}

/** The lines of a file, whoever kept it. Half a last line is none: a crash may have cut it. */
export function readCheckpoints(text: string, keys: PublicKeys): CheckpointsRead {
  const good: Checkpoint[] = [];
  const faults: { line: number; fault: CheckpointFault }[] = [];
  const lines = text.split('\n');
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const found = openCheckpoint(line, keys);
    if (typeof found !== 'string') good.push(found);
    else if (i < lines.length - 1 || found !== 'form') faults.push({ line: i + 1, fault: found });
  }
  return { good, faults };
}
