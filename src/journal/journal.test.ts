import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../model/delivery.ts';
import type { LogEntry, LogEvent } from '../model/log-entry.ts';
import type { Receipt } from '../model/receipt.ts';
import type { WorkOrder } from '../model/work-order.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { CommitBatch, Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';
import type { JournalLimits } from './open-journal.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
let directory: string;
let events: TelemetryEvent[];
let opened: Journal[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-journal-'));
  events = [];
  opened = [];
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

async function reopen(journal: Journal): Promise<Journal> {
  await journal.close();
  return open();
}

function batch(offset: number, more: Partial<CommitBatch> = {}, happened: readonly LogEvent[] = [{ kind: 'tick' }]): CommitBatch {
  const entry: LogEntry = { offset, at: 1_000 + offset, events: happened };
  return { entry, rejections: [], alerts: [], orders: [], receipts: [], deliveries: [], ...more };
}

async function fill(journal: Journal, count: number): Promise<void> {
  const last = journal.nextOffset + count;
  const commits: Promise<void>[] = [];
  for (let offset = journal.nextOffset; offset < last; offset += 1) commits.push(journal.commit(batch(offset)));
  await Promise.all(commits);
}

function order(id: string): WorkOrder {
  const place = { id: 'p1', name: { zh: '甲', en: 'A' }, street: '310104014', at: null };
  const due = { accept: 1, arrive: 2, close: 3 };
  const assignments = [{ party: 'fire', street: null, role: 'lead' as const, state: 'dispatched' as const, due }];
  const rest = { alerts: [], drill: false, openedAt: 5, closedAt: null, attention: [], trail: [] };
  return {
    kind: 'order',
    id,
    sort: 'fire',
    state: 'open',
    level: 'red',
    title: { zh: '火', en: 'Fire' },
    incident: 'in_1',
    place,
    assignments,
    ...rest,
  };
}

function delivery(id: string, forOrder: string): Delivery {
  const endpoint = { kind: 'webhook' as const, id: 'hook', url: 'https://example.org/', secrets: ['whsec_secret'], drills: false };
  const rest = { party: 'fire', street: null, type: 'order.dispatched', drill: false, endpoint, body: '{}' };
  return { kind: 'delivery', id, message: `m-${id}`, order: forOrder, ...rest, state: 'waiting', attempts: 0, createdAt: 5, nextAt: 5 };
}

function receipt(id: string, note: string): Receipt {
  return { kind: 'receipt', id, order: 'wo_1', party: 'fire', street: null, state: 'accepted', by: null, note, at: null, door: 'http' };
}

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
}

/** Changes the closed file behind the journal's back. */
function tamper(sql: string, values: readonly unknown[] = []): void {
  const db = new Database(join(directory, 'journal.db'));
  db.prepare(sql).run([...values]);
  db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw().all();
  db.close();
}

