import { describe, expect, test } from 'vitest';
import type { Delivery, Outcome } from '../model/delivery.ts';
import { deliveryTo, openRig, seeded, VirtualClock } from './test-rig.ts';
import type { Transport } from './transport.ts';

describe('the deliverer, against dice', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('I1, I3, I4 and I5 hold for any outcome in any order (seed %i)', async (seed) => {
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
    const { deliverer } = openRig({
      clock,
      seed,
      transports: { webhook: transport, mqtt: transport },
      onSettled: ({ id }) => void done.push(id),
    });
    const all = Array.from({ length: 120 }, (_, index) =>
      deliveryTo({
        message: `m${String(index).padStart(3, '0')}`,
        order: `wo_${Math.floor(random() * 12)}`,
        endpoint: `e${Math.floor(random() * 3)}`,
      }),
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
