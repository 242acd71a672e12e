import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert, AlertState } from '../model/alert.ts';
import type { Delivery } from '../model/delivery.ts';
import { LEVELS } from '../model/level.ts';
import type { OrderState, WorkOrder } from '../model/work-order.ts';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';
import type { Page } from './page.ts';

const directory = mkdtempSync(join(tmpdir(), 'maibo-views-'));
let journal: Journal;

const STATES: readonly OrderState[] = ['open', 'closed', 'cancelled'];
const ALERT_STATES: readonly AlertState[] = ['pending', 'firing', 'resolved'];
const PARTIES = ['fire', 'police', 'street'];
const text = { zh: '标题', en: 'title' };

/** Several share a time, so that paging by time alone would lose or repeat some. */
const orders = Array.from({ length: 60 }, (_, i): WorkOrder => {
  const due = { accept: 1, arrive: 2, close: 3 };
  const party = PARTIES[i % 3] as string;
  const assignment = { party, street: null, role: 'lead' as const, state: 'dispatched' as const, due };
  const place = { id: 'p', name: text, street: i % 2 === 0 ? '310104014' : '310104003', at: null };
  const assignments =
    i % 5 === 0 ? [assignment, { ...assignment, party: 'gas' }, { ...assignment, party: 'gas', street: '310104003' }] : [assignment];
  const standing = { state: STATES[i % 3] as OrderState, level: LEVELS[i % 4] as WorkOrder['level'], openedAt: Math.floor(i / 4) };
  const rest = { title: text, incident: `in_${i}`, place, alerts: [], assignments, drill: false, closedAt: null, attention: [], trail: [] };
  return { kind: 'order', id: `wo_${String(i).padStart(2, '0')}`, sort: 'fire', ...standing, ...rest };
});

const alerts = Array.from({ length: 30 }, (_, i): Alert => {
  const subject = { key: 'place:p', sensor: null, place: 'p', street: null };
  const level = {
    level: 'red' as const,
    peak: 'red' as const,
    latched: false,
    firedAt: null,
    resolvedAt: null,
    value: 1,
    because: text,
    incident: null,
  };
  return {
    kind: 'alert',
    id: `al_${i}`,
    rule: `r${i % 2}`,
    version: 1,
    subject,
    state: ALERT_STATES[i % 3] as AlertState,
    since: 100 - (i % 7),
    ...level,
  };
});

const deliveries = Array.from({ length: 10 }, (_, i): Delivery => {
  const endpoint = { kind: 'mqtt' as const, id: 'm', topic: 'orders/fire' };
  const rest = { party: 'fire', street: null, type: 'order.dispatched', drill: false, endpoint, body: '{}', attempts: 0 };
  const state = i < 3 ? ('withheld' as const) : ('waiting' as const);
  return { kind: 'delivery', id: `d${i}`, message: `m${i}`, order: 'wo_00', ...rest, state, createdAt: 50 + i, nextAt: 50 };
});

beforeAll(async () => {
  const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
  journal = await openJournal({ directory, worker, emit: () => undefined });
  const entry = { offset: 0, at: 1, events: [] };
  await journal.commit({ entry, rejections: [], alerts, orders, receipts: [], deliveries });
});
afterAll(async () => {
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

function walk<T>(read: (cursor: string | undefined) => Page<T>): T[] {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = read(cursor);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}

const newestFirst = [...orders].sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1));

