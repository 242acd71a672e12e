import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listSnapshots, readSnapshot, writeSnapshot } from './snapshot-files.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-snapshot-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const state = Uint8Array.from({ length: 300 }, (_, i) => (i * i * 7) % 256);

describe('snapshot files', () => {
  it('S1: only whole snapshots have a name', async () => {
    await writeSnapshot(directory, { offset: 12, at: 99, state });
    writeFileSync(join(directory, 'snapshot.tmp'), 'half');
    expect(listSnapshots(directory)).toEqual([12]);
    await writeSnapshot(directory, { offset: 13, at: 100, state: new Uint8Array() });
    expect(readdirSync(directory).sort()).toEqual(['snapshot-0000000000000012.gz', 'snapshot-0000000000000013.gz']);
    expect(listSnapshots(directory)).toEqual([13, 12]);
    expect(readSnapshot(directory, 12)).toEqual({ offset: 12, at: 99, state });
    expect(readSnapshot(directory, 13)).toEqual({ offset: 13, at: 100, state: new Uint8Array() });
  });

  it('S1: a directory that cannot be written is an error, not a snapshot', async () => {
    await expect(writeSnapshot(join(directory, 'absent'), { offset: 1, at: 1, state })).rejects.toThrow('ENOENT');
  });

  it('S2: with any bit turned or any tail missing it is read as written or refused', async () => {
    await writeSnapshot(directory, { offset: 7, at: 1, state });
    const file = join(directory, 'snapshot-0000000000000007.gz');
    const good = readFileSync(file);
    let refused = 0;
    const read = (bytes: Uint8Array): void => {
      writeFileSync(file, bytes);
      try {
        expect(readSnapshot(directory, 7)).toEqual({ offset: 7, at: 1, state });
      } catch (error) {
        if ((error as Error).name === 'AssertionError') throw error;
        refused += 1;
      }
    };
    for (let i = 0; i < good.length; i += 1) {
      read(good.map((byte, at) => (at === i ? byte ^ (1 << (i % 8)) : byte)));
      read(good.subarray(0, i));
    }
    expect(refused).toBeGreaterThan(good.length * 1.8);
  });
});
