import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { verifySignature } from './sign.ts';
import { answerWith, deliveryTo, openReceiver, SECRET, VirtualClock } from './test-rig.ts';
import type { Answer, Receiver } from './test-rig.ts';
import { createWebhookTransport } from './webhook.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(answer: Answer): Promise<Receiver> {
  const receiver = await openReceiver(answer);
  closing.push(receiver.close);
  return receiver;
}

function transport(clock = new VirtualClock()) {
  const webhook = createWebhookTransport({ clock, userAgent: 'maibo/0.0.0' });
  closing.push(webhook.close);
  return webhook;
}

/** Resolves when the sender has seen the headers of an answer. */
function nextAnswer(): Promise<void> {
  return new Promise((resolve) => {
    const seen = (): void => {
      unsubscribe('undici:request:headers', seen);
      setImmediate(resolve);
    };
    subscribe('undici:request:headers', seen);
  });
}

describe('the webhook', () => {
  test('posts the body as it is, with a signature that verifies and a time of now', async () => {
    const clock = new VirtualClock();
    const receiver = await open(answerWith(204));
    const delivery = deliveryTo({ message: 'msg_1', url: `${receiver.url}?party=fire` });
    expect(await transport(clock).send(delivery)).toEqual({ kind: 'accepted', status: 204 });
    const [request] = receiver.received;
    expect(request).toMatchObject({ id: 'msg_1', path: '/orders?party=fire', body: delivery.body });
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'maibo/0.0.0' });
    expect(
      verifySignature({ headers: request?.headers ?? {}, body: request?.body ?? '', secrets: [SECRET], now: clock.now(), tolerance: 1_000 })
        .kind,
    ).toBe('verified');
  });

  test('keeps its connection for the next delivery', async () => {
    const ports = new Set<number | undefined>();
    const receiver = await open((_, response) => {
      ports.add(response.socket?.remotePort);
      response.end('thank you');
    });
    const webhook = transport();
    for (let index = 0; index < 20; index += 1) await webhook.send(deliveryTo({ message: `m${index}`, url: receiver.url }));
    // Not one: an answer may be read to its end a moment before its connection counts as free.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  test('gives up after 15 s when no answer comes', async () => {
    const clock = new VirtualClock();
    const receiver = await open(() => undefined);
    const sending = transport(clock).send(deliveryTo({ message: 'm', url: receiver.url }));
    await receiver.arrived(1);
    clock.advance(15_000);
    expect(await sending).toEqual({ kind: 'retry', reason: 'time-out', status: null, wait: null });
    expect(clock.pending).toBe(0);
  });

  test('after 15 s no longer waits for the rest of an answer, whose status has decided', async () => {
    const clock = new VirtualClock();
    const receiver = await open((_, response) => void response.writeHead(200, { 'content-length': '100' }).write('x'));
    const headersCame = nextAnswer();
    const sending = transport(clock).send(deliveryTo({ message: 'm', url: receiver.url }));
    await headersCame;
    clock.advance(15_000);
    expect(await sending).toEqual({ kind: 'accepted', status: 200 });
    expect(clock.pending).toBe(0);
  });

  test('an answer of 50 MB is not read', async () => {
    let written = 0;
    const receiver = await open((_, response) => {
      response.writeHead(200);
      const part = Buffer.alloc(65_536);
      const more = (): void => {
        while (written < 50_000_000 && !response.destroyed) {
          written += part.length;
          if (!response.write(part)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    expect(await transport().send(deliveryTo({ message: 'm', url: receiver.url }))).toEqual({ kind: 'accepted', status: 200 });
    expect(written).toBeLessThan(10_000_000);
  });

  test('never follows a redirect', async () => {
    const canary = await open(answerWith(200));
    const receiver = await open(answerWith(307, { location: canary.url }));
    expect(await transport().send(deliveryTo({ message: 'm', url: receiver.url }))).toEqual({
      kind: 'refused',
      reason: 'redirect-307',
      status: 307,
    });
    expect(canary.received).toEqual([]);
  });

  test('no answer is no refusal: a closed port, a reset, and something that is no HTTP', async () => {
    const resetting = await open((_, response) => void response.socket?.destroy());
    const babbling = createServer(
      (socket) =>
        void socket
          .on('error', () => undefined)
          .resume()
          .end('this is no HTTP\r\n\r\n'),
    );
    await new Promise<void>((resolve) => babbling.listen(0, '127.0.0.1', resolve));
    closing.push(async () => void (await new Promise((resolve) => babbling.close(resolve))));
    const closed = await openReceiver(answerWith(200));
    await closed.close();
    const webhook = transport();
    const urls = [closed.url, resetting.url, `http://127.0.0.1:${(babbling.address() as AddressInfo).port}/`];
    for (const url of urls)
      expect(await webhook.send(deliveryTo({ message: 'm', url }))).toMatchObject({
        kind: 'retry',
        status: null,
        reason: expect.stringMatching(/^network-/) as string,
      });
  });

  test('an address or a secret that can never work is refused, so that a person hears of it', async () => {
    const webhook = transport();
    for (const url of ['not a url', 'ftp://127.0.0.1/', 'file:///etc/passwd'])
      expect(await webhook.send(deliveryTo({ message: 'm', url }))).toEqual({ kind: 'refused', reason: 'url-invalid', status: 0 });
    const delivery = deliveryTo({ message: 'm' });
    const unsigned = { ...delivery, endpoint: { ...delivery.endpoint, secrets: [] } as typeof delivery.endpoint };
    expect(await webhook.send(unsigned)).toEqual({ kind: 'refused', reason: 'webhook-secret-missing', status: 0 });
  });

  test('closing breaks off what is under way', async () => {
    const receiver = await open(() => undefined);
    const webhook = transport();
    const sending = webhook.send(deliveryTo({ message: 'm', url: receiver.url }));
    await receiver.arrived(1);
    await webhook.close();
    expect(await sending).toMatchObject({ kind: 'retry', status: null });
  });
});
