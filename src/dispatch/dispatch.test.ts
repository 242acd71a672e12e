import { describe, expect, test } from 'vitest';
import { fingerprint } from '../model/fingerprint.ts';
import { isoTime } from '../model/time.ts';
import type { OrderMessage } from '../model/work-order.ts';
import { MINUTE, Rig, START, bodyOf, orderOf } from './test-rig.ts';

describe('an incident opens', () => {
  test('one order, everybody told at once, the office of the street by its street', () => {
    const rig = new Rig().happen(0, 'opened');
    expect(rig.news()).toEqual(['fire dispatched', 'police dispatched', 'street dispatched']);
    expect(rig.step.messages.map(({ street }) => street)).toEqual([null, null, '310104014']);
    expect(rig.order).toMatchObject({
      id: fingerprint('wo', fingerprint('in', 'first')),
      state: 'open',
      level: 'red',
      title: { zh: '火警确认 · 某商场', en: 'Fire confirmed · a mall' },
      place: { id: 'mall', street: '310104014', at: [121.45, 31.21] },
      drill: false,
      openedAt: START,
    });
    expect(rig.order.assignments.map(({ party, role, state }) => `${party} ${role} ${state}`)).toEqual([
      'fire lead dispatched',
      'police support dispatched',
      'street support dispatched',
    ]);
    expect(rig.order.assignments[0]?.due).toEqual({ accept: START + MINUTE, arrive: START + 10 * MINUTE, close: START + 60 * MINUTE });
    expect(rig.order.trail.map(({ what, party }) => `${what} ${party}`)).toEqual([
      'order.dispatched fire',
      'order.dispatched police',
      'order.dispatched street',
    ]);
    expect([...rig.dispatch.open()]).toEqual([rig.order]);
  });

  test('message ids come from order, party, street and a running number', () => {
    const rig = new Rig().happen(0, 'opened').happen(1, 'ended');
    const ids = rig.step.messages.filter(({ party }) => party === 'street').map(({ id }) => id);
    expect(ids).toEqual([1, 2].map((n) => fingerprint('msg', rig.order.id, 'street', '310104014', n)));
    expect(new Set(rig.step.messages.map(({ id }) => id)).size).toBe(rig.step.messages.length);
  });

  test('a party that is lead and support is assigned once, as lead', () => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ support: ['fire', 'police', 'police'] }) });
    expect(rig.order.assignments.map(({ party }) => party)).toEqual(['fire', 'police']);
  });

  test('without a place the street is named, without both the sensor', () => {
    expect(new Rig().happen(0, 'opened', { place: null }).order).toMatchObject({
      title: { en: 'Fire confirmed · Hunan Road' },
      place: { id: '310104014', street: '310104014', at: null },
    });
    expect(new Rig().happen(0, 'opened', { place: null, street: null }).order).toMatchObject({
      title: { en: 'Fire confirmed · s1' },
      place: { id: 's1', street: null },
    });
  });

  test('drills say so in the order, the message and the body', () => {
    const rig = new Rig({ drill: true }).happen(0, 'opened');
    expect([rig.order.drill, rig.step.messages[0]?.drill, bodyOf(rig.step.messages[0]).data.order['drill']]).toEqual([true, true, true]);
  });

  test('a rule without an order opens none, and a change of an unknown incident is no order', () => {
    const rig = new Rig().happen(0, 'opened', { order: null }).happen(0, 'raised', { incident: 'other' });
    expect(rig.step).toEqual({ orders: [], messages: [], closedIncidents: [] });
  });
});