describe('journal views', () => {
  it('pages through every order once, newest first, at any page size', () => {
    for (const limit of [1, 4, 7, 59, 60, 61]) expect(walk((cursor) => journal.views.orders({ limit, cursor }))).toEqual(newestFirst);
  });

  it('filters orders by state, party, street and level, also together', () => {
    const cases: [object, (order: WorkOrder) => boolean][] = [
      [{ state: 'open' }, (o) => o.state === 'open'],
      [{ party: 'gas' }, (o) => o.assignments.some((a) => a.party === 'gas')],
      [{ street: '310104014' }, (o) => o.place.street === '310104014'],
      [{ level: 'red' }, (o) => o.level === 'red'],
      [{ party: 'gas', state: 'open', level: 'blue' }, (o) => o.state === 'open' && o.level === 'blue' && o.assignments.length > 1],
    ];
    for (const [filter, keep] of cases) {
      const wanted = newestFirst.filter(keep);
      expect(wanted.length).toBeGreaterThan(0);
      expect(walk((cursor) => journal.views.orders({ ...filter, limit: 3, cursor }))).toEqual(wanted);
    }
  });

  it('pages and filters alerts', () => {
    const wanted = alerts
      .filter((a) => a.state === 'firing' && a.rule === 'r1')
      .sort((a, b) => b.since - a.since || (a.id < b.id ? 1 : -1));
    expect(walk((cursor) => journal.views.alerts({ state: 'firing', rule: 'r1', limit: 2, cursor }))).toEqual(wanted);
    expect(walk((cursor) => journal.views.alerts({ limit: 7, cursor }))).toHaveLength(30);
    expect(journal.views.alert('al_3')).toEqual(alerts[3]);
    expect(journal.views.alert('none')).toBeNull();
  });

  it('shows an order with its deliveries', () => {
    const record = journal.views.order('wo_00');
    expect(record?.order).toEqual(orders[0]);
    expect(record?.deliveries.map((d) => d.delivery)).toEqual(deliveries);
    expect(journal.views.order('none')).toBeNull();
  });

  it('shows a digest in each of its orders, in the order of the outbox; over are those that are closed or cancelled, not resolved', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'maibo-views-digest-'));
    const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
    const own = await openJournal({ directory, worker, emit: () => undefined });
    const [a, b, c, d] = orders as [WorkOrder, WorkOrder, WorkOrder, WorkOrder];
    const standing = [a, { ...b, state: 'resolved' as const }, { ...c, state: 'closed' as const }, { ...d, state: 'cancelled' as const }];
    const single = (i: number, order: string): Delivery => ({ ...(deliveries[3 + i] as Delivery), order });
    const digest = { ...single(1, 'dg_1'), digest: [b, c].map(({ id }) => ({ order: id, type: 'order.updated' })) };
    const sent = [single(0, a.id), digest, single(2, b.id), single(3, d.id)];
    await own.commit({
      entry: { offset: 0, at: 1, events: [] },
      rejections: [],
      alerts: [],
      orders: standing,
      receipts: [],
      deliveries: sent,
    });
    const told = (id: string): unknown[] | undefined => own.views.order(id)?.deliveries.map(({ delivery }) => delivery);
    expect([a, b, c, d].map(({ id }) => told(id))).toEqual([[sent[0]], [sent[1], sent[2]], [sent[1]], [sent[3]]]);
    expect(own.views.deliveriesOf([d.id, b.id, c.id])).toEqual([sent[1], sent[2], sent[3]]);
    expect(own.views.firstContact(c.id, 'fire', null)).toMatchObject({ madeAt: sent[1]?.createdAt, waiting: true });
    expect(own.closedWaiting()).toEqual([c.id, d.id]);
    await own.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('lists deliveries and those that wait, oldest first', () => {
    expect(walk((cursor) => journal.views.deliveries({ limit: 4, cursor }))).toEqual([...deliveries].reverse());
    expect(journal.views.deliveries({ limit: 50, state: 'withheld' }).items).toHaveLength(3);
    expect(journal.waitingDeliveries()).toEqual(deliveries.slice(3));
  });

  it('counts', () => {
    expect(journal.views.counts()).toEqual({
      orders: { open: 20, resolved: 0, closed: 20, cancelled: 20 },
      deliveries: { waiting: 7, accepted: 0, parked: 0, withheld: 3, unheard: 0, superseded: 0 },
      oldestWaiting: 53,
      rejections: { kept: 0, removed: 0 },
    });
  });

  it('refuses a cursor that it did not give out', () => {
    const bad = ['', 'x', Buffer.from('[1]').toString('base64url'), Buffer.from('[null,{}]').toString('base64url')];
    for (const cursor of bad) expect(() => journal.views.orders({ limit: 2, cursor })).toThrow('cursor');
  });
});
