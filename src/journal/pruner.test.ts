import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../model/alert.ts';
import type { Delivery, DeliveryState } from '../model/delivery.ts';
import type { Receipt } from '../model/receipt.ts';
import type { WorkOrder } from '../model/work-order.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { CommitBatch, Journal } from './journal.ts';
import { openJournal, type JournalLimits } from './open-journal.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const TABLES = ['orders', 'order_parties', 'receipts', 'outbox', 'attempts', 'alerts', 'definitions'] as const;
let directory: string;
let events: TelemetryEvent[];
let opened: Journal[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-pruner-'));
  [events, opened] = [[], []];
});
afterEach(async () => {
  for (const journal of opened) await journal.close().catch(() => undefined);
  rmSync(directory, { recursive: true, force: true });
});

async function open(limits: JournalLimits = {}): Promise<Journal> {
  const journal = await openJournal({ directory, worker, limits, emit: (event) => void events.push(event) });
  opened.push(journal);
  return journal;
}

/** Opened and, unless `closedAt` is null, closed so many days before now. */
function order(id: string, openedAt: number, closedAt: number | null): WorkOrder {
  const due = { accept: 1, arrive: 2, close: 3 };
  const assignments = ['fire', 'police'].map((party) => ({ party, street: null, role: 'lead' as const, state: 'resolved' as const, due }));
  const place = { id: 'p1', name: { zh: '甲', en: 'A' }, street: null, at: null };
  const rest = { incident: 'in_1', place, assignments, alerts: [], drill: false, attention: [], trail: [] };
  const times = { openedAt: NOW - openedAt * DAY, closedAt: closedAt === null ? null : NOW - closedAt * DAY };
  const state = closedAt === null ? ('open' as const) : ('closed' as const);
  return { kind: 'order', id, sort: 'fire', state, level: 'red', title: { zh: '火', en: 'Fire' }, ...rest, ...times };
}

function delivery(of: string, state: DeliveryState = 'accepted'): Delivery {
  const endpoint = { kind: 'mqtt' as const, id: 'e', topic: 'orders/fire' };
  const rest = { party: 'fire', street: null, type: 'order.closed', drill: false, endpoint, body: '{}' };
  return { kind: 'delivery', id: `d-${of}`, message: `m-${of}`, order: of, ...rest, state, attempts: 1, createdAt: 5, nextAt: 5 };
}

function receipt(of: string): Receipt {
  return {
    kind: 'receipt',
    id: '1',
    order: of,
    party: 'fire',
    street: null,
    state: 'resolved',
    by: null,
    note: null,
    at: null,
    door: 'http',
  };
}

function alert(id: string, since: number, resolved: number | null): Alert {
  const rest = { version: 1, level: 'red', peak: 'red', latched: false, firedAt: 1, value: 1, because: { zh: '', en: '' }, incident: null };
  const times = { since: NOW - since * DAY, resolvedAt: resolved === null ? null : NOW - resolved * DAY };
  const state = resolved === null ? 'firing' : 'resolved';
  return { kind: 'alert', id, rule: 'r', subject: { key: 'k' }, state, ...rest, ...times } as Alert;
}

async function commit(journal: Journal, more: Partial<CommitBatch> = {}): Promise<void> {
  const offset = journal.nextOffset;
  const entry = { offset, at: NOW + offset, events: [{ kind: 'tick' as const }] };
  await journal.commit({ entry, rejections: [], alerts: [], orders: [], receipts: [], deliveries: [], ...more });
}

/** Whole orders: each with a receipt, a delivery and an attempt. */
async function keep(journal: Journal, orders: readonly WorkOrder[], state: DeliveryState = 'accepted'): Promise<void> {
  const deliveries = orders.map(({ id }) => delivery(id, state));
  await commit(journal, { orders, receipts: orders.map(({ id }) => receipt(id)), deliveries });
  for (const { id } of deliveries) {
    const attempt = { delivery: id, number: 1, at: 5, took: 1, outcome: { kind: 'accepted' as const, status: 200 } };
    journal.recordAttempt(attempt, { state, attempts: 1, nextAt: 5 });
  }
  await journal.flush();
}

async function snapshot(journal: Journal, now?: number): Promise<void> {
  await commit(journal);
  await journal.saveSnapshot({ offset: journal.nextOffset - 1, at: NOW, state: new Uint8Array([1]) }, now);
}

function rows(): Record<string, number> {
  const db = new Database(join(directory, 'journal.db'));
  const counts = TABLES.map((table) => [table, (db.prepare(`SELECT count(*) FROM ${table}`).raw().all()[0] as [number])[0]] as const);
  db.close();
  return Object.fromEntries(counts);
}

const ids = (journal: Journal): string[] =>
  journal.views
    .orders({ limit: 100 })
    .items.map(({ id }) => id)
    .toSorted();

