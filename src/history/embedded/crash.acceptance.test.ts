import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { blocksOf } from '../test-reading-blocks.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';

/** A child process writes and says what it believes is durable, then dies, or its disk is full. */
const CHILD = fileURLToPath(new URL('./write-loop.child.mjs', import.meta.url));
const EVER = { from: 0, to: Date.UTC(2027, 0, 1) };
const SIZE = 500;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-history-crash-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Run {
  readonly acked: readonly number[];
  readonly text: string;
}

/** `prefix`: what stands before the command, to limit it. Without `killAfter` the child ends by itself. */
function run(killAfter: number | null, prefix: readonly string[] = []): Promise<Run> {
  const [program, ...rest] = [...prefix, process.execPath, CHILD, directory, String(SIZE)];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (killAfter !== null && text.split('\nacked ').length > killAfter) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve({ text, acked: [...text.matchAll(/^acked (\d+)$/gm)].map(([, offset]) => Number(offset)) }));
  });
}

/** E1: all batches before the cursor are there, whole and once, and nothing of any other. */
async function checkWhole(): Promise<number> {
  const store = await openEmbeddedStore({ directory });
  try {
    const offset = (await store.cursor())?.offset ?? 0;
    const found = new Map<number, number>();
    for await (const some of blocksOf(store.arrivals(EVER, null))) {
      for (const { value, sensor } of some) {
        const batch = Math.round(value as number);
        expect(value).toBe(batch + Math.sin(Number(sensor.slice(1))) / 4);
        found.set(batch, (found.get(batch) ?? 0) + 1);
      }
    }
    expect([...found].sort(([a], [b]) => a - b)).toEqual(Array.from({ length: offset }, (_, n) => [n, SIZE]));
    const orders = await store.orderSteps({ ...EVER, limit: 1_000_000 });
    expect(new Set(orders.map((step) => step.order)).size).toBe(offset);
    expect(orders).toHaveLength(offset);
    return offset;
  } finally {
    await store.close();
  }
}

describe('the embedded store against crashes', () => {
  test('E1: after kill -9 the file is readable, and points and cursor are together', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { acked } = await run(randomInt(1, 40));
      const offset = await checkWhole();
      expect(offset).toBeGreaterThan(acked.at(-1) as number);
      // At most the one that was under way.
      expect(offset).toBeLessThanOrEqual((acked.at(-1) as number) + 2);
    }
  });

  test('a full disk is a fault that may pass, and leaves points and cursor together', async () => {
    const { text, acked } = await run(null, ['bash', '-c', 'ulimit -f 3000; exec "$@"', 'bash']);
    expect(text).toMatch(/^failed unreachable .*(File too large|Could not write|FATAL|IO Error)/m);
    const offset = await checkWhole();
    expect(offset).toBeGreaterThan(acked.at(-1) as number);
    // With room again, it goes on from there.
    expect((await run(3)).text).toContain(`opened ${offset}\n`);
    await checkWhole();
  });

  test('a second process is refused as long as the first is at work', async () => {
    const store = await openEmbeddedStore({ directory });
    expect((await run(null)).text).toBe('refused history-locked\n');
    await store.close();
  });
});
