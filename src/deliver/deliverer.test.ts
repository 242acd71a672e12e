import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery, Outcome } from '../model/delivery.ts';
import { answerWith, deliveryTo, openReceiver, openRig, runToEnd, seeded, VirtualClock } from './test-rig.ts';
import type { Answer, Receiver, Rig } from './test-rig.ts';
import type { Transport } from './transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(answer: Answer): Promise<Receiver> {
  const receiver = await openReceiver(answer);
  closing.push(receiver.close);
  return receiver;
}

function rig(options: Parameters<typeof openRig>[0] = {}): Rig {
  const made = openRig(options);
  closing.push(() => made.deliverer.close());
  return made;
}

const idsOf = (receiver: Receiver): string[] => receiver.received.map(({ id }) => id);
const NEVER = Number.POSITIVE_INFINITY;

describe('I1: nothing settled or withheld is sent', () => {
  test('never sent after accepted, however often it is offered', async () => {
    const receiver = await open(answerWith(200));
    const { deliverer, records } = rig();
    const delivery = deliveryTo({ message: 'm1', url: receiver.url });
    deliverer.offer([delivery, delivery]);
    deliverer.offer([delivery]);
    await deliverer.drain(NEVER);
    deliverer.resume([delivery]);
    deliverer.offer([{ ...delivery, id: 'm2@fire-1', message: 'm2', state: 'accepted' }]);
    deliverer.offer([{ ...delivery, id: 'm3@fire-1', message: 'm3', state: 'parked' }]);
    await deliverer.drain(NEVER);
    expect(idsOf(receiver)).toEqual(['m1']);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ delivery: 'm1@fire-1', number: 1, state: 'accepted', attempts: 1 });
  });

  test('a withheld delivery is counted and not sent, and a drill not even when it says that it waits', async () => {
    const receiver = await open(answerWith(200));
    const { deliverer, events, records } = rig();
    const delivery = deliveryTo({ message: 'm1', url: receiver.url });
    const production = { ...delivery.endpoint, drills: false } as Delivery['endpoint'];
    deliverer.offer([
      { ...delivery, state: 'withheld' },
      { ...delivery, id: 'm2@fire-1', message: 'm2', drill: true, endpoint: production },
      { ...delivery, id: 'm3@fire-1', message: 'm3', order: 'wo_3', drill: true },
    ]);
    await deliverer.drain(NEVER);
    expect(idsOf(receiver)).toEqual(['m3']);
    expect(records).toHaveLength(1);
    expect(events.filter(({ name }) => name === 'deliver.delivery-withheld')).toHaveLength(2);
  });
});

describe('I2: one id for every attempt', () => {
  test('same webhook-id on each attempt, each time signed anew, at the times of the schedule', async () => {
    const receiver = await open((request, response) => answerWith(receiver.received.length < 12 ? 503 : 200)(request, response));
    const { deliverer, clock, records } = rig();
    deliverer.offer([deliveryTo({ message: 'm1', url: receiver.url })]);
    await runToEnd({ deliverer, clock });
    expect(new Set(idsOf(receiver))).toEqual(new Set(['m1']));
    expect(receiver.received).toHaveLength(12);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-signature'])).size).toBe(12);
    const waits = records.slice(1).map((record, index) => Math.round((record.at - (records[index]?.at ?? 0)) / 1_000));
    const schedule = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];
    for (const [index, wait] of waits.entries()) expect(Math.abs(wait / (schedule[index] as number) - 1)).toBeLessThanOrEqual(0.5);
    expect(records.at(-1)).toMatchObject({ number: 12, state: 'accepted' });
  });

  test('after a restart what waits is sent under the same id, when it is due, and what was accepted is not', async () => {
    let status = 503;
    const receiver = await open((request, response) => answerWith(request.id === 'done' ? 200 : status)(request, response));
    const clock = new VirtualClock();
    const first = rig({ clock });
    const outbox = ['done', 'm1', 'm2'].map((message) => deliveryTo({ message, url: receiver.url }));
    first.deliverer.offer(outbox);
    await first.deliverer.drain(NEVER);
    const waiting = first.waitingAfter(outbox);
    await first.deliverer.close();
    expect(waiting.map(({ message, attempts }) => [message, attempts])).toEqual([
      ['m1', 1],
      ['m2', 1],
    ]);

    status = 200;
    const second = rig({ clock });
    second.deliverer.resume(waiting);
    expect(await second.deliverer.drain(NEVER)).toBe(2);
    expect(receiver.received).toHaveLength(3);
    await runToEnd(second);
    expect(idsOf(receiver).toSorted()).toEqual(['done', 'm1', 'm1', 'm2', 'm2']);
    expect(second.records.map(({ number, state }) => [number, state])).toEqual([
      [2, 'accepted'],
      [2, 'accepted'],
    ]);
  });
});

