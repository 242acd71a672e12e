import { describe, expect, it } from 'vitest';
import { mayPublish, maySubscribe, type Grant } from './grant.ts';

const gateway: Grant = { kind: 'gateway', gateway: 'gw-1' };
const fire: Grant = { kind: 'party', party: 'fire', street: null };
const street: Grant = { kind: 'party', party: 'street', street: null };
const desk: Grant = { kind: 'party', party: 'street', street: '310104014' };

describe('what a log-in may publish', () => {
  it.each([
    ['city/gw-1', [gateway]],
    ['city/gw-1/s', [gateway]],
    ['city/gw-1/s/senml', [gateway]],
    ['city/gw-10/s', []],
    ['city/gw-2/s', []],
    ['city/fire/s', []],
    ['city/', []],
    ['orders/wo_1/receipts', [fire, street, desk]],
    ['orders/wo_1/receipts/x', []],
    ['orders/fire', []],
    ['orders/street/310104014', []],
    ['drill/orders/fire', []],
    ['other', []],
  ])('%s: %j', (topic, allowed) => {
    expect([gateway, fire, street, desk].filter((grant) => mayPublish(grant, topic))).toEqual(allowed);
  });
});

describe('what a log-in may listen to', () => {
  it.each([
    ['orders/fire', [fire]],
    ['orders/fire/#', [fire]],
    ['orders/fire/+', [fire]],
    ['drill/orders/fire', [fire]],
    ['drill/orders/fire/#', [fire]],
    ['audit/checkpoint', [fire, street, desk]],
    ['audit/#', []],
    ['orders/fire-2', []],
    ['orders/street', [street]],
    ['orders/street/#', [street]],
    ['orders/street/+', [street]],
    ['orders/street/310104014', [street, desk]],
    ['drill/orders/street/310104014', [street, desk]],
    ['orders/street/310104003', [street]],
    ['orders/street/3101040140', [street]],
    ['orders/#', []],
    ['orders/+', []],
    ['orders/+/310104014', []],
    ['drill/orders/#', []],
    ['drill/#', []],
    ['city/#', []],
    ['city/gw-1/#', []],
    ['#', []],
    ['+/fire', []],
    ['$share/x/orders/fire', []],
  ])('%s: %j', (filter, allowed) => {
    expect([gateway, fire, street, desk].filter((grant) => maySubscribe(grant, filter))).toEqual(allowed);
  });
});
