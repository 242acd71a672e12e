import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../model/delivery.ts';
import { answerWith, deliveryTo, openReceiver, openRig, runToEnd, seeded, VirtualClock } from './test-rig.ts';
import type { Answer, Receiver } from './test-rig.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Effects {
  /** What it did, each with the id under which it was asked to. */
  readonly acted: string[];
  readonly faults: Record<string, number>;
}

/** A receiver that fails in every way that one can, and keeps ids or does not. */
async function openFlapping(seed: number, keepsIds: boolean): Promise<Receiver & Effects> {
  const random = seeded(seed);
  const acted: string[] = [];
  const kept = new Set<string>();
  const faults: Record<string, number> = {};
  const fault = (name: string, answer: Answer): Answer => {
    faults[name] = (faults[name] ?? 0) + 1;
    return answer;
  };
  const act = (id: string): void => {
    if (keepsIds && kept.has(id)) return;
    kept.add(id);
    acted.push(id);
  };
  const choose = (id: string): Answer => {
    const throwOf = random();
    if (throwOf < 0.15) return fault('5xx', answerWith(500 + Math.floor(random() * 5)));
    if (throwOf < 0.25) return fault('429', answerWith(429, { 'retry-after': '3' }));
    if (throwOf < 0.35) return fault('reset before', (_, response) => void response.socket?.destroy());
    act(id);
    if (throwOf < 0.55) return fault('reset after commit', (_, response) => void response.socket?.destroy());
    return answerWith(200);
  };
  const receiver = await openReceiver((request, response) => choose(request.id)(request, response));
  closing.push(receiver.close);
  return { ...receiver, acted, faults };
}

function ordersTo(url: string): Delivery[] {
  return Array.from({ length: 1_000 }, (_, index) => deliveryTo({ message: `msg_${index}`, url }));
}

describe('1,000 orders against a receiver that flaps', { timeout: 60_000 }, () => {
  test('none is lost, and a receiver that keeps ids acts on each once', async () => {
    const receiver = await openFlapping(1, true);
    const { deliverer, clock, parked } = openRig();
    closing.push(() => deliverer.close());
    const orders = ordersTo(receiver.url);
    deliverer.offer(orders);
    await runToEnd({ deliverer, clock });
    expect(Object.keys(receiver.faults).toSorted()).toEqual(['429', '5xx', 'reset after commit', 'reset before']);
    expect(receiver.acted.toSorted()).toEqual(orders.map(({ message }) => message).toSorted());
    expect(parked).toEqual([]);
  });

  test('negative control: a receiver that keeps no ids acts twice, so the fault was real', async () => {
    const receiver = await openFlapping(1, false);
    const { deliverer, clock } = openRig();
    closing.push(() => deliverer.close());
    deliverer.offer(ordersTo(receiver.url));
    await runToEnd({ deliverer, clock });
    expect(new Set(receiver.acted).size).toBe(1_000);
    expect(receiver.acted.length).toBeGreaterThan(1_100);
  });

  test('the sender is stopped again and again in the middle and nothing is lost or done twice', async () => {
    const receiver = await openFlapping(2, true);
    const clock = new VirtualClock();
    const orders = ordersTo(receiver.url);
    let waiting = orders;
    for (let run = 1; waiting.length > 0; run += 1) {
      const { deliverer, waitingAfter } = openRig({ clock, seed: run });
      deliverer.resume(waiting);
      await Promise.race([receiver.arrived(receiver.received.length + 150), deliverer.drain(Number.POSITIVE_INFINITY)]);
      await deliverer.close();
      waiting = waitingAfter(waiting);
      clock.advance(4_500_000);
    }
    expect(receiver.acted.toSorted()).toEqual(orders.map(({ message }) => message).toSorted());
  });
});