describe('an incident goes on', () => {
  test('a joining rule brings its parties; the others are updated', () => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ support: [] }) });
    rig.news();
    rig.happen(1, 'joined', { rule: 'gas-leak', sensor: 's2', order: orderOf({ lead: 'gas', support: ['police'] }) });
    expect(rig.news()).toEqual(['gas dispatched', 'police dispatched', 'fire updated']);
    expect(rig.order.assignments.map(({ party, role }) => `${party} ${role}`)).toEqual(['fire lead', 'gas support', 'police support']);
    expect(rig.order.assignments[1]?.due.accept).toBe(START + 2 * MINUTE);
    expect(rig.order.alerts.map(({ rule }) => rule)).toEqual(['smoke', 'gas-leak']);
  });

  test('a higher level escalates to whoever is assigned already; who joins then is dispatched', () => {
    const rig = new Rig().happen(0, 'opened', { level: 'yellow', order: orderOf({ support: [] }) });
    rig.news();
    rig.happen(1, 'joined', { level: 'red', rule: 'gas-leak', order: orderOf({ lead: 'gas', support: [] }) });
    expect(rig.news()).toEqual(['gas dispatched', 'fire escalated']);
    expect(rig.order).toMatchObject({
      level: 'red',
      assignments: [
        { party: 'fire', role: 'lead' },
        { party: 'gas', role: 'support' },
      ],
    });
    expect(rig.order.trail.at(-1)).toMatchObject({ what: 'order.escalated', note: 'level:red', at: START + MINUTE });
  });

  test('an escalation tightens due times and never loosens them', () => {
    const rig = new Rig().happen(0, 'opened', { level: 'yellow' });
    rig.happen(5, 'joined', {
      level: 'orange',
      rule: 'slow',
      order: orderOf({ due: { accept: 60 * MINUTE, arrive: MINUTE, close: 90 * MINUTE } }),
    });
    expect(rig.order.assignments[0]?.due).toEqual({ accept: START + MINUTE, arrive: START + 6 * MINUTE, close: START + 60 * MINUTE });
  });

  test('negative control: joining at the same level tightens nothing', () => {
    const rig = new Rig()
      .happen(0, 'opened')
      .happen(5, 'joined', { rule: 'slow', order: orderOf({ due: { accept: 0, arrive: 0, close: 0 } }) });
    expect(rig.order.assignments[0]?.due.accept).toBe(START + MINUTE);
  });

  test('raised escalates; lowered and member-resolved are kept and told to nobody', () => {
    const rig = new Rig().happen(0, 'opened', { level: 'yellow' });
    rig.news();
    rig.happen(1, 'raised', { level: 'red' });
    expect(rig.news()).toEqual(['fire escalated', 'police escalated', 'street escalated']);
    rig.happen(2, 'lowered', { level: 'yellow' });
    expect(rig.order).toMatchObject({ level: 'yellow', alerts: [{ level: 'yellow' }] });
    rig.happen(3, 'member-resolved', { level: 'yellow' });
    expect(rig.order.alerts[0]?.resolvedAt).toBe(START + 3 * MINUTE);
    expect(rig.news()).toEqual([]);
  });

  test('a member that rises below the level of the incident is kept and told to nobody', () => {
    const rig = new Rig().happen(0, 'opened').happen(1, 'joined', { alertLevel: 'yellow', sensor: 's2' });
    rig.news();
    rig.happen(2, 'raised', { alertLevel: 'orange', sensor: 's2' });
    expect(rig.news()).toEqual([]);
    expect(rig.order.alerts[1]?.level).toBe('orange');
  });

  test('a level that swings is told once, until the parties have heard of the lower one', () => {
    const rig = new Rig().happen(0, 'opened', { level: 'red' });
    rig.news();
    for (let minute = 1; minute < 50; minute += 2)
      rig.happen(minute, 'lowered', { level: 'yellow' }).happen(minute + 1, 'raised', { level: 'red' });
    expect(rig.news()).toEqual([]);
    rig.happen(60, 'lowered', { level: 'yellow' }).happen(61, 'joined', { level: 'yellow', rule: 'heat' });
    expect(rig.news()).toEqual(['fire updated', 'police updated', 'street updated']);
    rig.happen(62, 'raised', { level: 'red' });
    expect(rig.news()).toEqual(['fire escalated', 'police escalated', 'street escalated']);
  });

  test('ended and resumed are told', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.news();
    rig.happen(1, 'ended').happen(2, 'resumed');
    expect(rig.news()).toEqual(['fire', 'police', 'street', 'fire', 'police', 'street'].map((party) => `${party} updated`));
    expect(rig.order.alerts).toHaveLength(1);
    expect(rig.order.alerts[0]).toMatchObject({ resolvedAt: null, since: START + 2 * MINUTE });
  });

  test('a sensor that flaps all night is told ever more rarely, and nobody is left with a false end', () => {
    const order = orderOf({ support: [] });
    const rig = new Rig().happen(0, 'opened', { order });
    rig.news();
    for (let i = 1; i < 1_000; i += 1) rig.happen(2 * i, 'ended').happen(2 * i + 1, 'resumed', { order });
    // 8 + {16, 32, …, 512} endings, each with its resumption.
    expect(rig.news()).toHaveLength(2 * 14);
    expect(rig.order.trail.at(-1)?.note).toBe('resumed:smoke@sensor:s1');
  });

  test('three hundred detectors of one fire are no storm, and the order has them all', () => {
    const rig = new Rig().happen(0, 'opened', { sensor: 's0' });
    rig.news();
    for (let i = 1; i < 300; i += 1) rig.happen(i, 'joined', { sensor: `s${i}` });
    // The alerts 2…8, 16, 32, 64, 128 and 256, to three parties.
    expect(rig.news()).toHaveLength(12 * 3);
    expect(rig.order.alerts).toHaveLength(300);
  });
});

