import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../model/delivery.ts';
import { answerWith, deliveryTo, openReceiver, openRig, runToEnd, VirtualClock } from './test-rig.ts';
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
        recordState: () => undefined,
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
    const receiver = await open((request, response) =>
      answerWith(request.id === 'm1' ? status : 200, { location: '/elsewhere' })(request, response),
    );
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
      journal: { recordAttempt: (_, { state }) => void steps.push(state), recordState: () => undefined },
    });
    deliverer.offer([deliveryTo({ message: 'm1', url: receiver.url })]);
    await runToEnd({ deliverer, clock });
    expect(steps).toEqual(['told', 'waiting', 'told', 'parked']);
  });

  test('I9 it is recorded as accepted only after whoever waits for that was told; a fault in telling does not send it again', async () => {
    const receiver = await open(answerWith(200));
    const steps: string[] = [];
    const { deliverer, clock } = rig({
      onAccepted: ({ message }) => {
        steps.push(`told ${message}`);
        if (message === 'm1') return null;
        return message === 'm2' ? Promise.resolve() : Promise.reject(new Error('not taken'));
      },
      journal: { recordAttempt: ({ delivery }, { state }) => void steps.push(`${delivery} ${state}`), recordState: () => undefined },
    });
    for (const message of ['m1', 'm2', 'm3']) {
      deliverer.offer([deliveryTo({ message, url: receiver.url })]);
      await runToEnd({ deliverer, clock });
    }
    expect(steps).toEqual(['m1', 'm2', 'm3'].flatMap((message) => [`told ${message}`, `${message}@fire-1 accepted`]));
    expect(idsOf(receiver)).toEqual(['m1', 'm2', 'm3']);
  });
});
