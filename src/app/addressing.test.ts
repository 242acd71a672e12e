import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../model/delivery.ts';
import type { OrderMessage } from '../model/work-order.ts';
import { addressMessages } from './addressing.ts';

function webhook(id: string, drills = false): Endpoint {
  return { kind: 'webhook', id, url: `https://${id}.example/orders`, secrets: ['whsec_AAAA'], drills };
}

function told(over: Partial<OrderMessage> = {}): OrderMessage {
  return {
    kind: 'order-message',
    id: 'msg_1',
    type: 'order.dispatched',
    order: 'wo_1',
    party: 'fire',
    street: null,
    drill: false,
    at: 5,
    body: '{}',
    ...over,
  };
}

const summary = (messages: readonly OrderMessage[], endpoints: readonly Endpoint[]): string[] =>
  addressMessages(messages, () => endpoints, 7).map(
    ({ id, state, endpoint }) => `${state} ${endpoint.kind === 'mqtt' ? endpoint.topic : id}`,
  );

describe('addressing', () => {
  it('makes one delivery for every endpoint and one for MQTT, under one message id', () => {
    const deliveries = addressMessages([told()], () => [webhook('a'), webhook('b')], 7);
    expect(deliveries.map(({ id }) => id)).toEqual(['msg_1@a', 'msg_1@b', 'msg_1@mqtt:orders/fire']);
    expect(new Set(deliveries.map(({ message }) => message))).toEqual(new Set(['msg_1']));
    expect(deliveries[0]).toMatchObject({
      state: 'waiting',
      attempts: 0,
      createdAt: 7,
      nextAt: 7,
      body: '{}',
      party: 'fire',
      type: 'order.dispatched',
    });
  });

  it('names the street in the topic where the party has an office a street', () => {
    expect(summary([told({ party: 'street', street: '310104003' })], [])).toEqual(['waiting orders/street/310104003']);
  });

  it('reaches a party without webhooks by MQTT', () => {
    expect(summary([told({ party: 'ops' })], [])).toEqual(['waiting orders/ops']);
  });

  it('keeps a drill from production: withheld, or sent where drills are taken, and to a topic of its own', () => {
    const endpoints = [webhook('production'), webhook('exercise', true)];
    expect(summary([told({ drill: true })], endpoints)).toEqual([
      'withheld msg_1@production',
      'waiting msg_1@exercise',
      'waiting drill/orders/fire',
    ]);
  });

  it('asks for the endpoints of that party and that street', () => {
    const asked: string[] = [];
    addressMessages(
      [told({ party: 'street', street: '310104003' }), told({ party: 'fire' })],
      (party, street) => {
        asked.push(`${party} ${street}`);
        return [];
      },
      7,
    );
    expect(asked).toEqual(['street 310104003', 'fire null']);
  });
});
