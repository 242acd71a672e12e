import { afterEach, describe, expect, test } from 'vitest';
import { deliveryTo, openRig, VirtualClock } from './test-rig.ts';
import { FAULTS, judge, openFaulty, passUntil, twoMessagesEach, type Fault } from './test-faults.ts';
import { createWebhookTransport } from './webhook.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const waitingIn = (status: readonly { readonly waiting: number }[]): number => status.reduce((sum, { waiting }) => sum + waiting, 0);

async function scene(fault: Fault, keepsIds = true, orders = 1_000) {
  const clock = new VirtualClock();
  const receiver = await openFaulty(fault, clock, keepsIds);
  closing.push(receiver.close);
  const rig = openRig({ clock });
  closing.push(() => rig.deliverer.close());
  const asked = twoMessagesEach(receiver.url, clock.now(), orders);
  rig.deliverer.offer(asked);
  const pass = (): Promise<void> => passUntil(() => waitingIn(rig.deliverer.status()) === 0, { ...rig, receiver });
  return { ...rig, receiver, asked, pass };
}

const NOTHING_WRONG = { lost: 0, twice: 0, disordered: 0 };

describe('F8: 1,000 orders of two messages each, to a receiver that', { timeout: 60_000 }, () => {
  test.each(FAULTS.filter(({ parks }) => parks === undefined))('$name: none lost, none acted on twice, in order', async (fault) => {
    const { receiver, records, asked, parked, pass } = await scene(fault);
    await pass();
    expect(judge(receiver.acted, asked)).toEqual(NOTHING_WRONG);
    expect(parked).toEqual([]);
    expect(records.filter(({ state }) => state === 'waiting').length).toBeGreaterThan(0);
  });

  test.each(FAULTS.filter(({ parks }) => parks))(
    '$name: none lost but parked and told, and all of it comes after a replay',
    async (fault) => {
      const { receiver, deliverer, clock, asked, parked, pass } = await scene(fault);
      await pass();
      expect(receiver.acted).toEqual([]);
      expect(parked.map(({ delivery }) => delivery).toSorted()).toEqual(asked.map(({ id }) => id).toSorted());
      clock.advance(3_600_000);
      deliverer.replay(
        asked.map((delivery) => ({
          delivery: { ...delivery, attempts: 1, nextAt: clock.now() },
          later: new Set([delivery.id.replace('_a@', '_b@')].filter((id) => id !== delivery.id)),
        })),
      );
      await pass();
      expect(judge(receiver.acted, asked)).toEqual(NOTHING_WRONG);
    },
  );

  test('negative control: a receiver that keeps no ids acts twice when it resets after it has committed', async () => {
    const fault = FAULTS.find(({ name }) => name.startsWith('resets')) as Fault;
    const { receiver, asked, pass } = await scene(fault, false, 100);
    await pass();
    expect(judge(receiver.acted, asked)).toMatchObject({ lost: 0, twice: 400 });
  });

  test('negative control: a sender that tries once loses some', async () => {
    const clock = new VirtualClock();
    const receiver = await openFaulty(FAULTS.find(({ name }) => name.includes('429')) as Fault, clock);
    closing.push(receiver.close);
    const transport = createWebhookTransport({ clock, userAgent: 'maibo/test' });
    closing.push(() => transport.close());
    const asked = twoMessagesEach(receiver.url, clock.now(), 50);
    await Promise.all(asked.map((delivery) => transport.send(delivery)));
    expect(judge(receiver.acted, asked).lost).toBe(100);
  });

  test('negative control: the judge sees a message that came before the one before it', () => {
    const asked = twoMessagesEach('http://127.0.0.1:9/', 0, 1);
    expect(judge(['msg_0_b', 'msg_0_a'], asked)).toEqual({ lost: 0, twice: 0, disordered: 1 });
    expect(deliveryTo({ message: 'msg_0_a' }).message).toBe(asked[0]?.message);
  });
});
