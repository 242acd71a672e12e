import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery, OrderFormat } from '../../model/delivery.ts';
import { verifySignature } from '../sign.ts';
import { answerWith, deliveryTo, openReceiver, SECRET, VirtualClock, type Receiver } from '../test-rig.ts';
import { createWebhookTransport } from '../webhook.ts';
import { bodyOf, SENDER } from './test-bodies.ts';
import { checkCap } from './test-cap-checker.ts';
import { writeAs, type FormatSettings } from './write-as.ts';

const SETTINGS: FormatSettings = { source: '/maibo/xuhui', cap: SENDER };
const BODY = bodyOf({ title: { zh: '火警 "🔥"', en: 'Fire "🔥" <&>' } });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(): Promise<Receiver> {
  const receiver = await openReceiver(answerWith(204));
  closing.push(receiver.close);
  return receiver;
}

function transport(clock: VirtualClock, formats: FormatSettings | null = SETTINGS) {
  const webhook = createWebhookTransport({ clock, userAgent: 'maibo/0.0.0', ...(formats === null ? {} : { formats }) });
  closing.push(webhook.close);
  return webhook;
}

function delivery(url: string, format: OrderFormat | null, body = BODY): Delivery {
  const made = deliveryTo({ message: 'msg_1', url });
  return { ...made, body, endpoint: { ...made.endpoint, ...(format === null ? {} : { format }) } };
}

describe('a webhook in the format that its receiver asks for', () => {
  test.each([
    [null, 'application/json'],
    ['maibo', 'application/json'],
    ['cloudevents', 'application/cloudevents+json; charset=utf-8'],
    ['cloudevents-binary', 'application/json'],
    ['cap', 'application/cap+xml'],
  ] as const)('%s: every attempt sends the same bytes under the same id, and the signature is of those bytes', async (format, type) => {
    const clock = new VirtualClock();
    const receiver = await open();
    const webhook = transport(clock);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await webhook.send(delivery(receiver.url, format))).toEqual({ kind: 'accepted', status: 204 });
      clock.advance(3_600_000);
    }
    expect(receiver.received).toHaveLength(3);
    const [first, , third] = receiver.received;
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(receiver.received.map(({ id }) => id)).toEqual(['msg_1', 'msg_1', 'msg_1']);
    expect(third?.headers).toMatchObject({ 'content-type': type, 'user-agent': 'maibo/0.0.0' });
    const events = (headers: Record<string, unknown> = {}) => Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
    expect(events(third?.headers)).toEqual(events(first?.headers));
    expect(events(first?.headers)).toHaveLength(format === 'cloudevents-binary' ? 7 : 0);
    const asked = { headers: third?.headers ?? {}, secrets: [SECRET], now: clock.now() - 3_600_000, tolerance: 1_000 };
    expect(verifySignature({ ...asked, body: third?.body ?? '' }).kind).toBe('verified');
    // Negative control: the stored body is not what was signed, but where it is what was sent.
    expect(verifySignature({ ...asked, body: BODY }).kind).toBe(format === null || format === 'maibo' ? 'verified' : 'refused');
  });

  test('CAP arrives as CAP 1.2, and a binary event has the data alone', async () => {
    const receiver = await open();
    const webhook = transport(new VirtualClock());
    await webhook.send(delivery(receiver.url, 'cap'));
    await webhook.send(delivery(receiver.url, 'cloudevents-binary'));
    expect(checkCap(receiver.received[0]?.body ?? '')).toEqual([]);
    expect(receiver.received[1]?.headers).toMatchObject({ 'ce-id': 'msg_1', 'ce-type': 'cn.maibo.workorder.dispatched.v1' });
    expect(JSON.parse(receiver.received[1]?.body ?? '')).toEqual((JSON.parse(BODY) as { data: unknown }).data);
  });

  test.each(['cloudevents', 'cloudevents-binary', 'cap'] as const)(
    '%s: what can never be written is refused, so that a person hears of it, and nothing is sent',
    async (format) => {
      const receiver = await open();
      const refused = { kind: 'refused', reason: 'format-unmappable', status: 0 };
      const webhook = transport(new VirtualClock());
      for (const body of ['not JSON', '{}', '{"id":"m","type":"order.updated","timestamp":"2026-11-23T00:00:00.000Z","data":{"order":{}}}'])
        expect(await webhook.send(delivery(receiver.url, format, body))).toEqual(refused);
      expect(await transport(new VirtualClock(), null).send(delivery(receiver.url, format))).toEqual(refused);
      expect(receiver.received).toEqual([]);
    },
  );

  test('without a sender nothing is written as CAP', () => {
    expect(() => writeAs(BODY, 'cap', { ...SETTINGS, cap: null })).toThrow(expect.objectContaining({ code: 'format-unmappable' }));
  });
});