describe('journal', () => {
  it('J2, J4, C1: replays what was committed, in order, after it was opened again', async () => {
    const happened = fc.array(
      fc.oneof(
        fc.constant<LogEvent>({ kind: 'tick' }),
        fc.uint8Array({ maxLength: 400 }).map((payload): LogEvent => ({ kind: 'message', gateway: 'gw', topic: 'city/gw/s', payload })),
      ),
      { maxLength: 8 },
    );
    let journal = await open();
    const written: LogEntry[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(happened, { maxLength: 6 }), async (lists) => {
        const commits = lists.map((list) => {
          const next = batch(journal.nextOffset, {}, list);
          written.push(next.entry);
          return journal.commit(next);
        });
        await Promise.all(commits);
        journal = await reopen(journal);
        expect(journal.nextOffset).toBe(written.length);
        expect([...journal.replay(0)]).toEqual(written);
      }),
      { numRuns: 8 },
    );
  });

  it('J2: replay begins where it is told, also in the middle of a page', async () => {
    const journal = await open();
    await fill(journal, 40);
    for (const from of [0, 1, 15, 16, 17, 39, 40]) {
      expect([...journal.replay(from)].map((e) => e.offset)).toEqual(Array.from({ length: 40 - from }, (_, i) => from + i));
    }
    expect(await codeOf(() => [...journal.replay(41)])).toBe('journal-gap');
  });

  it('J2: an entry out of order is refused and ends the journal', async () => {
    const journal = await open();
    await journal.commit(batch(0));
    expect(await codeOf(() => journal.commit(batch(2)))).toBe('journal-misused');
    expect(await codeOf(() => journal.commit(batch(1)))).toBe('journal-misused');
    expect([...journal.replay(0)]).toHaveLength(1);
  });

  it('J3, C2: after one failed write nothing resolves any more, and nothing of it is there', async () => {
    const journal = await open();
    await journal.commit(batch(0));
    const broken = { ...order('wo_bad'), state: null } as unknown as WorkOrder;
    const codes = await Promise.all([
      codeOf(() => journal.commit(batch(1, { orders: [order('wo_1'), broken] }))),
      codeOf(() => journal.commit(batch(2))),
      codeOf(() => journal.putDefinition('h', 'b')),
    ]);
    expect(codes).toEqual(['journal-failed', 'journal-failed', 'journal-failed']);
    expect(await codeOf(() => journal.commit(batch(3)))).toBe('journal-failed');
    expect(await codeOf(() => journal.flush())).toBe('journal-failed');
    expect((await journal.failure).code).toBe('journal-failed');
    expect([...journal.replay(0)]).toHaveLength(1);
    expect(journal.views.order('wo_1')).toBeNull();
    expect(events.filter((e) => e.name === 'journal.commit-failed')).toHaveLength(1);
  });

  it('J4: a damaged row stops replay with a code', async () => {
    const journal = await open();
    await fill(journal, 5);
    await journal.close();
    tamper('UPDATE log SET body = zeroblob(length(body)) WHERE offset = 2');
    const again = await open();
    const seen: number[] = [];
    expect(
      await codeOf(() => {
        for (const { offset } of again.replay(0)) seen.push(offset);
      }),
    ).toBe('journal-damaged');
    expect(seen).toEqual([0, 1]);
  });

  it('J4: a row that is missing or under the wrong number is found when the journal is opened or replayed', async () => {
    const journal = await open();
    await fill(journal, 5);
    await journal.close();
    tamper('DELETE FROM log WHERE offset = 2');
    expect(await codeOf(() => open())).toBe('journal-gap');
    tamper('UPDATE log SET offset = 2 WHERE offset = 3');
    tamper('UPDATE log SET offset = 3 WHERE offset = 4');
    expect(await codeOf(() => open())).toBe('journal-damaged');
  });

  it('J5: ids that replay makes again change nothing', async () => {
    let journal = await open();
    const more = { orders: [order('wo_1')], deliveries: [delivery('d1', 'wo_1')], receipts: [receipt('r1', 'first')] };
    await journal.commit(batch(0, more));
    journal.recordAttempt(
      { delivery: 'd1', number: 1, at: 6, took: 2, outcome: { kind: 'accepted', status: 200 } },
      { state: 'accepted', attempts: 1, nextAt: 6 },
    );
    await journal.flush();
    await journal.commit(batch(1, { ...more, receipts: [receipt('r1', 'second')] }));
    journal = await reopen(journal);
    expect(journal.waitingDeliveries()).toEqual([]);
    const record = journal.views.order('wo_1');
    expect(record?.deliveries.map((d) => [d.delivery.state, d.delivery.attempts, d.attempts.length])).toEqual([['accepted', 1, 1]]);
    expect(record?.receipts.map((r) => r.note)).toEqual(['first']);
  });

  it('keeps no secret of an endpoint', async () => {
    const journal = await open();
    await journal.commit(batch(0, { orders: [order('wo_1')], deliveries: [delivery('d1', 'wo_1')] }));
    const { endpoint, ...rest } = delivery('d1', 'wo_1');
    expect(journal.waitingDeliveries()).toEqual([{ ...rest, endpoint: { ...endpoint, secrets: [] } }]);
    await journal.close();
    for (const name of readdirSync(directory)) expect(readFileSync(join(directory, name)).includes('whsec_')).toBe(false);
  });

  it('writes attempts by themselves when no commit comes', async () => {
    const journal = await open();
    await journal.commit(batch(0, { orders: [order('wo_1')], deliveries: [delivery('d1', 'wo_1')] }));
    journal.recordAttempt(
      { delivery: 'd1', number: 1, at: 6, took: 2, outcome: { kind: 'retry', reason: 'timeout', status: null, wait: null } },
      { state: 'waiting', attempts: 1, nextAt: 99 },
    );
    await expect.poll(() => journal.waitingDeliveries()[0]?.nextAt).toBe(99);
  });

  it('keeps definitions by their hash', async () => {
    let journal = await open();
    await journal.putDefinition('h1', '{"zh":"规则"}');
    await journal.putDefinition('h1', 'other');
    journal = await reopen(journal);
    expect(journal.definition('h1')).toBe('{"zh":"规则"}');
    expect(journal.definition('h2')).toBeNull();
  });

  it('J6: keeps two snapshots and the log since the older one', async () => {
    let journal = await open();
    await fill(journal, 200);
    for (const offset of [20, 150, 190]) await journal.saveSnapshot({ offset, at: offset, state: new Uint8Array([offset]) });
    expect(readdirSync(directory).filter((n) => n.startsWith('snapshot'))).toHaveLength(2);
    expect([...journal.replay(151)]).toHaveLength(49);
    expect(await codeOf(() => [...journal.replay(150)])).toBe('journal-gap');
    expect(events.filter((e) => e.name === 'journal.log-pruned')).toEqual([
      { name: 'journal.log-pruned', entries: 21, upTo: 20 },
      { name: 'journal.log-pruned', entries: 130, upTo: 150 },
    ]);
    journal = await reopen(journal);
    expect(journal.nextOffset).toBe(200);
    expect(journal.latestSnapshot()).toEqual({ offset: 190, at: 190, state: new Uint8Array([190]) });
  });

  it('J6: a damaged snapshot is refused aloud and the one before it, with its log, still serves', async () => {
    let journal = await open();
    await fill(journal, 30);
    for (const offset of [5, 10, 20]) await journal.saveSnapshot({ offset, at: 1, state: randomBytes(5_000) });
    await journal.close();
    const newest = join(directory, 'snapshot-0000000000000020.gz');
    const good = readFileSync(newest);
    for (const bad of [
      good.subarray(0, good.length - 9),
      good.subarray(0, 30),
      good.map((b, i) => (i === good.length - 20 ? b ^ 1 : b)),
      Buffer.alloc(0),
    ]) {
      writeFileSync(newest, bad);
      journal = await open();
      const snapshot = journal.latestSnapshot();
      expect(snapshot?.offset).toBe(10);
      expect([...journal.replay(11)]).toHaveLength(19);
      await journal.close();
    }
    expect(events.filter((e) => e.name === 'journal.snapshot-refused')).toHaveLength(4);
  });

  it('J6: a snapshot waits for its entry, and one of the future or the past is refused', async () => {
    const journal = await open();
    const commit = journal.commit(batch(0));
    await journal.saveSnapshot({ offset: 0, at: 1, state: new Uint8Array(3) });
    await commit;
    expect(await codeOf(() => journal.saveSnapshot({ offset: 0, at: 1, state: new Uint8Array(3) }))).toBe('journal-misused');
    expect(await codeOf(() => journal.saveSnapshot({ offset: 1, at: 1, state: new Uint8Array(3) }))).toBe('journal-misused');
    await journal.commit(batch(1));
  });

  it('J6: a log that ends before its snapshot is not opened', async () => {
    const journal = await open();
    await fill(journal, 5);
    await journal.saveSnapshot({ offset: 4, at: 1, state: new Uint8Array(3) });
    await journal.close();
    tamper('DELETE FROM log WHERE offset = 4');
    expect(await codeOf(() => open())).toBe('journal-gap');
  });

  it('J7: the directory is opened once, and again after it was closed', async () => {
    const journal = await open();
    expect(await codeOf(() => open())).toBe('journal-locked');
    await journal.commit(batch(0));
    await journal.close();
    expect((await open()).nextOffset).toBe(1);
  });

  it('J8: a journal of a newer version, or a file of another program, is left untouched', async () => {
    await (await open()).close();
    tamper('PRAGMA user_version = 99');
    const before = readFileSync(join(directory, 'journal.db'));
    expect(await codeOf(() => open())).toBe('journal-newer');
    expect(readFileSync(join(directory, 'journal.db')).equals(before)).toBe(true);
    tamper('PRAGMA application_id = 7');
    expect(await codeOf(() => open())).toBe('journal-foreign');
  });

  it('a file that is no database, and a directory that cannot be made, are refused', async () => {
    writeFileSync(join(directory, 'journal.db'), randomBytes(10_000));
    expect(await codeOf(() => open())).toBe('journal-damaged');
    rmSync(directory, { recursive: true });
    writeFileSync(directory, '');
    expect(await codeOf(() => open())).toBe('journal-directory');
  });

  it('J9: rejections are capped, the newest stay, and the removed are counted', async () => {
    const journal = await open({ rejections: 10 });
    const packet = new Uint8Array(10_000).fill(7);
    for (let offset = 0; offset < 5; offset += 1) {
      const rejections = Array.from({ length: 7 }, (_, i) => ({
        ...{
          kind: 'rejection' as const,
          code: 'schema' as const,
          pointer: '/at',
          detail: 'no',
          gateway: `gw${i % 2}`,
          topic: 'city/x',
          at: offset,
        },
        sample: packet.subarray(i, i + (i === 0 ? 9_000 : 3)),
      }));
      await journal.commit(batch(offset, { rejections }));
    }
    const { items, next } = journal.views.rejections({ limit: 100 });
    expect(items.map((r) => r.at)).toEqual([4, 4, 4, 4, 4, 4, 4, 3, 3, 3]);
    expect(items.map((r) => r.sample.length)).toEqual([3, 3, 3, 3, 3, 3, 4_096, 3, 3, 3]);
    expect(next).toBeNull();
    expect(journal.views.counts().rejections).toEqual({ kept: 10, removed: 25 });
    expect(journal.views.rejections({ limit: 100, gateway: 'gw1' }).items).toHaveLength(4);
    expect(journal.views.rejections({ limit: 100, code: 'utf8-invalid' }).items).toHaveLength(0);
  });

  it('says what it does', async () => {
    const journal = await open();
    await journal.commit(batch(0));
    await journal.close();
    expect(events.map((e) => e.name)).toEqual(['journal.file-opened', 'journal.batch-committed', 'journal.file-closed']);
    expect(await codeOf(() => journal.commit(batch(1)))).toBe('journal-closed');
  });

  it('keeps the last 20 attempts of a delivery, and how many there were', async () => {
    const journal = await open();
    await journal.commit(batch(0, { orders: [order('wo_1')], deliveries: [delivery('d1', 'wo_1'), delivery('d2', 'wo_1')] }));
    const outcome = { kind: 'retry', reason: 'http-503', status: 503, wait: null } as const;
    const tried = (id: string, number: number): void =>
      journal.recordAttempt({ delivery: id, number, at: number, took: 1, outcome }, { state: 'waiting', attempts: number, nextAt: number });
    for (let number = 1; number <= 33; number += 1) tried('d1', number);
    for (let number = 1; number <= 20; number += 1) tried('d2', number);
    await journal.flush();
    const [first, second] = journal.views.order('wo_1')?.deliveries ?? [];
    expect(first?.attempts.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 14));
    expect(first?.delivery.attempts).toBe(33);
    expect(second?.attempts).toHaveLength(20);
  });

  it('J5: readdressing makes what is not there yet and sets how others stand; what is settled does not wait', async () => {
    const journal = await open();
    const [old, done] = [delivery('old', 'wo_1'), { ...delivery('done', 'wo_1'), state: 'accepted' as const }];
    await journal.commit(batch(0, { orders: [order('wo_1')], deliveries: [old, done] }));
    const standing = { state: 'superseded', attempts: 3, nextAt: 9, reason: 'endpoint-removed' } as const;
    await journal.readdress([delivery('new', 'wo_1'), delivery('done', 'wo_1')], new Map([['old', standing]]));
    const again = await reopen(journal);
    expect(again.waitingDeliveries().map(({ id }) => id)).toEqual(['new']);
    expect(again.views.order('wo_1')?.deliveries.map(({ delivery: d }) => [d.id, d.state, d.attempts, d.reason])).toEqual([
      ['old', 'superseded', 3, 'endpoint-removed'],
      ['done', 'accepted', 0, undefined],
      ['new', 'waiting', 0, undefined],
    ]);
    expect(again.views.counts().deliveries).toMatchObject({ superseded: 1, accepted: 1, waiting: 1, unheard: 0 });
  });

  it('names the orders that are over while something of theirs waits', async () => {
    const journal = await open();
    const over = { ...order('wo_2'), state: 'closed' as const };
    const settled = { ...delivery('d3', 'wo_3'), state: 'unheard' as const };
    const deliveries = [delivery('d1', 'wo_1'), delivery('d2', 'wo_2'), delivery('d2b', 'wo_2'), settled];
    await journal.commit(batch(0, { orders: [order('wo_1'), over, { ...over, id: 'wo_3' }], deliveries }));
    expect(journal.closedWaiting()).toEqual(['wo_2']);
    for (const id of ['d2', 'd2b']) journal.recordState(id, { state: 'superseded', attempts: 1, nextAt: 9, reason: 'order-closed' });
    await journal.flush();
    expect(journal.closedWaiting()).toEqual([]);
    expect(journal.waitingDeliveries().map(({ id }) => id)).toEqual(['d1']);
  });
});