describe('I3: first in, first out in a lane', () => {
  test('a later message of an assignment waits until the earlier one is accepted, and others pass', async () => {
    let refusals = 2;
    const receiver = await open((request, response) => answerWith(request.id === 'a1' && refusals-- > 0 ? 500 : 200)(request, response));
    const { deliverer, clock } = rig();
    const lane = (order: string, ...messages: string[]) => messages.map((message) => deliveryTo({ message, order, url: receiver.url }));
    deliverer.offer([...lane('wo_a', 'a1', 'a2'), ...lane('wo_b', 'b1', 'b2')]);
    deliverer.offer(lane('wo_a', 'a3'));
    await runToEnd({ deliverer, clock });
    const ids = idsOf(receiver);
    expect(ids.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a1', 'a1', 'a2', 'a3']);
    expect(ids.filter((id) => id.startsWith('b'))).toEqual(['b1', 'b2']);
    expect(ids.indexOf('b2')).toBeLessThan(ids.indexOf('a2'));
  });

  test('two offices of one party, and two parties, are lanes of their own', async () => {
    const receiver = await open((request, response) => answerWith(request.id === 'm1' ? 503 : 200)(request, response));
    const { deliverer } = rig();
    const delivery = deliveryTo({ message: 'm1', order: 'wo_1', url: receiver.url });
    deliverer.offer([
      delivery,
      { ...delivery, id: 'm2@fire-1', message: 'm2', street: '310104014' },
      { ...delivery, id: 'm3@fire-1', message: 'm3', party: 'police' },
    ]);
    expect(await deliverer.drain(NEVER)).toBe(1);
    expect(idsOf(receiver).toSorted()).toEqual(['m1', 'm2', 'm3']);
  });
});

describe('I4: endpoints share nothing', () => {
  test('while one endpoint hangs another takes everything without a moment passing', async () => {
    const hanging = await open(() => undefined);
    const healthy = await open(answerWith(200));
    const { deliverer, records } = rig();
    const offer = (url: string, endpoint: string) => Array.from({ length: 200 }, (_, index) => deliveryTo({ message: `${endpoint}-${index}`, url, endpoint }));
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
    expect(deliverer.status()).toEqual([{ endpoint: 'fire-1', waiting: 1_000, underWay: 0, down: true }]);
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
});

describe('I5: without end', () => {
  test('an endpoint that is down for a day is still asked hourly, and gets its order when it is back', async () => {
    const clock = new VirtualClock();
    const end = clock.now() + 86_400_000;
    const receiver = await open((request, response) => answerWith(clock.now() < end ? 502 : 200)(request, response));
    const { deliverer, records } = rig({ clock });
    deliverer.offer([deliveryTo({ message: 'm1', url: receiver.url })]);
    await runToEnd({ deliverer, clock });
    expect(records.at(-1)?.state).toBe('accepted');
    expect(records.length).toBeGreaterThan(30);
    expect(clock.now() - end).toBeLessThan(4_400_000);
  });

  test('closing loses nothing: what was under way is not recorded and stays as it was', async () => {
    const receiver = await open(() => undefined);
    const { deliverer, records, waitingAfter } = rig();
    const outbox = [deliveryTo({ message: 'm1', url: receiver.url })];
    deliverer.offer(outbox);
    await receiver.arrived(1);
    await deliverer.close();
    expect(records).toEqual([]);
    expect(waitingAfter(outbox)).toEqual(outbox);
    deliverer.offer([deliveryTo({ message: 'm2', url: receiver.url })]);
    expect(receiver.received).toHaveLength(1);
  });

  test('draining ends at its deadline although something hangs', async () => {
    const receiver = await open(() => undefined);
    const { deliverer, clock } = rig();
    deliverer.offer([deliveryTo({ message: 'm1', url: receiver.url })]);
    await receiver.arrived(1);
    const drained = deliverer.drain(clock.now() + 5_000);
    clock.advance(5_000);
    expect(await drained).toBe(1);
  });

  test('a fault in the journal or a transport is told and stops no lane', async () => {
    const receiver = await open(answerWith(200));
    let faults = 1;
    const { deliverer, clock, events } = rig({
      journal: {
        recordAttempt: () => {
          if (faults-- > 0) throw new Error('disk');
        },
      },
    });
    deliverer.offer(['m1', 'm2'].map((message) => deliveryTo({ message, order: 'wo_1', url: receiver.url })));
    await runToEnd({ deliverer, clock });
    expect(idsOf(receiver)).toEqual(['m1', 'm2']);
    expect(events).toContainEqual({ name: 'deliver.loop-failed', error: 'disk' });
  });
});

describe('I6: refused is parked', () => {
  test.each([
    [400, 'http-400'],
    [401, 'http-401'],
    [410, 'http-410'],
    [302, 'redirect-302'],
  ])('%i parks the delivery, tells of it once, and the lane goes on', async (status, reason) => {
    const receiver = await open((request, response) => answerWith(request.id === 'm1' ? status : 200, { location: '/elsewhere' })(request, response));
    const { deliverer, clock, parked, records, events } = rig();
    deliverer.offer(['m1', 'm2'].map((message) => deliveryTo({ message, order: 'wo_1', url: receiver.url })));
    await runToEnd({ deliverer, clock });
    expect(idsOf(receiver)).toEqual(['m1', 'm2']);
    expect(parked).toEqual([{ delivery: 'm1@fire-1', reason }]);
    expect(records.map(({ delivery, state }) => [delivery, state])).toEqual([
      ['m1@fire-1', 'parked'],
      ['m2@fire-1', 'accepted'],
    ]);
    expect(events).toContainEqual({ name: 'deliver.delivery-parked', delivery: 'm1@fire-1', order: 'wo_1', party: 'fire', reason });
  });

  test('it is recorded as parked only after the news was taken, and tried again when it was not', async () => {
    const receiver = await open(answerWith(404));
    const steps: string[] = [];
    let faults = 1;
    const { deliverer, clock } = rig({
      onParked: async () => {
        steps.push('told');
        await Promise.resolve();
        if (faults-- > 0) throw new Error('not taken');
      },
      journal: { recordAttempt: (_, { state }) => void steps.push(state) },
    });
    deliverer.offer([deliveryTo({ message: 'm1', url: receiver.url })]);
    await runToEnd({ deliverer, clock });
    expect(steps).toEqual(['told', 'waiting', 'told', 'parked']);
  });
});

describe('all invariants together', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('hold for any outcome in any order (seed %i)', async (seed) => {
    const random = seeded(seed);
    const clock = new VirtualClock();
    const underWay = new Map<string, number>();
    const open = new Set<string>();
    const done: string[] = [];
    const faults: string[] = [];
    const lane = ({ order, endpoint }: Delivery) => `${order} ${endpoint.id}`;
    const dice = (): Outcome => {
      const throwOf = random();
      if (throwOf < 0.4) return { kind: 'accepted', status: 200 };
      if (throwOf < 0.5) return { kind: 'refused', reason: 'http-400', status: 400 };
      if (throwOf < 0.7) return { kind: 'retry', reason: 'http-500', status: 500, wait: throwOf < 0.6 ? 3_000 : null };
      return { kind: 'retry', reason: 'network-ECONNRESET', status: null, wait: null };
    };
    const transport: Transport = {
      send: (delivery) =>
        new Promise((resolve) => {
          const count = (underWay.get(delivery.endpoint.id) ?? 0) + 1;
          underWay.set(delivery.endpoint.id, count);
          if (count > 4) faults.push('width');
          if (open.has(lane(delivery))) faults.push('two of a lane');
          if (done.includes(delivery.id)) faults.push('sent after settled');
          open.add(lane(delivery));
          clock.after(1 + Math.floor(random() * 500), () => {
            underWay.set(delivery.endpoint.id, (underWay.get(delivery.endpoint.id) as number) - 1);
            open.delete(lane(delivery));
            resolve(dice());
          });
        }),
      close: () => Promise.resolve(),
    };
    const { deliverer } = rig({ clock, seed, transports: { webhook: transport, mqtt: transport }, onSettled: ({ id }) => void done.push(id) });
    const all = Array.from({ length: 120 }, (_, index) =>
      deliveryTo({ message: `m${String(index).padStart(3, '0')}`, order: `wo_${Math.floor(random() * 12)}`, endpoint: `e${Math.floor(random() * 3)}` }),
    );
    for (let from = 0; from < all.length; from += 10) deliverer.offer(all.slice(from, from + 10));
    while (done.length < all.length) {
      clock.advanceToNext();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(faults).toEqual([]);
    expect(done.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    for (const { order, endpoint } of all) {
      const inLane = all.filter((one) => one.order === order && one.endpoint.id === endpoint.id).map(({ id }) => id);
      expect(done.filter((id) => inLane.includes(id))).toEqual(inLane);
    }
  });
});
