import { expect, it } from 'vitest';
import type { Endpoint } from '../model/delivery.ts';
import { deliveryTo } from '../deliver/test-rig.ts';
import { takenAgain } from './taken-again.ts';

const webhook = (id: string): Endpoint => ({ kind: 'webhook', id, url: `https://${id}.example/in`, secrets: [], drills: true });
const topic: Endpoint = { kind: 'mqtt', id: 'mqtt:orders/fire', topic: 'orders/fire' };

it.each([
  ['nothing was refused', webhook('a'), [], [webhook('a')], null],
  ['it had refused something', webhook('a'), ['m1@a'], [webhook('a')], { gone: [] }],
  ['another had refused something, and is still there', webhook('b'), ['m1@a'], [webhook('a'), webhook('b')], null],
  ['another had, and is configured no longer', webhook('b'), ['m1@a', 'm2@a'], [webhook('b')], { gone: ['a'] }],
  ['MQTT is the only way that is left', topic, ['m1@a'], [], { gone: ['a'] }],
  ['MQTT is a mirror of another', topic, ['m1@a'], [webhook('b')], null],
  ['MQTT had refused something itself', topic, ['m1@mqtt:orders/fire'], [webhook('b')], { gone: [] }],
  ['MQTT had refused something, and is never gone', webhook('b'), ['m1@mqtt:orders/fire'], [webhook('b')], null],
] as const)('whether it is news that it was taken where %s', (...[, endpoint, refused, webhooks, expected]) => {
  const delivery = { ...deliveryTo({ message: 'm3', url: 'https://nowhere.example' }), endpoint };
  expect(takenAgain(delivery, refused, webhooks)).toEqual(expected);
});
