import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toldBy, type Delivery, type Outcome } from '../model/delivery.ts';
import { deliveryTo, openRig, runToEnd, seeded, VirtualClock, type Rig } from './test-rig.ts';

const HOUR = 3_600_000;
const ORDERS = ['wo_a', 'wo_b', 'wo_c', 'wo_d'];

interface Scene {
  readonly rig: Rig;
  /** Ids of what was taken, in that order. */
  readonly taken: string[];
}

/** Every answer by the dice, after a while of its own: nothing but the lanes keeps the order. */
function scene(seed: number, answer: (random: () => number) => Outcome = dice): Scene {
  const random = seeded(seed);
  const clock = new VirtualClock();
  const taken: string[] = [];
  const transport = {
    send: (delivery: Delivery) =>
      new Promise<Outcome>((resolve) => {
        clock.after(1 + Math.floor(random() * 500), () => {
          const outcome = answer(random);
          if (outcome.kind === 'accepted') taken.push(delivery.id);
          resolve(outcome);
        });
      }),
    close: () => Promise.resolve(),
  };
  return { rig: openRig({ clock, seed, transports: { webhook: transport, mqtt: transport } }), taken };
}

function dice(random: () => number): Outcome {
  const thrown = random();
  if (thrown < 0.4) return { kind: 'accepted', status: 200 };
  if (thrown < 0.5) return { kind: 'refused', reason: 'http-400', status: 400 };
  if (thrown < 0.75) return { kind: 'retry', reason: 'http-500', status: 500, wait: thrown < 0.6 ? 3_000 : null };
  return { kind: 'retry', reason: 'network-ECONNRESET', status: null, wait: null };
}

