import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogEvent } from '../model/log-entry.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { Journal } from './journal.ts';
import { LogReader } from './log-reader.ts';
import { openJournal } from './open-journal.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
let directory: string;
let events: TelemetryEvent[];
let journal: Journal;
let reader: LogReader;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-log-'));
  events = [];
  journal = await openJournal({ directory, worker, emit: (event) => void events.push(event) });
  reader = new LogReader(directory);
});
afterEach(async () => {
  reader.close();
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

async function fill(count: number, bytes = 10): Promise<void> {
  const payload = new Uint8Array(bytes);
  const happened: readonly LogEvent[] = [{ kind: 'message', gateway: 'g', topic: 'city/g', payload }];
  const commits: Promise<void>[] = [];
  const none = { rejections: [], alerts: [], orders: [], receipts: [], deliveries: [] };
  for (const last = journal.nextOffset + count; journal.nextOffset < last; )
    commits.push(journal.commit({ entry: { offset: journal.nextOffset, at: 1_000 + journal.nextOffset, events: happened }, ...none }));
  await Promise.all(commits);
}

async function snapshots(...offsets: number[]): Promise<void> {
  for (const offset of offsets) await journal.saveSnapshot({ offset, at: offset, state: new Uint8Array([1]) });
}

const outrun = (): TelemetryEvent[] => events.filter(({ name }) => name === 'journal.history-outrun');

test('G1 only what is committed is seen, in the order of the offsets', async () => {
  expect(reader.bounds()).toBeNull();
  await fill(40);
  expect(reader.entries(0, 16).map(({ offset }) => offset)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  expect(reader.entries(30, 16).map(({ offset }) => offset)).toEqual(Array.from({ length: 10 }, (_, i) => 30 + i));
  expect(reader.entries(40, 16)).toEqual([]);
  await fill(1);
  expect(reader.entries(40, 16)[0]?.events[0]).toMatchObject({ kind: 'message', topic: 'city/g' });
});

test('G2 entries that are gone are told as a gap', async () => {
  await fill(60);
  await snapshots(20, 40, 50);
  expect(reader.entries(0, 16)[0]?.offset).toBe(41);
  expect(reader.bounds()).toEqual({ first: 41, last: 59 });
});

test('the lines of the audit record are read from their number on', async () => {
  await fill(1);
  const [first] = reader.records(1, 10);
  expect(first?.seq).toBe(1);
  expect(reader.newestRecord()).toBeGreaterThanOrEqual(1);
  expect(reader.records(reader.newestRecord() + 1, 10)).toEqual([]);
});

test('J12: what a follower has not read yet stays in the log, though no snapshot needs it', async () => {
  let read = 10;
  journal.hold(() => read, 1e9);
  await fill(200);
  await snapshots(100, 150);
  expect(reader.bounds()).toEqual({ first: 10, last: 199 });
  read = 160;
  await snapshots(170);
  expect(reader.bounds()?.first).toBe(151);
  expect(outrun()).toEqual([]);
});

test('J12: beyond its budget of bytes the oldest goes, and that is told', async () => {
  journal.hold(() => 0, 3_000_000);
  await fill(600, 10_000);
  await snapshots(500, 590);
  const first = reader.bounds()?.first ?? 0;
  expect(first).toBeGreaterThan(200);
  expect(first).toBeLessThanOrEqual(501);
  expect(outrun()).toMatchObject([{ name: 'journal.history-outrun', entries: first }]);
});
