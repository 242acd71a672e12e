import { describe, expect, it } from 'vitest';
import type { Delivery, DeliveryState, Endpoint } from '../model/delivery.ts';
import type { OrderMessage } from '../model/work-order.ts';
import { addressMessages } from './addressing.ts';
import { readdress } from './readdress.ts';

const hook = (id: string, drills = false): Endpoint => ({
  kind: 'webhook',
  id,
  url: `https://${id}.example/`,
  secrets: ['whsec_A'],
  drills,
});

function told(drill = false): OrderMessage {
  const rest = { type: 'order.dispatched', order: 'wo_1', party: 'fire', street: null, at: 5, body: '{}' } as const;
  return { kind: 'order-message', id: 'm', drill, ...rest };
}

/** What was addressed to `before` and stands as `states` say, after a start with `today`. */
function mend(before: readonly Endpoint[], today: readonly Endpoint[], states: Record<string, DeliveryState> = {}, drill = false) {
  const all = addressMessages([told(drill)], () => before, 7).map((one): Delivery => ({ ...one, state: states[one.id] ?? one.state }));
  const waiting = all.filter(({ state }) => state === 'waiting');
  const { made, stand } = readdress(
    waiting,
    () => today,
    () => all,
  );
  return {
    made: made.map(({ id, message, state, createdAt }) => [id, message, state, createdAt]),
    stand: [...stand].map(([id, { state, reason }]) => `${id} ${state} ${reason}`),
  };
}

describe('readdressing', () => {
  it('A1 gives what waited for a removed webhook to those of today, under the same message', () => {
    expect(mend([hook('wrong')], [hook('right'), hook('second')])).toEqual({
      made: [
        ['m@right', 'm', 'waiting', 7],
        ['m@second', 'm', 'waiting', 7],
      ],
      stand: ['m@wrong superseded endpoint-removed'],
    });
  });

  it('leaves alone what is still configured, and what is settled', () => {
    const nothing = { made: [], stand: [] };
    expect(mend([hook('a')], [hook('a')])).toEqual(nothing);
    expect(mend([hook('a')], [hook('a'), hook('new')])).toEqual(nothing);
    expect(mend([], [])).toEqual(nothing);
    expect(mend([hook('a')], [hook('b')], { 'm@a': 'accepted', 'm@mqtt:orders/fire': 'unheard' })).toEqual(nothing);
  });

  it('A2 gives nobody a message twice', () => {
    expect(mend([hook('a'), hook('wrong')], [hook('a')], { 'm@a': 'accepted' })).toEqual({
      made: [],
      stand: ['m@wrong superseded endpoint-removed'],
    });
  });

  it('an address that comes back takes up what was superseded', () => {
    expect(mend([hook('a'), hook('b')], [hook('a')], { 'm@a': 'superseded' })).toEqual({
      made: [],
      stand: ['m@b superseded endpoint-removed', 'm@a waiting readdressed'],
    });
  });

  it('A3 goes back to MQTT where that is the only way left, and leaves the mirror a mirror where it is not', () => {
    const unheard: Record<string, DeliveryState> = { 'm@mqtt:orders/fire': 'unheard' };
    expect(mend([hook('a')], [], unheard).stand).toEqual(['m@a superseded endpoint-removed', 'm@mqtt:orders/fire waiting readdressed']);
    expect(mend([hook('a')], [hook('b')], unheard).stand).toEqual(['m@a superseded endpoint-removed']);
    expect(mend([hook('a')], [], { 'm@mqtt:orders/fire': 'accepted' }).stand).toEqual(['m@a superseded endpoint-removed']);
  });

  it('A3 gives what waits for MQTT in vain to a webhook that is new', () => {
    expect(mend([], [hook('new')])).toEqual({ made: [['m@new', 'm', 'waiting', 7]], stand: [] });
  });

  it('keeps a drill from production here too', () => {
    expect(mend([hook('wrong', true)], [hook('production'), hook('exercise', true)], {}, true).made).toEqual([
      ['m@production', 'm', 'withheld', 7],
      ['m@exercise', 'm', 'waiting', 7],
    ]);
  });
});
