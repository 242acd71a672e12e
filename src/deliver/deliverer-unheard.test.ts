import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../model/delivery.ts';
import { createMqttTransport, type Taken } from './mqtt.ts';
import { deliveryTo, openRig, VirtualClock, type Rig } from './test-rig.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** MQTT alone; `taken` says who takes it now. */
function mqttRig(taken: () => Taken, over: Parameters<typeof openRig>[0] = {}): Rig & { readonly sent: string[] } {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const publish = (_: string, body: string): Promise<Taken> => {
    sent.push((JSON.parse(body) as { message: string }).message);
    return Promise.resolve(taken());
  };
  const mqtt = createMqttTransport({ clock, publish });
  const rig = openRig({ clock, transports: { webhook: mqtt, mqtt }, ...over });
  closing.push(() => rig.deliverer.close());
  return { ...rig, sent };
}

function toOps(message: string, over: Partial<Delivery> = {}): Delivery {
  const endpoint = { kind: 'mqtt', id: 'mqtt:orders/ops', topic: 'orders/ops' } as const;
  return { ...deliveryTo({ message, order: 'wo_1', endpoint: endpoint.id }), party: 'ops', endpoint, ...over };
}

const NEVER = Number.POSITIVE_INFINITY;

describe('I7: nobody listens', () => {
  test('where the party is reached otherwise, the copy is settled as unheard, counted, and nobody is told', async () => {
    const { deliverer, records, events, unreachable, sent } = mqttRig(() => 'mirror');
    deliverer.offer([toOps('m1'), toOps('m2')]);
    expect(await deliverer.drain(NEVER)).toBe(0);
    deliverer.resume([toOps('m3', { state: 'unheard' })]);
    await deliverer.drain(NEVER);
    expect(records.map(({ delivery, state, number }) => [delivery, state, number])).toEqual([
      ['m1@mqtt:orders/ops', 'unheard', 1],
      ['m2@mqtt:orders/ops', 'unheard', 1],
    ]);
    expect(events.filter(({ name }) => name === 'deliver.delivery-unheard')).toHaveLength(2);
    expect(unreachable).toEqual([]);
    expect(sent).toEqual(['m1', 'm2']);
  });

  test('where nothing else reaches the party, it is told at the first attempt, once, and tried until somebody takes it', async () => {
    let taken: Taken = 'nobody';
    const { deliverer, clock, records, events, unreachable, sent } = mqttRig(() => taken);
    deliverer.offer([toOps('m1'), toOps('m2')]);
    expect(await deliverer.drain(NEVER)).toBe(2);
    expect(unreachable).toEqual(['m1@mqtt:orders/ops']);
    for (let i = 0; i < 30; i += 1) {
      clock.advanceToNext();
      expect(await deliverer.drain(NEVER)).toBe(2);
    }
    expect(unreachable).toHaveLength(1);
    expect(events.filter(({ name }) => name === 'deliver.party-unreachable')).toHaveLength(1);
    taken = 'taken';
    const since = clock.now();
    while ((await deliverer.drain(NEVER)) > 0) clock.advanceToNext();
    // Whoever comes late has it soon, however long nobody was there.
    expect(clock.now() - since).toBeLessThanOrEqual(90_000);
    expect(records.filter(({ state }) => state !== 'waiting').map(({ delivery, state }) => [delivery, state])).toEqual([
      ['m1@mqtt:orders/ops', 'accepted'],
      ['m2@mqtt:orders/ops', 'accepted'],
    ]);
    expect(new Set(sent)).toEqual(new Set(['m1', 'm2']));
  });

  test('news that were not taken are told again at the next attempt; of a drill there are none', async () => {
    let faults = 1;
    const told: string[] = [];
    const { deliverer, clock } = mqttRig(() => 'nobody', {
      onUnreachable: ({ id }) => {
        if (faults-- > 0) throw new Error('not taken');
        told.push(id);
      },
    });
    deliverer.offer([toOps('m1'), toOps('m2', { order: 'wo_2', drill: true })]);
    await deliverer.drain(NEVER);
    expect(told).toEqual([]);
    for (let i = 0; i < 6; i += 1) {
      clock.advanceToNext();
      await deliverer.drain(NEVER);
    }
    expect(told).toEqual(['m1@mqtt:orders/ops']);
  });
});