async function untilSettled({ rig: { deliverer, clock } }: Scene): Promise<void> {
  while (deliverer.status().some(({ waiting }) => waiting > 0)) {
    clock.advanceToNext();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const digestOf = (message: string, orders: readonly string[], type = 'order.updated', endpoint = 'fire-1'): Delivery => ({
  ...deliveryTo({ message, order: 'dg_1', endpoint }),
  digest: orders.map((order) => ({ order, type })),
});

const SENT = fc.array(
  fc.record({ of: fc.uniqueArray(fc.constantFrom(...ORDERS), { minLength: 1, maxLength: 4 }), endpoint: fc.constantFrom('e1', 'e2') }),
  { minLength: 1, maxLength: 40 },
);

/** What was taken of an order at an endpoint out of the order of making. */
function disorder(all: readonly Delivery[], taken: readonly string[]): string[] {
  const faults: string[] = [];
  for (const endpoint of ['e1', 'e2'])
    for (const order of ORDERS) {
      const made = all
        .filter((one) => one.endpoint.id === endpoint && toldBy(one).some((told) => told.order === order))
        .map(({ id }) => id);
      const places = taken.filter((id) => made.includes(id)).map((id) => made.indexOf(id));
      if (places.some((place, i) => place < (places[i - 1] ?? -1))) faults.push(`${order} at ${endpoint}: ${places.join()}`);
    }
  return faults;
}

describe('a digest', () => {
  test('I3 of each order and endpoint what is taken is taken in the order of making, digests counted', async () => {
    await fc.assert(
      fc.asyncProperty(SENT, fc.nat(), async (sent, seed) => {
        const one = scene(seed);
        const all = sent.map(({ of, endpoint }, i) =>
          of.length === 1
            ? deliveryTo({ message: `m${i}`, order: of[0] as string, endpoint })
            : digestOf(`m${i}`, of, 'order.updated', endpoint),
        );
        for (let from = 0; from < all.length; from += 7) one.rig.deliverer.offer(all.slice(from, from + 7));
        await untilSettled(one);
        expect(disorder(all, one.taken)).toEqual([]);
        expect(one.taken.length + one.rig.parked.length).toBe(all.length);
      }),
      { numRuns: 60 },
    );
  });

  test('negative control: in a lane of its own it overtakes', async () => {
    const one = scene(3);
    const all = Array.from({ length: 40 }, (_, i) =>
      deliveryTo({ message: `m${i}`, order: i % 2 === 0 ? 'wo_a' : `dg_${i}`, endpoint: 'e1' }),
    );
    one.rig.deliverer.offer(all);
    await untilSettled(one);
    expect(
      disorder(
        all.map((delivery) => ({ ...delivery, order: 'wo_a' })),
        one.taken,
      ),
    ).not.toEqual([]);
  });

  test('I8 replayed goes before what is later of any of its orders, and nobody waits for somebody who waits for him', async () => {
    await fc.assert(
      fc.asyncProperty(SENT, fc.nat(), async (sent, seed) => {
        const one = scene(seed);
        const all = sent.map(({ of }, i) => digestOf(`m${i}`, of, 'order.updated', 'e1'));
        one.rig.deliverer.offer(all);
        for (let rounds = 0; one.rig.deliverer.status().some(({ waiting }) => waiting > 0); ) {
          one.rig.clock.advanceToNext();
          await new Promise((resolve) => setImmediate(resolve));
          const again = one.rig.parked.splice(0);
          if ((rounds += again.length) > 200) continue;
          const reopened = again.map(({ delivery: id }) => {
            const at = all.findIndex((delivery) => delivery.id === id);
            return { delivery: { ...(all[at] as Delivery), attempts: 1 }, later: new Set(all.slice(at + 1).map((later) => later.id)) };
          });
          one.rig.deliverer.replay(reopened.toSorted((a, b) => b.later.size - a.later.size));
        }
        expect(one.rig.deliverer.status().every(({ waiting }) => waiting === 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('I5 is tried without end while one of its orders is open, and no longer when all are over', async () => {
    const one = scene(1, () => ({ kind: 'retry', reason: 'http-503', status: 503, wait: null }));
    const { deliverer, clock, states } = one.rig;
    deliverer.offer([digestOf('m1', ['wo_a', 'wo_b'])]);
    const pass = async (ms: number): Promise<void> => {
      for (const end = clock.now() + ms; clock.now() < end && deliverer.status().some(({ waiting }) => waiting > 0); ) {
        clock.advanceToNext();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await pass(HOUR);
    deliverer.orderClosed('wo_a');
    await pass(100 * HOUR);
    expect(states).toEqual([]);
    deliverer.orderClosed('wo_b');
    await pass(2 * HOUR);
    expect(states.map(({ id, state }) => [id, state])).toEqual([['m1@fire-1', 'superseded']]);
  });

  test('I5 that brings last words alone is tried for 72 hours; with news of an open order beside them, until it is taken', async () => {
    let down = true;
    const one = scene(1, () => (down ? { kind: 'retry', reason: 'http-503', status: 503, wait: null } : { kind: 'accepted', status: 200 }));
    const { deliverer, clock, states } = one.rig;
    const now = { createdAt: clock.now(), nextAt: clock.now() };
    const mixed = { ...digestOf('m2', ['wo_c', 'wo_d'], 'order.closed'), ...now };
    deliverer.offer([
      { ...digestOf('m1', ['wo_a', 'wo_b'], 'order.closed'), ...now },
      { ...mixed, digest: [...(mixed.digest ?? []), { order: 'wo_e', type: 'order.dispatched' }] },
    ]);
    for (const end = clock.now() + 200 * HOUR; clock.now() < end; await new Promise((resolve) => setImmediate(resolve)))
      clock.advanceToNext();
    expect(states.map(({ id, state }) => [id, state])).toEqual([['m1@fire-1', 'unheard']]);
    down = false;
    clock.advance(HOUR + HOUR / 2);
    await runToEnd(one.rig);
    expect(one.taken).toEqual(['m2@fire-1']);
  });
});
