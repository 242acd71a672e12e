import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEvent } from '../../model/log-entry.ts';
import type { Receipt } from '../../model/receipt.ts';
import type { Rejection } from '../../model/rejection.ts';
import { AuditRig, deliveryOf, liftGuards, NOW, orderOf } from './test-rig.ts';
import { verifyRecord } from './verify-record.ts';

let rig: AuditRig;
beforeEach(() => {
  rig = new AuditRig();
});
afterEach(() => rig.end());

function kinds(): string[] {
  return rig.records().map(({ kind, subject }) => `${kind} ${subject}`);
}

const RECEIPT: Receipt = {
  kind: 'receipt',
  id: 'r1',
  order: 'wo_1',
  party: 'fire',
  street: null,
  state: 'accepted',
  by: '值班员',
  note: null,
  at: null,
  door: 'mqtt',
};

describe('the audit record', () => {
  it('J11: begins with a mark of its own, and a restart goes on where it ended', async () => {
    await rig.open();
    await rig.commit({ events: [{ kind: 'started', settled: NOW }] });
    await rig.open();
    await rig.commit({ events: [{ kind: 'started', settled: NOW }] });
    await rig.close();
    expect(kinds()).toEqual(['genesis maibo-audit/1', 'event.started started', 'event.started started']);
    expect(rig.withDb((db) => verifyRecord(db, { checkpoints: [] })).damage).toBeNull();
    const other = new AuditRig();
    await other.open();
    await other.close();
    expect(other.records()[0]?.body['mark']).not.toBe(rig.records()[0]?.body['mark']);
    await other.end();
  });

  it('J11: holds every decision of a batch, causes before effects', async () => {
    await rig.open();
    const events: LogEvent[] = [
      { kind: 'message', gateway: 'gw', topic: 'city/gw/s', payload: Buffer.from('secret reading') },
      { kind: 'reset', alert: 'al_1', by: 'ops', note: '看过' },
      { kind: 'configured', rules: 'a1', city: 'b2', settings: 'c3' },
    ];
    const subject = { key: 'sensor:s', sensor: 's', place: null, street: null };
    const alert = { kind: 'alert', id: 'al_1', rule: 'smoke', version: 3, subject, state: 'firing', level: 'red', peak: 'red' } as const;
    const rest = {
      latched: false,
      since: NOW,
      firedAt: NOW,
      resolvedAt: null,
      value: 1,
      because: { zh: '烟', en: 'smoke' },
      incident: null,
    };
    await rig.commit({
      events,
      results: new Map([[events[1] as LogEvent, { kind: 'reset', done: true }]]),
      answers: [{ receipt: RECEIPT, outcome: { kind: 'moved', state: 'accepted', order: 'wo_1' } }],
      transitions: [{ alert: { ...alert, ...rest }, was: 'pending', at: NOW }],
      orders: [orderOf('wo_1')],
      deliveries: [deliveryOf('d1', 'wo_1')],
    });
    await rig.close();
    const records = rig.records().slice(1);
    expect(records.map(({ kind, subject: about }) => `${kind} ${about}`)).toEqual([
      'event.reset al_1',
      'event.configured configured',
      'receipt wo_1',
      'alert al_1',
      'order wo_1',
      'deliveries wo_1',
    ]);
    expect(records[0]?.body).toEqual({ alert: 'al_1', by: 'ops', note: '看过', result: { kind: 'reset', done: true } });
    expect(records[1]?.body).toEqual({ rules: 'a1', city: 'b2', settings: 'c3' });
    expect(records[2]?.body).toMatchObject({ party: 'fire', by: '值班员', door: 'mqtt', outcome: { kind: 'moved' } });
    expect(records[3]?.body).toMatchObject({ rule: 'smoke', version: 3, key: 'sensor:s', was: 'pending', state: 'firing', level: 'red' });
    expect(records.every(({ at }) => at === '2026-06-01T00:00:00.000Z')).toBe(true);
  });

  it('B1: an event of a kind that is not known yet is recorded with whatever it holds', async () => {
    await rig.open();
    const later = { kind: 'withdrawn', order: 'wo_9', by: 'ops', why: { zh: '误报', en: 'false' }, scan: new Uint8Array([1, 2, 3]) };
    await rig.commit({ events: [later as unknown as LogEvent] });
    await rig.close();
    const sha256 = '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81';
    expect(rig.records().at(-1)).toMatchObject({
      kind: 'event.withdrawn',
      subject: 'wo_9',
      body: { order: 'wo_9', by: 'ops', why: { zh: '误报', en: 'false' }, scan: { bytes: 3, sha256 } },
    });
  });

  it('B2: of an order only what is new is recorded, after a restart too', async () => {
    await rig.open();
    const first = orderOf('wo_1');
    await rig.commit({ orders: [first] });
    await rig.commit({ orders: [{ ...first, alerts: [] }] });
    await rig.open();
    const line = { at: NOW, what: 'order.receipt', party: 'fire', state: 'accepted', by: 'zhang', note: null, door: 'http' } as const;
    const [lead, support] = first.assignments;
    if (lead === undefined || support === undefined) throw new Error('the order has two assignments');
    const second = { ...first, level: 'red' as const, assignments: [{ ...lead, state: 'accepted' as const }, support] };
    await rig.commit({ orders: [{ ...second, trail: [...first.trail, line] }] });
    await rig.close();
    const [, opened, changed, ...more] = rig.records();
    expect(opened?.body).toMatchObject({ sort: 'fire', state: 'open', level: 'orange', place: 'p1', trail: first.trail });
    expect(changed?.body).toEqual({ level: 'red', assignments: [{ ...lead, state: 'accepted' }], trail: [line] });
    expect(more).toEqual([]);
  });

  it('B3: no telemetry, no secret and no credential in an address enters it', async () => {
    await rig.open();
    const events: LogEvent[] = [{ kind: 'message', gateway: 'gw', topic: 'city/gw/s', payload: Buffer.from('reading-4711') }];
    await rig.commit({ events, deliveries: [deliveryOf('d1', 'wo_1')] });
    await rig.close();
    const text = JSON.stringify(rig.records());
    for (const secret of ['whsec', 'c2VjcmV0', 'pass', 't0p', 'reading-4711']) expect(text).not.toContain(secret);
    expect(rig.records().at(-1)?.body['deliveries']).toMatchObject([
      { id: 'd1', endpoint: { id: 'ep_1', url: 'https://fire.example/in' } },
    ]);
  });

  it('tells who answered and was refused, and who answered for another', async () => {
    await rig.open();
    const foreign: Rejection = {
      kind: 'rejection',
      code: 'receipt-foreign',
      pointer: '/party',
      detail: 'not yours',
      gateway: 'police',
      topic: 'orders/wo_1/receipts',
      at: NOW,
      sample: new Uint8Array(0),
    };
    const outcome = { kind: 'refused', code: 'step-not-allowed', allowed: ['resolved'], detail: 'no' } as const;
    await rig.commit({ answers: [{ receipt: RECEIPT, outcome }], rejections: [foreign, { ...foreign, code: 'schema' }] });
    await rig.close();
    expect(rig.records().slice(1)).toMatchObject([
      { kind: 'receipt', subject: 'wo_1', body: { party: 'fire', by: '值班员', outcome: { kind: 'refused', code: 'step-not-allowed' } } },
      { kind: 'receipt', subject: 'wo_1', body: { gateway: 'police', outcome: { kind: 'refused', code: 'receipt-foreign' } } },
    ]);
  });

  it('tells what became of deliveries: a try that is repeated is no outcome', async () => {
    const journal = await rig.open();
    await rig.commit({ orders: [orderOf('wo_1')], deliveries: ['d1', 'd2', 'd3'].map((id) => deliveryOf(id, 'wo_1')) });
    await rig.commit({ deliveries: [deliveryOf('d4', 'wo_1', { state: 'withheld' })] });
    const attempt = { delivery: 'd1', number: 1, at: NOW, took: 5 };
    const retry = { kind: 'retry', reason: 'http-503', status: 503, wait: null } as const;
    journal.recordAttempt({ ...attempt, outcome: retry }, { state: 'waiting', attempts: 1, nextAt: NOW });
    journal.recordAttempt(
      { ...attempt, number: 2, outcome: { kind: 'accepted', status: 204 } },
      { state: 'accepted', attempts: 2, nextAt: NOW },
    );
    const refused = { kind: 'refused', reason: 'http-400', status: 400 } as const;
    journal.recordAttempt({ ...attempt, delivery: 'd2', outcome: refused }, { state: 'parked', attempts: 1, nextAt: NOW });
    journal.recordState('d3', { state: 'superseded', attempts: 0, nextAt: NOW, reason: 'order-closed' });
    await journal.flush();
    await rig.close();
    const outcomes = rig.records().filter(({ kind }) => kind === 'delivery.outcome');
    expect(
      outcomes.map(({ subject, body }) => [subject, body['order'], body['state'], body['attempts'], body['status'], body['reason']]),
    ).toEqual([
      ['d1', 'wo_1', 'accepted', 2, 204, null],
      ['d2', 'wo_1', 'parked', 1, 400, 'http-400'],
      ['d3', 'wo_1', 'superseded', 0, undefined, 'order-closed'],
    ]);
    expect(rig.records()[3]?.body['deliveries']).toMatchObject([{ id: 'd4', state: 'withheld' }]);
  });

  it('J11: what is over for long is pruned, and its record stays whole', async () => {
    const day = 86_400_000;
    const journal = await rig.open({ limits: { orders: day, alerts: day } });
    const over = orderOf('wo_1', { state: 'closed', openedAt: NOW - 3 * day, closedAt: NOW - 2 * day });
    await rig.commit({ orders: [over], deliveries: [deliveryOf('d1', 'wo_1', { state: 'accepted' })] });
    for (let i = 0; i < 3; i += 1) {
      await rig.commit();
      await journal.saveSnapshot({ offset: journal.nextOffset - 1, at: NOW, state: new Uint8Array(3) }, NOW);
    }
    expect(rig.events.some(({ name }) => name === 'journal.rows-pruned')).toBe(true);
    expect(journal.views.order('wo_1')).toBeNull();
    await rig.close();
    expect(kinds()).toEqual(['genesis maibo-audit/1', 'order wo_1', 'deliveries wo_1']);
    expect(rig.withDb((db) => verifyRecord(db, { checkpoints: [] }))).toMatchObject({ records: 3, damage: null });
  });

  it('K2: the file itself refuses to change or remove a line', async () => {
    await rig.open();
    await rig.close();
    rig.withDb((db) => {
      expect(() => db.exec("UPDATE audit SET line = ''")).toThrow('only added to');
      expect(() => db.exec('DELETE FROM audit')).toThrow('only added to');
      liftGuards(db);
      expect(() => db.exec('DELETE FROM audit')).not.toThrow();
    });
  });

  it('a journal of version 1 gets its record in place, and keeps all that it has', async () => {
    await rig.open();
    await rig.commit({ orders: [orderOf('wo_1')] });
    await rig.close();
    rig.withDb((db) => db.exec('DROP TABLE audit; PRAGMA user_version = 1'));
    const journal = await rig.open();
    expect([journal.nextOffset, journal.views.order('wo_1')?.order.id]).toEqual([1, 'wo_1']);
    await rig.commit({ orders: [orderOf('wo_1', { level: 'red' })] });
    await rig.close();
    expect(kinds()).toEqual(['genesis maibo-audit/1', 'order wo_1']);
    expect(rig.records()[1]?.body).toEqual({ level: 'red' });
  });

  it('says how large it is, and is refused where its end cannot be gone on from', async () => {
    await rig.open();
    await rig.commit({ orders: [orderOf('wo_1')] });
    await rig.close();
    const size = rig.withDb(
      (db) => db.prepare('SELECT sum(length(CAST(line AS BLOB)) + 1), max(bytes) FROM audit').raw().all()[0],
    ) as number[];
    expect(rig.events.filter(({ name }) => name === 'journal.audit-written').at(-1)).toMatchObject({ records: 1, bytes: size[0] });
    expect(size[1]).toBe(size[0]);
    rig.withDb((db) => {
      liftGuards(db);
      db.exec("UPDATE audit SET line = 'x' WHERE seq = 2");
    });
    await expect(rig.open()).rejects.toMatchObject({ code: 'journal-damaged' });
  });
});
