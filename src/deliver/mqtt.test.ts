import { describe, expect, test } from 'vitest';
import type { Delivery } from '../model/delivery.ts';
import { Refusal } from '../model/problem.ts';
import { createMqttTransport, type Taken } from './mqtt.ts';
import { deliveryTo, VirtualClock } from './test-rig.ts';

const delivery: Delivery = { ...deliveryTo({ message: 'm' }), endpoint: { kind: 'mqtt', id: 'mqtt:orders/fire', topic: 'orders/fire' } };

describe('delivery over MQTT', () => {
  test('publishes the same body to the topic and is accepted when the broker has it', async () => {
    const published: [string, string][] = [];
    const publish = (...what: [string, string]): Promise<Taken> => {
      published.push(what);
      return Promise.resolve('taken');
    };
    const mqtt = createMqttTransport({ clock: new VirtualClock(), publish });
    expect(await mqtt.send(delivery)).toEqual({ kind: 'accepted', status: 0 });
    expect(published).toEqual([['orders/fire', delivery.body]]);
  });

  test('a copy that nobody takes is unheard; what nothing else brings is tried again', async () => {
    const sent = (taken: 'mirror' | 'nobody', attempts = 0) =>
      createMqttTransport({ clock: new VirtualClock(), publish: () => Promise.resolve(taken) }).send({ ...delivery, attempts });
    expect(await sent('mirror')).toEqual({ kind: 'unheard', reason: 'no-subscriber', status: null });
    expect(await sent('nobody')).toEqual({ kind: 'retry', reason: 'no-subscriber', status: null, wait: null });
    expect(await sent('nobody', 500)).toMatchObject({ kind: 'retry', wait: 60_000 });
  });

  test('what can never be written in the format of the topic is refused, so that a person hears of it', async () => {
    const publish = (): Promise<Taken> => Promise.reject(new Refusal('format-unmappable', 'no'));
    const mqtt = createMqttTransport({ clock: new VirtualClock(), publish });
    expect(await mqtt.send(delivery)).toEqual({ kind: 'refused', reason: 'format-unmappable', status: 0 });
  });

  test('a broker that says no, that says nothing for 15 s, or that we leave, is tried again', async () => {
    const clock = new VirtualClock();
    const refusing = createMqttTransport({ clock, publish: () => Promise.reject(new Error('not connected')) });
    expect(await refusing.send(delivery)).toEqual({ kind: 'retry', reason: 'mqtt-not connected', status: null, wait: null });
    const silent = createMqttTransport({ clock, publish: () => new Promise(() => undefined) });
    const late = silent.send(delivery);
    clock.advance(15_000);
    expect(await late).toMatchObject({ kind: 'retry', reason: 'time-out' });
    const left = silent.send(delivery);
    await silent.close();
    expect(await left).toMatchObject({ kind: 'retry', reason: 'closed' });
    expect(clock.pending).toBe(0);
  });
});