test('the body says where the order stands, with times in UTC', () => {
  const rig = new Rig().happen(0, 'opened');
  expect(bodyOf(rig.step.messages[2])).toEqual({
    id: rig.step.messages[2]?.id,
    type: 'order.dispatched',
    timestamp: '2026-11-23T00:00:00.000Z',
    data: {
      order: {
        id: rig.order.id,
        sort: 'fire',
        level: 'red',
        title: { zh: '火警确认 · 某商场', en: 'Fire confirmed · a mall' },
        incident: rig.order.incident,
        place: { id: 'mall', name: { zh: '某商场', en: 'a mall' }, street: '310104014', at: [121.45, 31.21], crs: 'WGS84' },
        alerts: [
          { rule: 'smoke', version: 3, key: 'sensor:s1', level: 'red', since: isoTime(START), because: { zh: '烟感 1', en: 'Smoke 1' } },
        ],
        drill: false,
        links: { self: `/api/v1/orders/${rig.order.id}` },
      },
      assignment: {
        party: 'street',
        street: '310104014',
        role: 'support',
        state: 'dispatched',
        due: { accept: isoTime(START + MINUTE), arrive: isoTime(START + 10 * MINUTE), close: isoTime(START + 60 * MINUTE) },
      },
    },
  });
});

describe('a body says what the party was told before', () => {
  const earlierOf = (message: OrderMessage | undefined): unknown => bodyOf(message).data.earlier?.map(({ id }) => id);
  const toldTo = (rig: Rig, party: string): OrderMessage[] => rig.step.messages.filter((one) => one.party === party);

  test('the first and the newest, by id and time, over a restart too; of others it says nothing', () => {
    const rig = new Rig().happen(0, 'opened', { level: 'yellow' });
    rig.happen(1, 'raised', { level: 'orange' }).happen(2, 'raised', { level: 'red' }).restart().happen(3, 'joined', { rule: 'heat' });
    const [first, second, third, fourth] = toldTo(rig, 'police');
    expect([first, second, third, fourth].map(earlierOf)).toEqual([
      undefined,
      [first?.id],
      [first?.id, second?.id],
      [first?.id, third?.id],
    ]);
    expect(bodyOf(fourth).data.earlier).toEqual([
      { id: first?.id, timestamp: isoTime(START) },
      { id: third?.id, timestamp: isoTime(START + 2 * MINUTE) },
    ]);
  });

  test('a state that was saved before messages were remembered names none, and goes on under the next number', () => {
    const rig = new Rig().happen(0, 'opened', { level: 'yellow' });
    const going = new Rig().happen(0, 'opened', { level: 'yellow' }).happen(1, 'raised', { level: 'red' });
    const { orders, closed } = rig.dispatch.snapshot();
    const old = orders.map((one) => ({ ...one, sent: one.sent.map(([receiver, count]) => [receiver, count] as const) }));
    rig.dispatch.restore({ orders: old, closed });
    rig.happen(1, 'raised', { level: 'red' });
    expect(toldTo(rig, 'fire').at(-1)?.id).toBe(toldTo(going, 'fire').at(-1)?.id);
    expect(earlierOf(toldTo(rig, 'fire').at(-1))).toBeUndefined();
    rig.restart().happen(2, 'joined', { rule: 'heat' });
    expect(earlierOf(toldTo(rig, 'fire').at(-1))).toEqual([toldTo(rig, 'fire').at(-2)?.id]);
  });
});