describe('J10: what is over for long', () => {
  it('goes with all that belongs to it, in portions; what is open, recent or still to be sent stays whole', async () => {
    const journal = await open();
    const old = Array.from({ length: 40 }, (_, i) => order(`old-${i}`, 500 + i, 401));
    await keep(journal, [...old, order('open', 900, null), order('long', 900, 399), order('recent', 2, 1)]);
    await keep(journal, [order('unsent', 900, 800)], 'waiting');
    await snapshot(journal, NOW);
    expect(ids(journal)).toEqual(['long', 'open', 'recent', 'unsent']);
    expect(rows()).toMatchObject({ orders: 4, order_parties: 8, receipts: 4, outbox: 4, attempts: 4 });
    expect(journal.views.order('open')).toMatchObject({ receipts: [{ order: 'open' }], deliveries: [{ attempts: [{ number: 1 }] }] });
    expect(events).toContainEqual({ name: 'journal.rows-pruned', rows: 40 * 6, orders: NOW - 400 * DAY, alerts: NOW - 90 * DAY });
  });

  it('of alerts are those resolved 90 days ago, never one that still burns', async () => {
    const journal = await open();
    const many = Array.from({ length: 300 }, (_, i) => alert(`al_${i}`, 200, 91));
    await commit(journal, { alerts: [...many, alert('al_burns', 700, null), alert('al_long', 700, 89), alert('al_new', 1, 0)] });
    await snapshot(journal, NOW);
    expect(
      journal.views
        .alerts({ limit: 100 })
        .items.map(({ id }) => id)
        .toSorted(),
    ).toEqual(['al_burns', 'al_long', 'al_new']);
  });

  it('is measured by the clock of the orders: without one, nothing goes', async () => {
    const journal = await open({ orders: DAY, alerts: DAY });
    await keep(journal, [order('closed', 500, 499)]);
    await snapshot(journal);
    await snapshot(journal, Number.NEGATIVE_INFINITY);
    // The data of a year ago, replayed: to it, the order ended half a day ago.
    await snapshot(journal, NOW - 498.5 * DAY);
    expect(ids(journal)).toEqual(['closed']);
    expect(events.filter(({ name }) => name === 'journal.rows-pruned')).toEqual([]);
    await snapshot(journal, NOW);
    expect(ids(journal)).toEqual([]);
  });

  it('of digests, which belong to no order, are those that were settled long ago', async () => {
    const journal = await open();
    const digest = (id: string, state: DeliveryState, createdAt: number): Delivery => ({ ...delivery(`dg_${id}`, state), createdAt });
    const recent = digest('recent', 'accepted', NOW - 399 * DAY);
    const deliveries = [digest('old', 'accepted', NOW - 401 * DAY), digest('unsent', 'waiting', NOW - 900 * DAY), recent];
    await commit(journal, { deliveries });
    await snapshot(journal, NOW);
    expect(rows()).toMatchObject({ outbox: 2 });
    expect(journal.waitingDeliveries().map(({ order }) => order)).toEqual(['dg_unsent']);
  });

  it('of a digest that tells of orders is gone after the last of them, which goes after what waits of it', async () => {
    const journal = await open();
    const digest = (id: string, state: DeliveryState, ...orders: string[]): Delivery => ({
      ...delivery(`dg_${id}`, state),
      digest: orders.map((of) => ({ order: of, type: 'order.updated' })),
    });
    const orders = [order('a', 500, 499), order('b', 500, 3), order('c', 500, 499)];
    await commit(journal, { orders, deliveries: [digest('told', 'accepted', 'a', 'b'), digest('unsent', 'waiting', 'a', 'c')] });
    await snapshot(journal, NOW);
    expect(ids(journal).toSorted()).toEqual(['a', 'b', 'c']);
    journal.recordState('d-dg_unsent', { state: 'superseded', attempts: 1, nextAt: 5, reason: 'order-closed' });
    await journal.flush();
    await snapshot(journal, NOW);
    expect(ids(journal)).toEqual(['b']);
    expect(journal.views.order('b')?.deliveries.map((one) => one.delivery.id)).toEqual(['d-dg_told']);
    expect(rows()).toMatchObject({ outbox: 1 });
    await snapshot(journal, NOW + 400 * DAY);
    await snapshot(journal, NOW + 400 * DAY);
    expect(rows()).toMatchObject({ outbox: 0 });
  });

  it('of definitions are those of earlier processes, once no snapshot of theirs is kept', async () => {
    const first = await open();
    await first.putDefinition('old', '{}');
    await snapshot(first, NOW);
    await first.close();
    const second = await open();
    await second.putDefinition('new', '{}');
    await snapshot(second, NOW);
    expect(second.definition('old')).toBe('{}');
    await snapshot(second, NOW);
    expect(second.definition('old')).toBeNull();
    expect(second.definition('new')).toBe('{}');
  });
});
