import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../model/delivery.ts';
import { answerWith, deliveryTo, openReceiver, openRig, type Answer, type Receiver } from './test-rig.ts';

const NEVER = Number.POSITIVE_INFINITY;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function scene(answer: Answer) {
  const receiver: Receiver = await openReceiver(answer);
  closing.push(receiver.close);
  const rig = openRig();
  closing.push(() => rig.deliverer.close());
  const to = (message: string): Delivery => deliveryTo({ message, order: 'wo_1', url: receiver.url });
  return { ...rig, receiver, to };
}

const idsOf = (receiver: Receiver): string[] => receiver.received.map(({ id }) => id);

describe('I8: a parked delivery that a person has replayed', () => {
  test('goes out under its id, before what is later and waits, and is accepted', async () => {
    let status = 404;
    const { receiver, deliverer, clock, records, to } = await scene((request, response) => answerWith(status)(request, response));
    deliverer.offer([to('m1'), to('m2')]);
    await deliverer.drain(NEVER);
    status = 503;
    deliverer.offer([to('m3')]);
    await deliverer.drain(NEVER);
    const later = ['m2', 'm3'].map((id) => `${id}@fire-1`);
    const again = (message: string): Delivery => ({ ...to(message), attempts: 1, nextAt: clock.now() });
    deliverer.replay([
      { delivery: again('m1'), later: new Set(later) },
      { delivery: again('m2'), later: new Set(later.slice(1)) },
    ]);
    await deliverer.drain(NEVER);
    status = 200;
    while ((await deliverer.drain(NEVER)) > 0) clock.advanceToNext();
    expect(idsOf(receiver)).toEqual(['m1', 'm2', 'm3', 'm1', 'm1', 'm2', 'm3']);
    expect(records.filter(({ state }) => state === 'accepted').map(({ delivery, number }) => [delivery, number])).toEqual([
      ['m1@fire-1', 3],
      ['m2@fire-1', 2],
      ['m3@fire-1', 2],
    ]);
  });

  test('does not call back what is under way at that moment, and follows it', async () => {
    const held: (() => void)[] = [];
    const { receiver, deliverer, clock, to } = await scene((request, response) => {
      if (request.id === 'm2') held.push(() => answerWith(200)(request, response));
      else answerWith(receiver.received.length === 1 ? 404 : 200)(request, response);
    });
    deliverer.offer([to('m1'), to('m2'), to('m3')]);
    await receiver.arrived(2);
    deliverer.replay([{ delivery: { ...to('m1'), attempts: 1, nextAt: clock.now() }, later: new Set(['m2@fire-1', 'm3@fire-1']) }]);
    for (const answer of held) answer();
    expect(await deliverer.drain(NEVER)).toBe(0);
    expect(idsOf(receiver)).toEqual(['m1', 'm2', 'm1', 'm3']);
  });

  test('refused again it is parked again, and that is news again', async () => {
    const { receiver, deliverer, clock, parked, to } = await scene(answerWith(410));
    deliverer.offer([to('m1')]);
    await deliverer.drain(NEVER);
    deliverer.replay([{ delivery: { ...to('m1'), attempts: 1, nextAt: clock.now() }, later: new Set() }]);
    expect(await deliverer.drain(NEVER)).toBe(0);
    expect(idsOf(receiver)).toEqual(['m1', 'm1']);
    expect(parked).toHaveLength(2);
  });

  test('negative control: without a replay a settled delivery is not sent again, however it is offered', async () => {
    const { receiver, deliverer, to } = await scene(answerWith(404));
    deliverer.offer([to('m1')]);
    await deliverer.drain(NEVER);
    deliverer.offer([to('m1')]);
    await deliverer.drain(NEVER);
    expect(idsOf(receiver)).toEqual(['m1']);
  });
});

describe('what is known of an endpoint', () => {
  test('is when it last took something, why it last did not, and since when it gives no answer', async () => {
    let answer: Answer = answerWith(200);
    const { deliverer, clock, to } = await scene((request, response) => answer(request, response));
    const start = clock.now();
    deliverer.offer([to('m1')]);
    await deliverer.drain(NEVER);
    expect(deliverer.status()).toMatchObject([{ lastSuccess: start, lastFailure: null, downSince: null, waiting: 0 }]);
    answer = answerWith(503);
    clock.advance(1_000);
    deliverer.offer([to('m2')]);
    await deliverer.drain(NEVER);
    const failed = { at: start + 1_000, reason: 'http-503', status: 503 };
    expect(deliverer.status()).toMatchObject([{ lastSuccess: start, lastFailure: failed, downSince: null, down: false, waiting: 1 }]);
    answer = (_, response) => void response.socket?.destroy();
    clock.advanceToNext();
    const since = clock.now();
    await deliverer.drain(NEVER);
    for (let count = 2; count <= 3; count += 1) {
      clock.advanceToNext();
      await deliverer.drain(NEVER);
    }
    expect(deliverer.status()).toMatchObject([{ down: true, downSince: since, lastSuccess: start }]);
    answer = answerWith(200);
    while ((await deliverer.drain(NEVER)) > 0) clock.advanceToNext();
    expect(deliverer.status()).toMatchObject([{ down: false, downSince: null, lastSuccess: clock.now(), waiting: 0 }]);
  });
});
