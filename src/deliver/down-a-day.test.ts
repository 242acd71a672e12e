import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { Delivery } from '../model/delivery.ts';
import { FAULTS, judge, openFaulty, passUntil, twoMessagesEach, type Fault } from './test-faults.ts';
import { openRig, SECRET, VirtualClock } from './test-rig.ts';

/*
 * The outbox is a real SQLite file, the receiver a real HTTP server that is down for a day of the virtual clock.
 */
const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const HOUR = 3_600_000;
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function open(directory: string): Promise<Journal> {
  return openJournal({ directory, worker, emit: () => undefined });
}

async function commit(journal: Journal, deliveries: readonly Delivery[], at: number): Promise<void> {
  const entry = { offset: journal.nextOffset, at, events: [{ kind: 'tick' as const }] };
  await journal.commit({ entry, rejections: [], alerts: [], orders: [], receipts: [], deliveries });
}

/** The journal keeps no secrets. */
function signedAgain(waiting: readonly Delivery[]): Delivery[] {
  return waiting.map((one) => (one.endpoint.kind === 'webhook' ? { ...one, endpoint: { ...one.endpoint, secrets: [SECRET] } } : one));
}

test('down for a day with a restart in the middle, 1,000 orders all arrive, once and in order', { timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-day-'));
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
  const clock = new VirtualClock();
  const began = clock.now();
  const receiver = await openFaulty(FAULTS.find(({ name }) => name === 'is down for a day') as Fault, clock);
  closing.push(receiver.close);
  const asked = twoMessagesEach(receiver.url, began);
  // What each party is told first comes in the morning; what it is told later comes after the restart.
  const [morning, evening] = [asked.slice(0, 1_000), asked.slice(1_000)];

  const first = await open(directory);
  const before = openRig({ clock, journal: first, seed: 1 });
  await commit(first, morning, began);
  before.deliverer.offer(morning);
  await passUntil(() => clock.now() - began > 12 * HOUR, { ...before, receiver });
  await before.deliverer.close();
  await first.close();
  expect(receiver.acted).toEqual([]);

  const second = await open(directory);
  closing.push(() => second.close());
  const after = openRig({ clock, journal: second, seed: 2 });
  closing.push(() => after.deliverer.close());
  const waiting = second.waitingDeliveries();
  expect(waiting.map(({ id }) => id)).toEqual(morning.map(({ id }) => id));
  after.deliverer.resume(signedAgain(waiting));
  await commit(second, evening, clock.now());
  after.deliverer.offer(evening);
  await passUntil(() => after.deliverer.status().every((one) => one.waiting === 0), { ...after, receiver });
  await second.flush();

  expect(clock.now() - began).toBeGreaterThanOrEqual(24 * HOUR);
  expect(clock.now() - began).toBeLessThan(24 * HOUR + 60_000);
  expect(judge(receiver.acted, asked)).toEqual({ lost: 0, twice: 0, disordered: 0 });
  expect(second.views.counts().deliveries).toMatchObject({ accepted: 2_000, waiting: 0, parked: 0 });
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2_000);
});
