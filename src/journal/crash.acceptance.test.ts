import { spawn, spawnSync } from 'node:child_process';
import { cpSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { randomBytes, randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { openRecord, readRecord } from './audit/read-record.ts';
import { readLine } from './audit/audit-line.ts';
import { verifyRecord } from './audit/verify-record.ts';
import { openJournal } from './open-journal.ts';

/*
 * The promise against real crashes: a child process commits and prints what it believes is durable, then dies or its disk fails.
 * Kill -9 alone cannot find an acknowledgement before the fsync (the page cache survives it), so the power cut is made from
 * what is known to be durable: the size of the WAL at each acknowledgement, or the fsyncs that strace saw.
 */
const CHILD = fileURLToPath(new URL('./commit-loop.child.mjs', import.meta.url));
const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const TIMEOUT = 60_000;
const SMALL = 60_000;
const NEVER = 1e12;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maibo-crash-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Run {
  readonly acked: readonly number[];
  /** Size of the WAL at the last acknowledgement. */
  readonly walSize: number;
  readonly lines: readonly string[];
  readonly exit: number | null;
}

interface Way {
  readonly mode?: 'full' | 'none' | 'early';
  readonly checkpointBytes?: number;
  /** Kill -9 after so many acknowledgements; absent: the child ends by itself. */
  readonly killAfter?: number;
  readonly strace?: readonly string[];
}

function run(directory: string, way: Way): Promise<Run> {
  const command = [process.execPath, CHILD, directory, way.mode ?? 'full', String(way.checkpointBytes ?? SMALL)];
  const [program, ...rest] = way.strace === undefined ? command : ['strace', '-f', '-qq', ...way.strace, ...command];
  const child = spawn(program as string, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  let killed = false;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (killed || way.killAfter === undefined || text.split('\nacked ').length <= way.killAfter) return;
    killed = true;
    process.kill(Number(/^opened \d+ (\d+)/.exec(text)?.[1]), 'SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => {
      const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
      const acks = lines.filter((line) => line.startsWith('acked ')).map((line) => line.split(' ').map(Number));
      resolve({ acked: acks.map((ack) => ack[1] as number), walSize: acks.at(-1)?.[2] ?? 0, lines, exit });
    });
  });
}

/**
 * The oracle: which acknowledged batches are not wholly there. A journal that cannot be opened, has half a batch, or whose audit
 * record is not exactly that of its batches, lost all and -1.
 */
async function lost(directory: string, acked: readonly number[]): Promise<number[]> {
  try {
    const journal = await openJournal({ directory, worker, emit: () => undefined });
    const whole = new Set<number>();
    const orders = journal.views.counts().orders.open;
    for (const { offset, at, events } of journal.replay(0)) {
      const good = events.every((e) => e.kind === 'message' && e.payload.every((byte) => byte === offset % 251));
      const record = journal.views.order(`wo_${offset}`);
      if (good && at === offset && events.length === 1 + (offset % 5) && record?.deliveries.length === 1) whole.add(offset);
    }
    const entries = journal.nextOffset;
    await journal.close();
    return whole.size === entries && orders === entries && isRecorded(directory, entries)
      ? acked.filter((offset) => !whole.has(offset))
      : [-1, ...acked];
  } catch {
    return [-1, ...acked];
  }
}

/** J11: the audit record is whole, and tells of every committed batch once and of no other. */
function isRecorded(directory: string, entries: number): boolean {
  const db = openRecord(directory);
  try {
    if (verifyRecord(db, { checkpoints: [] }).damage !== null) return false;
    const told = [...readRecord(db)].map(({ line }) => readLine(line)).filter((record) => record?.kind === 'order');
    return told.length === entries && told.every((record, offset) => record?.subject === `wo_${offset}`);
  } finally {
    db.close();
  }
}

function fill(file: string, start: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, start);
  closeSync(handle);
}

function wal(directory: string): string {
  return join(directory, 'journal.db-wal');
}

/** What a disk may hold behind the last byte that was flushed. */
const CUTS: Readonly<Record<string, (file: string, durable: number, size: number) => void>> = {
  'ends there': (file, durable) => truncateSync(file, durable),
  'ends somewhere later': (file, durable, size) => truncateSync(file, durable + randomInt(size - durable + 1)),
  'has zeros': (file, durable, size) => fill(file, durable, new Uint8Array(size - durable)),
  'has rubbish': (file, durable, size) => fill(file, durable, randomBytes(size - durable + 5_000)),
};

