import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startTestBroker } from './test-broker.ts';
import { connectSender } from './mqtt-sender.ts';

describe('the MQTT sender', () => {
  it('I1 I2 keeps at most its window unacknowledged and drains only when all is acknowledged', async () => {
    const releases: (() => void)[] = [];
    const broker = await startTestBroker({ beforeAck: () => new Promise((resolve) => releases.push(resolve)) });
    const sender = await connectSender({ url: broker.url, window: 3 });
    const progress: number[] = [];
    const sending = (async () => {
      for (let i = 0; i < 5; i += 1) {
        await sender.send('city/g/s', '{}');
        progress.push(i);
      }
    })();
    await expect.poll(() => releases.length).toBe(3);
    // The third is on its way, and its sender still waits for room.
    expect(progress).toEqual([0, 1]);
    expect(sender.counts()).toMatchObject({ sent: 3, acknowledged: 0 });
    const release = setInterval(() => releases.shift()?.(), 1);
    await sending;
    await sender.drain();
    clearInterval(release);
    expect(sender.counts()).toMatchObject({ sent: 5, acknowledged: 5 });
    await sender.close();
    await broker.close();
  });

  it('I3 takes up a cut connection and sends again what was not acknowledged', async () => {
    const held: (() => void)[] = [];
    let holding = true;
    const broker = await startTestBroker({ beforeAck: () => (holding ? new Promise((resolve) => held.push(resolve)) : Promise.resolve()) });
    const sender = await connectSender({ url: broker.url, window: 10 });
    for (let i = 0; i < 4; i += 1) await sender.send('city/g/s', JSON.stringify(i));
    await expect.poll(() => broker.messages.length).toBe(4);
    holding = false;
    broker.cut();
    await sender.drain();
    expect(sender.counts()).toEqual({ sent: 4, acknowledged: 4, reconnects: 1 });
    expect(new Set(broker.messages.map((message) => message.body))).toEqual(new Set([0, 1, 2, 3]));
    expect(broker.messages.length).toBe(8);
    await sender.close(true);
    await broker.close();
  });

  it('I3 gives up with a code when nothing is acknowledged any more', async () => {
    const broker = await startTestBroker({ beforeAck: () => new Promise(() => undefined) });
    const sender = await connectSender({ url: broker.url, patience: 50 });
    await sender.send('city/g/s', '{}');
    await expect(sender.drain()).rejects.toMatchObject({ code: 'broker-silent' });
    await sender.close(true);
    await broker.close();
  });

  it('says in one sentence that no broker answers', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(connectSender({ url: `mqtt://127.0.0.1:${port}` })).rejects.toMatchObject({ code: 'broker-unreachable' });
  });

  it('never shows a password', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(connectSender({ url: `mqtt://user:secret@127.0.0.1:${port}` })).rejects.toMatchObject({
      message: expect.not.stringContaining('secret'),
    });
  });
});
