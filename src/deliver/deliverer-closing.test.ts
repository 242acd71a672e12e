import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../model/delivery.ts';
import { answerWith, deliveryTo, openReceiver, openRig, VirtualClock, type Receiver, type Rig } from './test-rig.ts';

const HOUR = 3_600_000;
const NEVER = Number.POSITIVE_INFINITY;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function scene(
  accepts: (id: string) => boolean,
): Promise<{ receiver: Receiver; rig: Rig; to: typeof deliveryTo; last: typeof deliveryTo }> {
  const receiver = await openReceiver((request, response) => answerWith(accepts(request.id) ? 200 : 503)(request, response));
  closing.push(receiver.close);
  const rig = openRig();
  closing.push(() => rig.deliverer.close());
  const to = (asked: Parameters<typeof deliveryTo>[0]): Delivery => ({
    ...deliveryTo({ url: receiver.url, order: 'wo_1', ...asked }),
    createdAt: rig.clock.now(),
    nextAt: rig.clock.now(),
  });
  return { receiver, rig, to, last: (asked) => ({ ...to(asked), type: 'order.closed' }) };
}

const idsOf = (receiver: Receiver): string[] => receiver.received.map(({ id }) => id);

async function pass({ deliverer, clock }: Rig, ms: number): Promise<void> {
  const end = new VirtualClock(clock.now() + ms).now();
  while ((await deliverer.drain(NEVER)) > 0 && clock.now() < end) clock.advanceToNext();
}

describe('I5: an order that is over', () => {
  test('is not told of again in vain; what was never tried has its turn, and the last word comes last', async () => {
    let down = true;
    const { receiver, rig, to, last } = await scene(() => !down);
    const { deliverer, clock, states, events } = rig;
    deliverer.offer([to({ message: 'm1' }), to({ message: 'm2' }), to({ message: 'other', order: 'wo_2' })]);
    await deliverer.drain(NEVER);
    deliverer.offer([last({ message: 'm3' })]);
    deliverer.orderClosed('wo_1');
    expect(await deliverer.drain(NEVER)).toBe(2);
    expect(states.map(({ id, state, reason }) => [id, state, reason])).toEqual([
      ['m1@fire-1', 'superseded', 'order-closed'],
      ['m2@fire-1', 'superseded', 'order-closed'],
    ]);
    expect(events.filter(({ name }) => name === 'deliver.delivery-superseded')).toHaveLength(2);
    down = false;
    while ((await deliverer.drain(NEVER)) > 0) clock.advanceToNext();
    expect(idsOf(receiver)).toEqual(['m1', 'other', 'm2', 'm3', 'other', 'm3']);
  });

  test('negative control: while the order is open it is tried without end', async () => {
    const { receiver, rig, to } = await scene(() => false);
    rig.deliverer.offer([to({ message: 'm1' })]);
    await pass(rig, 30 * 24 * HOUR);
    expect(receiver.received.length).toBeGreaterThan(700);
    expect(await rig.deliverer.drain(NEVER)).toBe(1);
  });

  test('what is under way when the order closes is the last try, and stays accepted when it was', async () => {
    const held: (() => void)[] = [];
    const receiver = await openReceiver((request, response) => {
      held.push(() => answerWith(request.id === 'good' ? 200 : 503)(request, response));
    });
    closing.push(receiver.close);
    const rig = openRig();
    closing.push(() => rig.deliverer.close());
    rig.deliverer.offer([
      deliveryTo({ message: 'good', order: 'wo_1', url: receiver.url }),
      deliveryTo({ message: 'bad', order: 'wo_2', url: receiver.url }),
    ]);
    await receiver.arrived(2);
    for (const order of ['wo_1', 'wo_2']) rig.deliverer.orderClosed(order);
    for (const answer of held) answer();
    expect(await rig.deliverer.drain(NEVER)).toBe(0);
    expect(rig.records.find(({ delivery }) => delivery === 'good@fire-1')).toMatchObject({ state: 'accepted' });
    expect(rig.states.map(({ id, state }) => [id, state])).toEqual([['bad@fire-1', 'superseded']]);
  });

  test('its last word is tried for 72 hours and is then unheard', async () => {
    const { receiver, rig, last } = await scene(() => false);
    const began = rig.clock.now();
    rig.deliverer.offer([last({ message: 'm1' })]);
    rig.deliverer.orderClosed('wo_1');
    await pass(rig, 200 * HOUR);
    expect(rig.states.map(({ id, state }) => [id, state])).toEqual([['m1@fire-1', 'unheard']]);
    const tries = receiver.received.length;
    expect(tries).toBeGreaterThan(60);
    expect(rig.clock.now() - began).toBeLessThanOrEqual(72 * HOUR);
    expect(rig.clock.now() - began).toBeGreaterThan(70 * HOUR);
    expect(await rig.deliverer.drain(NEVER)).toBe(0);
  });

  test('after a restart too: what was tried is given up, the last word goes out', async () => {
    const { receiver, rig, to, last } = await scene(() => true);
    const tried = { ...to({ message: 'm1' }), attempts: 7, nextAt: rig.clock.now() + HOUR };
    const stale = { ...last({ message: 'old', order: 'wo_0' }), attempts: 90, createdAt: rig.clock.now() - 73 * HOUR };
    rig.deliverer.resume(
      [tried, last({ message: 'm2' }), stale, { ...tried, id: 'm9@fire-1', message: 'm9', order: 'wo_9' }],
      ['wo_1', 'wo_0'],
    );
    expect(await rig.deliverer.drain(NEVER)).toBe(1);
    expect(idsOf(receiver)).toEqual(['m2']);
    expect(rig.states.map(({ id, state }) => [id, state])).toEqual([
      ['old@fire-1', 'unheard'],
      ['m1@fire-1', 'superseded'],
    ]);
  });

  test('and that is opened again while its last word still waits is told of without end again', async () => {
    let down = true;
    const { receiver, rig, to, last } = await scene(() => !down);
    const { deliverer } = rig;
    deliverer.offer([last({ message: 'm1' })]);
    deliverer.orderClosed('wo_1');
    await deliverer.drain(NEVER);
    deliverer.offer([to({ message: 'm2' })]);
    // Longer than the patience for a last word.
    await pass(rig, 100 * HOUR);
    const tried = receiver.received.length;
    down = false;
    await pass(rig, 2 * HOUR);
    expect(idsOf(receiver).slice(tried)).toEqual(['m2']);
    expect(rig.states.map(({ id, state }) => [id, state])).toEqual([['m1@fire-1', 'unheard']]);
  });
});