function cut(from: string, to: string, how: string, durable: number): void {
  cpSync(from, to, { recursive: true });
  rmSync(join(to, 'journal.db-shm'), { force: true });
  CUTS[how]?.(wal(to), durable, Math.max(durable, statSync(wal(to)).size));
}

function needStrace(context: TestContext): void {
  if (spawnSync('strace', ['-V']).error === undefined) return;
  if (process.env['MAIBO_TEST_REQUIRE'] === 'all') throw new Error('strace is missing: apt-get install strace');
  context.skip('strace is missing, so fsyncs cannot be watched: apt-get install strace');
}

describe('journal against crashes', () => {
  it('J1: kill -9 loses no acknowledged batch and leaves no half of one', { timeout: TIMEOUT }, async () => {
    const directory = join(root, 'd');
    const acked: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      acked.push(...(await run(directory, { killAfter: 1 + randomInt(80) })).acked);
      expect(await lost(directory, acked)).toEqual([]);
    }
    expect(new Set(acked).size).toBe(acked.length);
  });

  it('J1: a power cut behind the last acknowledgement loses nothing', { timeout: TIMEOUT }, async () => {
    for (let round = 0; round < 3; round += 1) {
      const directory = join(root, `d${round}`);
      const { acked, walSize } = await run(directory, { killAfter: 1 + randomInt(60), checkpointBytes: NEVER });
      for (const how of Object.keys(CUTS)) {
        const copy = join(root, `c${round} ${how}`);
        cut(directory, copy, how, walSize);
        expect(await lost(copy, acked), how).toEqual([]);
      }
    }
  });

  it('control: the same power cut finds a program that acknowledges before it commits', { timeout: TIMEOUT }, async () => {
    const directory = join(root, 'd');
    const { acked, walSize } = await run(directory, { mode: 'early', killAfter: 20, checkpointBytes: NEVER });
    cut(directory, join(root, 'c'), 'ends there', walSize);
    expect(await lost(join(root, 'c'), acked)).toContain(acked.at(-1));
  });

  it('J7: a second process is refused while the first lives', { timeout: TIMEOUT }, async () => {
    const journal = await openJournal({ directory: root, worker, emit: () => undefined });
    const { lines, exit } = await run(root, {});
    expect([lines[0], exit]).toEqual(['refused journal-locked', 3]);
    await journal.close();
  });

  it('J11: kill -9 leaves an audit record of exactly what was committed; one batch less in it is found', {
    timeout: TIMEOUT,
  }, async () => {
    const directory = join(root, 'd');
    const acked: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      acked.push(...(await run(directory, { killAfter: 1 + randomInt(60) })).acked);
      expect(await lost(directory, acked)).toEqual([]);
    }
    const db = new Database(join(directory, 'journal.db'));
    db.exec('DROP TRIGGER audit_kept; DELETE FROM audit WHERE seq >= (SELECT max(seq) FROM audit) - 1');
    db.close();
    expect(await lost(directory, acked)).toContain(-1);
  });
});

interface Traced {
  /** Acknowledgements that were printed while a write to the WAL was not yet flushed. */
  readonly early: readonly number[];
  /** Ranges that were not flushed when the process died. */
  readonly unflushed: readonly { readonly file: string; readonly start: number; readonly end: number }[];
}

