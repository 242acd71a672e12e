import { describe, expect, test } from 'vitest';
import { MINUTE, Rig, START, bodyOf, cityOf, orderOf } from './test-rig.ts';

describe('receipts', () => {
  test('when the lead moves the supports are told; when a support moves the lead is', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.news();
    rig.answer(1, 'fire', 'accepted', { by: 'Wang' });
    expect(rig.news()).toEqual(['police accepted', 'street accepted']);
    rig.answer(2, 'police', 'on-site');
    expect(rig.news()).toEqual(['fire on-site']);
    rig.answer(3, 'street', 'declined');
    expect(rig.news()).toEqual(['fire updated']);
    expect(bodyOf(rig.step.messages.at(-1)).data.receipt).toEqual({ party: 'street', state: 'declined' });
  });

  test('each leaves a line in the trail, with who, when and through which door', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.answer(5, 'fire', 'accepted', { by: 'Wang', note: 'two engines', at: START + 4 * MINUTE, door: 'mqtt' });
    expect(rig.order.trail.at(-1)).toEqual({
      at: START + 4 * MINUTE,
      what: 'order.receipt',
      party: 'fire',
      state: 'accepted',
      by: 'Wang',
      note: 'two engines',
      door: 'mqtt',
    });
  });

  test('a time more than five minutes ahead, or before there was an order, is not believed', () => {
    const rig = new Rig().happen(0, 'opened');
    const times = [10 * MINUTE + 1, 10 * MINUTE, -MINUTE].map((ms) => START + ms);
    const parties = ['fire', 'police', 'street'];
    times.forEach((at, i) => rig.answer(5, parties[i] as string, 'accepted', { at }));
    expect(rig.order.trail.slice(-3).map(({ at }) => at - START)).toEqual([5 * MINUTE, 10 * MINUTE, 0]);
  });

  test('an order closes when the lead has resolved it and every support has resolved or declined', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.answer(1, 'police', 'declined');
    rig.answer(2, 'fire', 'resolved');
    expect(rig.order.state).toBe('open');
    rig.news();
    rig.answer(3, 'street', 'resolved', { street: '310104014' });
    expect(rig.order).toMatchObject({ state: 'closed', closedAt: START + 3 * MINUTE });
    expect(rig.news()).toEqual(['fire resolved', 'fire closed', 'police closed', 'street closed']);
    expect(rig.step.closedIncidents).toEqual([rig.order.incident]);
    expect(rig.order.trail.at(-1)).toMatchObject({ what: 'order.closed', at: START + 3 * MINUTE });
    expect([...rig.dispatch.open()]).toEqual([]);
    expect(rig.dispatch.get(rig.order.id)).toBeUndefined();
  });

  test.each([false, true])('D4 an id that was used for another state is refused, after a restart too: %s', (restart) => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ support: [] }) });
    rig.answer(1, 'fire', 'accepted', { id: 'a' });
    if (restart) rig.restart();
    const told = rig.step.messages.length;
    const reused = { kind: 'refused', code: 'receipt-id-reused', detail: expect.stringContaining('has already used the id') };
    expect(rig.answer(2, 'fire', 'on-site', { id: 'a' })).toMatchObject(reused);
    expect(rig.step.messages).toHaveLength(told);
    expect(rig.order.assignments[0]?.state).toBe('accepted');
    expect(rig.answer(3, 'fire', 'accepted', { id: 'a', note: 'said again' })).toMatchObject({ kind: 'repeated' });
    expect(rig.answer(4, 'fire', 'resolved', { id: 'b' })).toMatchObject({ kind: 'moved' });
    if (restart) rig.restart();
    expect(rig.answer(5, 'fire', 'declined', { id: 'b' })).toMatchObject(reused);
    expect(rig.answer(5, 'fire', 'resolved', { id: 'b' })).toMatchObject({ kind: 'repeated' });
  });

  test('a snapshot of before ids were held to their state still knows its repeats', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.answer(1, 'fire', 'accepted', { id: 'a' });
    const { orders, closed } = rig.dispatch.snapshot();
    rig.dispatch.restore({ orders: orders.map((one) => ({ ...one, receipts: ['fire||a'] })), closed });
    expect(rig.answer(2, 'fire', 'accepted', { id: 'a' })).toMatchObject({ kind: 'repeated' });
  });

  test('D4 a repeat moves nothing, also after the order was closed', () => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ support: [] }) });
    rig.answer(1, 'fire', 'accepted', { id: 'a' });
    const told = rig.step.messages.length;
    expect(rig.answer(2, 'fire', 'accepted', { id: 'a' })).toEqual({ kind: 'repeated', order: rig.order.id });
    expect(rig.answer(2, 'fire', 'accepted', { id: 'b' })).toMatchObject({
      kind: 'refused',
      code: 'step-not-allowed',
      allowed: ['on-site', 'resolved', 'declined'],
    });
    expect(rig.step.messages).toHaveLength(told);
    rig.answer(3, 'fire', 'resolved', { id: 'c' });
    expect(rig.answer(4, 'fire', 'resolved', { id: 'c' }).kind).toBe('repeated');
    expect(rig.answer(4, 'fire', 'resolved', { id: 'd' })).toMatchObject({ kind: 'refused', code: 'step-not-allowed', allowed: [] });
  });

  test('two parties may number their receipts alike', () => {
    const rig = new Rig().happen(0, 'opened');
    expect([rig.answer(1, 'fire', 'accepted', { id: '1' }).kind, rig.answer(1, 'police', 'accepted', { id: '1' }).kind]).toEqual([
      'moved',
      'moved',
    ]);
  });

  test('a refused receipt may be sent again once its step is allowed', () => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ support: [] }) });
    expect(rig.answer(1, 'gas', 'accepted', { id: 'x' }).kind).toBe('refused');
    rig.happen(2, 'joined', { rule: 'gas-leak', order: orderOf({ lead: 'gas', support: [] }) });
    expect(rig.answer(3, 'gas', 'accepted', { id: 'x' }).kind).toBe('moved');
  });

  test('an unknown order, a party without an assignment and another street are refused with a sentence', () => {
    const rig = new Rig().happen(0, 'opened');
    expect(rig.answer(1, 'fire', 'accepted', { order: 'wo_none' })).toEqual({
      kind: 'refused',
      code: 'order-unknown',
      allowed: [],
      detail: 'There is no open order wo_none.',
    });
    expect(rig.answer(1, 'gas', 'accepted')).toMatchObject({
      code: 'party-unknown',
      detail: expect.stringContaining('fire, police, street (310104014)') as string,
    });
    expect(rig.answer(1, 'street', 'accepted', { street: '310104015' })).toMatchObject({ code: 'party-unknown' });
  });

  test('receipts of closed orders are remembered for as many orders as agreed', () => {
    const rig = new Rig({ remembered: 2 });
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      rig.happen(i, 'opened', { incident: `i${i}`, place: `p${i}`, order: orderOf({ support: [] }) });
      ids.push(rig.order.id);
      rig.answer(i, 'fire', 'resolved', { id: 'done' });
    }
    expect(ids.map((order) => rig.answer(9, 'fire', 'resolved', { id: 'done', order }).kind)).toEqual(['refused', 'repeated', 'repeated']);
    expect(rig.dispatch.snapshot().closed).toHaveLength(2);
  });
});

