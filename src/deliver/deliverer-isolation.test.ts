import { afterEach, describe, expect, test } from 'vitest';
import { answerWith, deliveryTo, openReceiver, openRig } from './test-rig.ts';
import type { Answer, Receiver, Rig } from './test-rig.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(answer: Answer): Promise<Receiver> {
  const receiver = await openReceiver(answer);
  closing.push(receiver.close);
  return receiver;
}

function rig(): Rig {
  const made = openRig();
  closing.push(() => made.deliverer.close());
  return made;
}

const idsOf = (receiver: Receiver): string[] => receiver.received.map(({ id }) => id);
const NEVER = Number.POSITIVE_INFINITY;

describe('I4: endpoints share nothing', () => {
  test('while one endpoint hangs another takes everything without a moment passing', async () => {
    const hanging = await open(() => undefined);
    const healthy = await open(answerWith(200));
    const { deliverer, records } = rig();
    const offer = (url: string, endpoint: string) =>
      Array.from({ length: 200 }, (_, index) => deliveryTo({ message: `${endpoint}-${index}`, url, endpoint }));
    deliverer.offer([...offer(hanging.url, 'hanging'), ...offer(healthy.url, 'healthy')]);
    await Promise.all([healthy.arrived(200), hanging.arrived(4)]);
    // The clock has not moved, so whatever the healthy one waited for was not the other's time-out.
    expect(idsOf(healthy)).toHaveLength(200);
    expect(healthy.open.most).toBeLessThanOrEqual(4);
    expect(hanging.received).toHaveLength(4);
    expect(records.every(({ delivery }) => delivery.endsWith('@healthy'))).toBe(true);
  });

  test('an endpoint that gives no answer is probed by one attempt at a time, and drains at once when it is back', async () => {
    let back = false;
    const receiver = await open((request, response) => {
      if (back) answerWith(200)(request, response);
    });
    const { deliverer, clock, records } = rig();
    deliverer.offer(Array.from({ length: 1_000 }, (_, index) => deliveryTo({ message: `m${index}`, url: receiver.url })));
    // Four time out; the first two of them are not yet enough to call it down, so two more go out.
    await receiver.arrived(4);
    clock.advance(15_000);
    await receiver.arrived(6);
    clock.advance(15_000);
    await deliverer.drain(NEVER);
    expect(deliverer.status()).toMatchObject([
      { endpoint: 'fire-1', waiting: 1_000, underWay: 0, down: true, downSince: clock.now() - 30_000 },
    ]);
    const before = receiver.received.length;
    const start = clock.now();
    for (let probe = 1; probe <= 20; probe += 1) {
      while (deliverer.status()[0]?.underWay === 0) clock.advanceToNext();
      await receiver.arrived(before + probe);
      expect(deliverer.status()[0]?.underWay).toBe(1);
      clock.advance(15_000);
      await deliverer.drain(NEVER);
    }
    expect(records).toHaveLength(26);
    expect(clock.now() - start).toBeLessThan(20 * 51_000);
    back = true;
    while (deliverer.status()[0]?.underWay === 0) clock.advanceToNext();
    expect(await deliverer.drain(NEVER)).toBe(0);
    expect(deliverer.status()[0]).toMatchObject({ waiting: 0, down: false });
    expect(new Set(records.filter(({ state }) => state === 'accepted').map(({ delivery }) => delivery)).size).toBe(1_000);
  });

  test('an endpoint that says "not now" to everything is asked ten times a second, and at full width once it takes something', async () => {
    let back = false;
    const receiver = await open((request, response) => answerWith(back ? 200 : 503)(request, response));
    const { deliverer, clock } = rig();
    deliverer.offer(Array.from({ length: 1_000 }, (_, index) => deliveryTo({ message: `m${index}`, url: receiver.url })));
    await deliverer.drain(NEVER);
    // Eight in a row, and what was under way beside the eighth.
    expect(receiver.received.length).toBeLessThanOrEqual(11);
    const [before, start] = [receiver.received.length, clock.now()];
    while (clock.now() - start < 10_000) {
      clock.advanceToNext();
      await deliverer.drain(NEVER);
    }
    expect(receiver.received.length - before).toBeLessThanOrEqual(101);
    expect(receiver.received.length - before).toBeGreaterThan(90);
    expect(deliverer.status()[0]?.down).toBe(false);
    back = true;
    const since = clock.now();
    while ((await deliverer.drain(NEVER)) > 0) clock.advanceToNext();
    expect(clock.now() - since).toBeLessThan(120_000);
  });

  test('what waited only because there was no answer goes out as soon as the endpoint answers anyone', async () => {
    let back = false;
    const receiver = await open((request, response) => (back ? answerWith(200)(request, response) : void response.socket?.destroy()));
    const { deliverer, clock, records } = rig();
    deliverer.offer([deliveryTo({ message: 'old', url: receiver.url })]);
    while (records.length < 12) {
      await deliverer.drain(NEVER);
      clock.advanceToNext();
    }
    await deliverer.drain(NEVER);
    back = true;
    const since = clock.now();
    deliverer.offer([deliveryTo({ message: 'new', url: receiver.url })]);
    while (deliverer.status()[0]?.underWay === 0) clock.advanceToNext();
    expect(await deliverer.drain(NEVER)).toBe(0);
    expect(clock.now() - since).toBeLessThanOrEqual(36_000);
    expect(idsOf(receiver).slice(-2)).toEqual(['new', 'old']);
  });
});