/** Reads `strace -f -y`: a range is flushed when an fsync of its file, begun after the write, has returned 0. */
function readTrace(file: string): Traced {
  let dirty: { file: string; start: number; end: number }[] = [];
  const early: number[] = [];
  const syncing = new Map<string, typeof dirty>();
  const flush = (ranges: typeof dirty): void => void (dirty = dirty.filter((range) => !ranges.includes(range)));
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const pid = line.split(' ', 1)[0] as string;
    const write = /pwrite64\(\d+<([^>]*)>.*, (\d+), (\d+)(?:\)\s+= .*| <unfinished \.\.\.>)$/.exec(line);
    const sync = /(?:fsync|fdatasync)\(\d+<([^>]*)>(?:\)\s+= (\S+)| <unfinished)/.exec(line);
    const ack = /write\(1<[^>]*>, "acked (\d+)/.exec(line);
    if (write !== null) dirty.push({ file: write[1] as string, start: Number(write[3]), end: Number(write[3]) + Number(write[2]) });
    if (sync !== null) {
      const ranges = dirty.filter((range) => range.file === sync[1]);
      if (sync[2] === '0') flush(ranges);
      else syncing.set(pid, ranges);
    }
    if (/<\.\.\. (fsync|fdatasync) resumed>\)\s+= 0/.test(line)) flush(syncing.get(pid) ?? []);
    if (ack !== null && dirty.some((range) => range.file.endsWith('-wal'))) early.push(Number(ack[1]));
  }
  return { early, unflushed: dirty };
}

async function traced(directory: string, mode: 'full' | 'none', killAfter: number): Promise<Traced & Run> {
  const file = join(root, `trace-${mode}-${killAfter}`);
  const strace = ['-y', '-s', '24', '-e', 'trace=pwrite64,fsync,fdatasync,write', '-e', 'signal=none', '-o', file];
  const child = await run(directory, { mode, killAfter, strace });
  const trace = readTrace(file);
  for (const { file: name, start, end } of trace.unflushed) {
    if (statSync(name).size > start) fill(name, start, new Uint8Array(Math.min(end, statSync(name).size) - start));
  }
  rmSync(join(directory, 'journal.db-shm'), { force: true });
  return { ...child, ...trace };
}

describe('journal under strace', () => {
  it('J1, W1: no acknowledgement comes before its fsync, and without all unflushed bytes nothing is lost', {
    timeout: TIMEOUT,
  }, async (context) => {
    needStrace(context);
    for (const killAfter of [3, 40, 90]) {
      const directory = join(root, `d${killAfter}`);
      const { acked, early } = await traced(directory, 'full', killAfter);
      expect(acked.length).toBeGreaterThanOrEqual(killAfter);
      expect(early).toEqual([]);
      expect(await lost(directory, acked)).toEqual([]);
    }
  });

  it('control: without durability the same checks find both', { timeout: TIMEOUT }, async (context) => {
    needStrace(context);
    const { acked, early } = await traced(join(root, 'd'), 'none', 40);
    expect(early).toContain(acked.at(-1));
    expect((await lost(join(root, 'd'), acked)).length).toBeGreaterThan(0);
  });

  it('J3, W2: after a failed write or fsync nothing is acknowledged, even when the next one would succeed', {
    timeout: TIMEOUT,
  }, async (context) => {
    needStrace(context);
    const faults = ['pwrite64:error=ENOSPC:when=400+', 'pwrite64:error=ENOSPC:when=390', 'fsync,fdatasync:error=EIO:when=20+'];
    for (const when of [20, 21, 22]) faults.push(`fsync,fdatasync:error=EIO:when=${when}`);
    for (const [i, fault] of faults.entries()) {
      const directory = join(root, `d${i}`);
      const { acked, lines, exit } = await run(directory, { strace: ['-e', `inject=${fault}`, '-o', '/dev/null'] });
      const failed = lines.indexOf('failed journal-failed');
      expect(failed, fault).toBeGreaterThan(0);
      expect(
        lines.slice(failed).filter((line) => line.startsWith('acked')),
        fault,
      ).toEqual([]);
      expect([exit, await lost(directory, acked)], fault).toEqual([1, []]);
    }
  });

  it('J1: killed inside any write or fsync, from the very first, it opens again with all that was acknowledged', {
    timeout: TIMEOUT,
  }, async (context) => {
    needStrace(context);
    const points = [1, 2, 1 + randomInt(8), 10 + randomInt(100)].map((n) => `fsync,fdatasync:signal=KILL:when=${n}`);
    for (const n of [1, 1 + randomInt(60), 60 + randomInt(900), 960 + randomInt(900)]) points.push(`pwrite64:signal=KILL:when=${n}`);
    for (const [i, point] of points.entries()) {
      const directory = join(root, `d${i}`);
      const { acked } = await run(directory, { strace: ['-e', `inject=${point}`, '-o', '/dev/null'] });
      expect(await lost(directory, acked), point).toEqual([]);
    }
  });
});