describe('when something is wrong', () => {
  test('a lead that declines: everybody else is told, operations is called and asked to answer', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.news();
    rig.answer(5, 'fire', 'declined');
    expect(rig.news()).toEqual(['police escalated', 'street escalated', 'ops escalated']);
    expect(rig.order.attention).toEqual(['lead-declined']);
    expect(rig.order.assignments.at(-1)).toMatchObject({ party: 'ops', role: 'support', due: { accept: START + 6 * MINUTE } });
    rig.answer(6, 'police', 'declined');
    rig.answer(6, 'street', 'resolved');
    expect(rig.order.state).toBe('open');
    rig.answer(7, 'ops', 'resolved');
    expect(rig.order.state).toBe('closed');
  });

  test('operations is given the shortest times that any rule of the order gives', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.happen(1, 'joined', { rule: 'quick', order: orderOf({ due: { accept: 2 * MINUTE, arrive: 3 * MINUTE, close: 4 * MINUTE } }) });
    rig.answer(10, 'fire', 'declined');
    expect(rig.order.assignments.at(-1)?.due).toEqual({
      accept: START + 11 * MINUTE,
      arrive: START + 13 * MINUTE,
      close: START + 14 * MINUTE,
    });
  });

  test('an order that everybody declined stays open and asks for attention', () => {
    const rig = new Rig({ city: cityOf(['fire', 'police']) }).happen(0, 'opened', { order: orderOf({ support: ['police'] }) });
    rig.answer(1, 'fire', 'declined');
    rig.answer(2, 'police', 'declined');
    expect(rig.order).toMatchObject({ state: 'open', attention: ['lead-declined', 'nobody'] });
  });

  test('operations that leads and declines is not called by itself', () => {
    const rig = new Rig().happen(0, 'opened', { order: orderOf({ lead: 'ops', support: ['police'] }) });
    rig.news();
    rig.answer(1, 'ops', 'declined');
    expect(rig.news()).toEqual(['police escalated']);
    expect(rig.order.assignments).toHaveLength(2);
  });

  test('a parked delivery asks for attention and calls operations, once a party', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.news();
    rig.park(1, 'fire').park(2, 'fire');
    expect(rig.news()).toEqual(['ops escalated']);
    expect(rig.order.attention).toEqual(['delivery-parked:fire']);
    expect(rig.order.trail.slice(3).map(({ what, party, door, note }) => [what, party, door, note])).toEqual([
      ['order.delivery-parked', 'fire', 'delivery', 'msg@fire: HTTP 410'],
      ['order.dispatched', 'ops', 'engine', 'delivery-parked:fire'],
      ['order.escalated', 'ops', 'engine', 'delivery-parked:fire'],
      ['order.delivery-parked', 'fire', 'delivery', 'msg@fire: HTTP 410'],
    ]);
    rig.park(3, 'police');
    expect(rig.news()).toEqual(['ops escalated']);
    expect(bodyOf(rig.step.messages.at(-1)).data.order['attention']).toEqual(['delivery-parked:fire', 'delivery-parked:police']);
    expect(rig.order.assignments.filter(({ party }) => party === 'ops')).toHaveLength(1);
  });

  test('nobody is called when operations itself is out of reach, or the city has none, or the order is closed', () => {
    const own = new Rig().happen(0, 'opened');
    own.news();
    expect(own.park(1, 'ops').news()).toEqual([]);
    expect(own.order.attention).toEqual(['delivery-parked:ops']);
    const none = new Rig({ city: cityOf(['fire']) }).happen(0, 'opened');
    none.news();
    expect(none.park(1, 'fire').news()).toEqual([]);
    const before = none.step.orders.length;
    expect(none.park(1, 'fire', 'wo_closed').step.orders).toHaveLength(before);
  });

  test.each([false, true])('D8 what was refused is made up for when it is taken after all, over a restart too: %s', (restart) => {
    const rig = new Rig().happen(0, 'opened').park(1, 'fire').park(1, 'police');
    if (restart) rig.restart();
    rig.news();
    expect(rig.take(2, 'fire').order.attention).toEqual(['delivery-parked:police']);
    expect(rig.order.trail.at(-1)).toMatchObject({ what: 'order.delivery-taken', party: 'fire', note: 'msg@fire', door: 'delivery' });
    expect(rig.dispatch.refused({ delivery: 'any@fire', order: rig.order.id, party: 'fire' })).toEqual([]);
    // Operations hears of it with whatever it is told next.
    expect(rig.news()).toEqual([]);
    const before = rig.step.orders.length;
    expect(rig.take(3, 'fire').take(3, 'gas').step.orders).toHaveLength(before);
    expect(rig.park(4, 'fire').news()).toEqual(['ops escalated']);
  });

  test.each([
    ['the last of them', 'm3@a', [], []],
    ['the first of them: the later ones told more', 'm1@a', [], ['m2@a', 'm3@a']],
    ['one that was never refused comes later', 'm4@a', [], []],
    ['one at another address says nothing of this', 'm3@b', [], ['m1@a', 'm2@a', 'm3@a']],
    ['one at another address, where this is gone', 'm2@b', ['a'], ['m3@a']],
  ] as const)('D8 what makes up for what: %s', (_, taken, gone, left) => {
    const rig = new Rig().happen(0, 'opened');
    for (const message of ['m1', 'm2', 'm3']) rig.park(1, 'fire', undefined, `${message}@a`);
    rig.take(2, 'fire', taken, gone);
    expect(rig.dispatch.refused({ delivery: taken, order: rig.order.id, party: 'fire' })).toEqual(left);
    expect(rig.order.attention).toEqual(left.length === 0 ? [] : ['delivery-parked:fire']);
  });

  test('D8 a digest that is refused asks for attention in each of its orders, until it is taken', () => {
    const limit = { messages: 1, within: 10 * MINUTE };
    const city = cityOf(['fire', 'ops'], { limit, lifeSafety: [], verify: { '*': 'none' }, warnAt: null, ladder: [] });
    const rig = new Rig({ city });
    for (const incident of ['i1', 'i2', 'i3']) rig.happen(0, 'opened', { incident, order: orderOf({ support: [] }) });
    const digest = rig.pass(10).step.messages.find(({ order }) => order.startsWith('dg_'));
    const delivery = `${digest?.id}@a`;
    rig.park(11, 'fire', digest?.order, delivery);
    const asking = (): number => [...rig.dispatch.open()].filter(({ attention }) => attention.includes('delivery-parked:fire')).length;
    expect(asking()).toBe(3);
    expect(rig.dispatch.refused({ delivery, order: digest?.order ?? '', party: 'fire' })).toEqual([delivery, delivery, delivery]);
    rig.restart().take(12, 'fire', delivery);
    expect(asking()).toBe(0);
  });

  test('who listens nowhere asks for attention and calls operations, once a party and street, also after a restart', () => {
    const rig = new Rig().happen(0, 'opened');
    rig.news();
    rig.unheard(1, 'street', '310104014').unheard(2, 'street', '310104014').restart().unheard(3, 'street', '310104014');
    expect(rig.news()).toEqual(['ops escalated']);
    expect(rig.order.attention).toEqual(['unreachable:street/310104014']);
    expect(rig.order.trail.slice(3).map(({ what, party, door, note }) => [what, party, door, note])).toEqual([
      ['order.delivery-unheard', 'street', 'delivery', 'msg@street'],
      ['order.dispatched', 'ops', 'engine', 'unreachable:street/310104014'],
      ['order.escalated', 'ops', 'engine', 'unreachable:street/310104014'],
    ]);
    expect(rig.unheard(4, 'fire').news()).toEqual(['ops escalated']);
    expect(rig.unheard(5, 'ops').news()).toEqual([]);
    expect(rig.order.attention).toEqual(['unreachable:street/310104014', 'unreachable:fire', 'unreachable:ops']);
  });

  test('nobody is called when nobody listens to a drill, or the order is closed', () => {
    const drill = new Rig({ drill: true }).happen(0, 'opened');
    drill.news();
    expect(drill.unheard(1, 'fire').news()).toEqual([]);
    expect(drill.order.attention).toEqual([]);
    const before = drill.step.orders.length;
    expect(drill.unheard(1, 'fire', null, 'wo_closed').step.orders).toHaveLength(before);
  });
});
