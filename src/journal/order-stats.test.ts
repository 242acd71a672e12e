import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, DeliveryState, Outcome } from '../model/delivery.ts';
import type { OrderStats, OrderStatsQuery, OrderStep } from '../model/order-stats.ts';
import type { AssignmentState, TrailEntry, WorkOrder } from '../model/work-order.ts';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-23T00:00:00.000Z');
const DAY = 86_400_000;
const text = { zh: '标题', en: 'title' };

let directory: string;
let journal: Journal;
let offset: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-stats-'));
  const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
  journal = await openJournal({ directory, worker, emit: () => undefined });
  offset = 0;
});
afterEach(async () => {
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Case {
  readonly id: string;
  readonly sign?: string;
  readonly street?: string | null;
  readonly opened?: number;
  readonly drill?: boolean;
  /** ms from the condition to the order; `null`: an order of before this was kept. */
  readonly detected?: number | null;
  /** By party: minutes after the dispatch, `[]` for nothing said. */
  readonly answers: Readonly<Record<string, readonly (readonly [AssignmentState, number])[]>>;
}

function orderOf({
  id,
  sign = 'smoke-alarm',
  street = '310104014',
  opened = START,
  drill = false,
  detected = 500,
  answers,
}: Case): WorkOrder {
  const due = { accept: opened + 5 * MINUTE, arrive: opened + 10 * MINUTE, close: opened + 60 * MINUTE };
  const parties = Object.entries(answers);
  const entry = (party: string, at: number, state: AssignmentState, what: TrailEntry['what']): TrailEntry => ({
    ...{ at, what, party, state, by: null, note: null, door: 'http' },
  });
  const assignments = parties.map(([party, said], i) => {
    const role = i === 0 ? ('lead' as const) : ('support' as const);
    return { party, street: party === 'street' ? street : null, role, state: said.at(-1)?.[0] ?? ('dispatched' as const), due };
  });
  const trail = parties.flatMap(([party, said]) => [
    entry(party, opened, 'dispatched', 'order.dispatched'),
    ...said.map(([state, minute]) => entry(party, opened + minute * MINUTE, state, 'order.receipt')),
  ]);
  const place = { id: 'p', name: text, street, at: null };
  const alert = { id: 'al', rule: sign, version: 1, key: 'place:p', level: 'red' as const, since: opened, resolvedAt: null, because: text };
  const began = detected === null ? {} : { beganAt: opened - detected };
  const rest = { title: text, incident: `in_${id}`, place, alerts: [alert], assignments, drill, closedAt: null, attention: [], trail };
  return { kind: 'order', id, sort: 'fire', state: 'open', level: 'red', openedAt: opened, ...began, ...rest };
}

async function keep(orders: readonly WorkOrder[], deliveries: readonly Delivery[] = []): Promise<void> {
  await journal.commit({ entry: { offset, at: 1, events: [] }, rejections: [], alerts: [], orders, receipts: [], deliveries });
  offset += 1;
}

function deliveryOf(id: string, order: string, party: string, over: Partial<Delivery> = {}): Delivery {
  const endpoint = { kind: 'mqtt' as const, id: 'm', topic: `orders/${party}` };
  const rest = { street: null, type: 'order.dispatched', drill: false, endpoint, body: '{}', attempts: 0, nextAt: START };
  return { kind: 'delivery', id, message: `msg-${id}`, order, party, ...rest, state: 'waiting', createdAt: START, ...over };
}

const ACCEPTED: Outcome = { kind: 'accepted', status: 200 };

/** An attempt that began so many ms after the dispatch and took 10. */
function tried(
  delivery: string,
  after: number,
  outcome: Outcome,
  progress: { readonly state: DeliveryState; readonly number?: number },
): void {
  const { state, number = 1 } = progress;
  journal.recordAttempt({ delivery, number, at: START + after, took: 10, outcome }, { state, attempts: number, nextAt: 0 });
}

const stats = (over: Partial<OrderStatsQuery> = {}): Promise<OrderStats> =>
  journal.views.orderStats({ from: START - DAY, to: START + DAY, by: 'party', drills: false, now: START + 30 * MINUTE, ...over });

/** `count median waiting missed breached` of a step, all or of one key. */
function told(of: OrderStats, step: OrderStep, key?: string | null): string {
  const group = key === undefined ? of.all : of.groups.find((one) => one.key === key);
  if (group === undefined) return 'no such group';
  const { count, median, waiting, missed, breached } = group.steps[step];
  return `${count} ${median ?? '–'} ${waiting} ${missed} ${breached ?? '–'}`;
}

describe('order statistics', () => {
  it('of an empty journal are empty', async () => {
    const nothing = await stats();
    expect(nothing).toMatchObject({ groups: [], leftOut: 0, all: { key: null, orders: 0, assignments: 0, states: {} } });
    expect(told(nothing, 'accept')).toBe('0 – 0 0 0');
  });

  it('count every assignment in every step as measured, waited for, or missed', async () => {
    await keep([
      orderOf({
        id: 'a',
        answers: {
          fire: [
            ['accepted', 1],
            ['on-site', 8],
            ['resolved', 20],
          ],
          police: [],
        },
      }),
      orderOf({ id: 'b', detected: 1_500, answers: { fire: [['accepted', 7]], police: [['declined', 2]] } }),
      orderOf({ id: 'c', detected: null, answers: { fire: [['resolved', 3]], police: [['accepted', 3]] } }),
    ]);
    const of = await stats();
    expect(of.all).toMatchObject({ orders: 3, assignments: 6, states: { resolved: 2, dispatched: 1, accepted: 2, declined: 1 } });
    // `count median waiting missed breached`, here half an hour after the dispatch.
    expect(told(of, 'open')).toBe('2 500 0 1 –');
    expect(told(of, 'accept')).toBe(`4 ${3 * MINUTE} 1 1 2`);
    expect(told(of, 'accept', 'fire')).toBe(`3 ${3 * MINUTE} 0 0 1`);
    expect(told(of, 'accept', 'police')).toBe(`1 ${3 * MINUTE} 1 1 1`);
    expect(told(of, 'arrive')).toBe(`1 ${8 * MINUTE} 3 2 3`);
    expect(told(of, 'close')).toBe(`2 ${3 * MINUTE} 3 1 0`);
    for (const group of [of.all, ...of.groups])
      for (const [step, { count, waiting, missed }] of Object.entries(group.steps))
        expect(count + waiting + missed, `${group.key} ${step}`).toBe(step === 'open' ? group.orders : group.assignments);
  });

  it('measure the delivery to the first acceptance of anything by any endpoint of the party', async () => {
    const answers = { fire: [], police: [], street: [], ops: [], gas: [] };
    await keep(
      [orderOf({ id: 'a', answers })],
      [
        deliveryOf('f1', 'a', 'fire'),
        deliveryOf('f2', 'a', 'fire'),
        deliveryOf('p1', 'a', 'police'),
        deliveryOf('p2', 'a', 'police', { type: 'order.updated', createdAt: START + 1_000 }),
        deliveryOf('s1', 'a', 'street', { street: '310104014' }),
        deliveryOf('o1', 'a', 'ops'),
        // To another office of the same party: that is not the one that was sent for.
        deliveryOf('s2', 'a', 'street', { street: '310104003' }),
        deliveryOf('g1', 'a', 'gas', { state: 'withheld' }),
      ],
    );
    // The second endpoint of fire is the first to have it, at the second try.
    tried('f2', 0, { kind: 'retry', reason: 'status-503', status: 503, wait: null }, { state: 'waiting' });
    tried('f2', 400, ACCEPTED, { state: 'accepted', number: 2 });
    tried('f1', 900, ACCEPTED, { state: 'accepted' });
    // Police refuses the dispatch and takes what comes after it.
    tried('p1', 5, { kind: 'refused', reason: 'status-410', status: 410 }, { state: 'parked' });
    tried('p2', 2_990, ACCEPTED, { state: 'accepted' });
    tried('s2', 7, ACCEPTED, { state: 'accepted' });
    tried('o1', 7, { kind: 'unheard', reason: 'nobody', status: null }, { state: 'unheard' });
    await journal.flush();
    const of = await stats();
    expect(told(of, 'deliver', 'fire')).toBe('1 410 0 0 –');
    expect(told(of, 'deliver', 'police')).toBe('1 3000 0 0 –');
    expect(told(of, 'deliver', 'street')).toBe('0 – 1 0 –');
    expect(told(of, 'deliver', 'ops')).toBe('0 – 0 1 –');
    expect(told(of, 'deliver', 'gas')).toBe('0 – 0 1 –');
    expect(told(of, 'deliver')).toBe('2 410 1 2 –');
    expect(journal.views.firstContact('a', 'fire', null)).toEqual({ madeAt: START, acceptedAt: START + 410, waiting: false });
    expect(journal.views.firstContact('a', 'nobody', null)).toEqual({ madeAt: null, acceptedAt: null, waiting: false });
  });

  it('are of real orders or of drills, never of both', async () => {
    const answers = (minute: number): Case['answers'] => ({ fire: [['accepted', minute]] });
    await keep([
      orderOf({ id: 'a', answers: answers(1) }),
      ...[50, 60, 70].map((minute) => orderOf({ id: `d${minute}`, drill: true, answers: answers(minute) })),
    ]);
    const real = await stats();
    expect([real.all.orders, real.leftOut, told(real, 'accept')]).toEqual([1, 3, `1 ${MINUTE} 0 0 0`]);
    const drills = await stats({ drills: true });
    expect([drills.all.orders, drills.leftOut, told(drills, 'accept')]).toEqual([3, 1, `3 ${60 * MINUTE} 0 0 3`]);
  });

  it('are grouped by the sign that opened the order, by street, or by party; an order in no street has a group of its own', async () => {
    const answers: Case['answers'] = { fire: [['accepted', 1]], police: [['accepted', 2]] };
    await keep([
      orderOf({ id: 'a', answers }),
      orderOf({ id: 'b', sign: 'rain', street: '310104003', answers }),
      orderOf({ id: 'c', sign: 'rain', street: null, answers }),
    ]);
    const keys = async (by: OrderStatsQuery['by']): Promise<unknown[]> =>
      (await stats({ by })).groups.map(({ key, orders, assignments }) => [key, orders, assignments]);
    expect(await keys('sign')).toEqual([
      ['rain', 2, 4],
      ['smoke-alarm', 1, 2],
    ]);
    expect(await keys('street')).toEqual([
      [null, 1, 2],
      ['310104003', 1, 2],
      ['310104014', 1, 2],
    ]);
    expect(await keys('party')).toEqual([
      ['fire', 3, 3],
      ['police', 3, 3],
    ]);
    // An order is opened once, however many it calls.
    expect(told(await stats({ by: 'sign' }), 'open', 'rain')).toBe('2 500 0 0 –');
  });

  it('take in every order of the span once, from its first moment and short of its last, however many share a moment', async () => {
    const orders = Array.from({ length: 100 }, (_, i) =>
      orderOf({ id: `o${i}`, opened: START + Math.floor(i / 40), answers: { fire: [['accepted', i]] } }),
    );
    await keep(orders);
    const of = await stats({ from: START, to: START + 2, now: START });
    expect(of.all.orders).toBe(80);
    expect(told(of, 'accept')).toBe(`80 ${39 * MINUTE} 0 0 74`);
    expect((await stats({ from: START + 1, to: START + 3 })).all.orders).toBe(60);
    expect((await stats({ from: START + 3 })).all.orders).toBe(0);
  });

  it('judge what is not done by the clock that they are given', async () => {
    await keep([orderOf({ id: 'a', answers: { fire: [] } })]);
    const at = async (minute: number): Promise<(number | null)[]> => {
      const { steps } = (await stats({ now: START + minute * MINUTE })).all;
      return [steps.accept.breached, steps.arrive.breached, steps.close.breached];
    };
    expect([await at(5), await at(6), await at(11), await at(61)]).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
  });

  it('leave a turn to everybody else after every few orders, and several that are asked at once come one after the other', async () => {
    const orders = Array.from({ length: 200 }, (_, i) => orderOf({ id: `o${i}`, opened: START + i, answers: { fire: [['accepted', i]] } }));
    await keep(orders);
    const finished: string[] = [];
    let turns = 0;
    let running = true;
    const turn = (): void => {
      turns += 1;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    const asked = ['first', 'second'].map((which) =>
      stats().then((of) => finished.push(`${which} of ${of.all.orders} after ${turns >= 12}`)),
    );
    await Promise.all(asked);
    running = false;
    expect(finished).toEqual(['first of 200 after true', 'second of 200 after true']);
    expect(turns).toBeGreaterThanOrEqual(24);
  });
});
