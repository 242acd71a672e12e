import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LogIn } from './grant.ts';
import { hashPassword } from './log-in.ts';
import {
  createQuickIntake,
  HeldIntake,
  openBench,
  packet,
  PUBACK,
  publishPacket,
  PUBREC,
  RawClient,
  subscribePacket,
  text,
  number,
  SOON,
} from './test-rig.ts';
import type { Bench } from './test-rig.ts';

vi.setConfig({ testTimeout: 60_000 });
const soon = <T>(value: () => T) => expect.poll(value, SOON);
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof openBench>[0]): Promise<Bench> {
  const bench = await openBench({ ...options, limits: { closeTimeout: 50, logInDelay: 20, ...options.limits } });
  open.push(() => bench.broker.close());
  return bench;
}

async function enter(port: number, options?: Parameters<typeof RawClient.enter>[1]): Promise<RawClient> {
  const client = await RawClient.enter(port, options);
  open.push(() => client.socket.destroy());
  return client;
}

/** The oracle of R1: how many of 20 publishes are acknowledged while none is durable? */
async function acknowledgedEarly(port: number): Promise<number> {
  const client = await enter(port);
  client.write(...Array.from({ length: 20 }, (_, index) => publishPacket('city/gw/s', '{}', index + 1)));
  await client.barrier();
  await client.barrier();
  return client.ids(PUBACK).length;
}

async function gatewayOf(gateway: string, password: string): Promise<LogIn> {
  return { passwordHash: await hashPassword(password), grant: { kind: 'gateway', gateway } };
}

async function logInsOf(): Promise<Map<string, LogIn>> {
  const passwordHash = await hashPassword('secret');
  return new Map<string, LogIn>([
    ['gw-1', { passwordHash, grant: { kind: 'gateway', gateway: 'gw-1' } }],
    ['fire', { passwordHash, grant: { kind: 'party', party: 'fire', street: null } }],
    ['street/310104014', { passwordHash, grant: { kind: 'party', party: 'street', street: '310104014' } }],
  ]);
}

describe('what a PUBACK means', () => {
  it('R1 nothing is acknowledged before it is durable', async () => {
    const intake = new HeldIntake();
    const { port } = await start({ intake });
    expect(await acknowledgedEarly(port)).toBe(0);
    expect(intake.offers).toHaveLength(20);
  });

  it('R1 negative control: the same oracle catches a broker that acknowledges first', async () => {
    const aedes = await Aedes.createBroker();
    const server = createServer(aedes.handle).listen(0, '127.0.0.1');
    open.push(() => new Promise((resolve) => aedes.close(() => server.close(resolve))));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await acknowledgedEarly((server.address() as AddressInfo).port)).toBeGreaterThan(0);
  });

  it('R1 R2 a thousand in flight are acknowledged in order, as they become durable', async () => {
    const intake = new HeldIntake();
    const { port, broker } = await start({ intake });
    const client = await enter(port);
    client.write(...Array.from({ length: 1_000 }, (_, index) => publishPacket('city/gw/s', `${index}`, index + 1)));
    await intake.arrived(1_000);
    expect(intake.offers.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
    intake.settle(500, 1_000);
    await client.barrier();
    expect(client.ids(PUBACK)).toEqual([]);
    intake.settle(0, 400);
    await client.until(PUBACK, 400);
    await client.barrier();
    expect(client.ids(PUBACK)).toHaveLength(400);
    intake.settle(400, 500);
    await client.until(PUBACK, 1_000);
    expect(client.ids(PUBACK)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
    expect(broker.counts()).toMatchObject({ offered: 1_000, acknowledged: 1_000, undurableMessages: 0, undurableBytes: 0 });
  });

  it('R1 what fails to become durable is not acknowledged, and the connection ends', async () => {
    const intake = new HeldIntake();
    const { port, broker } = await start({ intake });
    const client = await enter(port);
    client.write(publishPacket('city/gw/s', 'a', 1), publishPacket('city/gw/s', 'b', 2), publishPacket('city/gw/s', 'c', 3));
    await intake.arrived(3);
    intake.settle(1, 2, new Error('disk'));
    intake.settle(2, 3);
    intake.settle(0, 1);
    await client.closed;
    expect(client.ids(PUBACK)).toEqual([]);
    expect(broker.counts()).toMatchObject({ unsettled: 1, acknowledged: 0, undurableMessages: 0 });
  });

  it('R1 QoS 2 gets its PUBREC only when durable, and QoS 0 is offered too', async () => {
    const intake = new HeldIntake();
    const { port } = await start({ intake });
    const client = await enter(port);
    client.write(publishPacket('city/gw/s', 'two', 7, { qos: 2 }), publishPacket('city/gw/s', 'zero'));
    await intake.arrived(2);
    await client.barrier();
    expect(client.ids(PUBREC)).toEqual([]);
    intake.settle(0, 2);
    await client.until(PUBREC, 1);
    client.write(packet(0x62, number(7)));
    await client.until(7, 1);
    expect(intake.offers.map(({ payload }) => payload.toString())).toEqual(['two', 'zero']);
  });

  it('holds for a plain MQTT client, through reconnection', async () => {
    const intake = new HeldIntake();
    const { port } = await start({ intake });
    const client = await connectAsync({ port, host: '127.0.0.1', clientId: 'gw', clean: false, reconnectPeriod: 20, username: 'gw' });
    open.push(() => client.endAsync(true));
    let acknowledged = false;
    const published = client.publishAsync('city/gw/s', 'x', { qos: 1 }).then(() => (acknowledged = true));
    await intake.arrived(1);
    intake.settle(0, 1, new Error('disk'));
    await intake.arrived(2);
    expect(acknowledged).toBe(false);
    intake.settle(1, 2);
    await published;
  });
});

describe('what may be published', () => {
  it('R3 names the gateway by its topic; receipts have none', async () => {
    const intake = createQuickIntake();
    const { port } = await start({ intake });
    const client = await enter(port);
    client.write(publishPacket('city/gw-7/smoke-1', 'a', 1), publishPacket('orders/wo-1/receipts', 'b', 2));
    await client.until(PUBACK, 2);
    expect(intake.offers.map(({ gateway, topic }) => [gateway, topic])).toEqual([
      ['gw-7', 'city/gw-7/smoke-1'],
      ['', 'orders/wo-1/receipts'],
    ]);
  });

  it('R3 what is astray is offered, acknowledged, counted and forwarded to nobody', async () => {
    const intake = createQuickIntake();
    const { port, broker, events } = await start({ intake });
    const crew = await enter(port, { id: 'crew' });
    crew.write(subscribePacket(1, 'orders/#', 1));
    await crew.until(9, 1);
    const client = await enter(port);
    const topics = ['orders/fire', 'drill/orders/fire', 'elsewhere', '$SYS/x', '__proto__'];
    client.write(...topics.map((topic, index) => publishPacket(topic, 'x', index + 1, { qos: 1, retain: true })));
    await client.until(PUBACK, topics.length);
    await crew.barrier();
    expect(intake.topics()).toEqual(topics);
    expect(crew.ids(3)).toEqual([]);
    expect(broker.counts().astray).toBe(topics.length);
    expect(events.filter(({ name }) => name === 'ingest.publish-refused')).toHaveLength(1);
    const late = await enter(port, { id: 'late' });
    late.write(subscribePacket(1, 'orders/#', 1));
    await late.until(9, 1);
    await late.barrier();
    expect(late.ids(3)).toEqual([]);
  });

  it('R3 a will goes the way of a publish', async () => {
    const intake = createQuickIntake();
    const { port } = await start({ intake });
    const client = await enter(port, { will: { topic: 'city/gw/s', payload: 'gone' } });
    client.socket.destroy();
    await intake.arrived(1);
    expect(intake.offers[0]?.payload.toString()).toBe('gone');
  });

  it('closed: a log-in does what it is for, receipts under its name; all else ends its connection unanswered', async () => {
    const intake = createQuickIntake();
    const { port, broker } = await start({ intake, logIns: await logInsOf() });
    const tries = [
      ['gw-1', 'city/gw-1/s', true],
      ['gw-1', 'city/gw-1', true],
      ['gw-1', 'city/gw-2/s', false],
      ['gw-1', 'city/gw-10/s', false],
      ['gw-1', 'city/', false],
      ['gw-1', 'orders/wo/receipts', false],
      ['gw-1', 'orders/fire', false],
      ['gw-1', 'other', false],
      ['fire', 'orders/wo/receipts', true],
      ['fire', 'orders/police', false],
      ['fire', 'city/fire/s', false],
      ['street/310104014', 'orders/wo/receipts', true],
    ] as const;
    for (const [username, topic, good] of tries) {
      const client = await enter(port, { id: `${username} ${topic}`, username, password: 'secret' });
      client.write(publishPacket(topic, 'x', 1));
      if (good) await client.until(PUBACK, 1);
      else await client.closed;
      expect(client.ids(PUBACK), `${username} ${topic}`).toEqual(good ? [1] : []);
    }
    expect(intake.offers.map(({ gateway, topic }) => [gateway, topic])).toEqual([
      ['gw-1', 'city/gw-1/s'],
      ['gw-1', 'city/gw-1'],
      ['fire', 'orders/wo/receipts'],
      ['street/310104014', 'orders/wo/receipts'],
    ]);
    expect(broker.counts().refusedPublishes).toBe(8);
  });

  it('what is retained reaches who listens and who comes later, the newest of it only; no client can speak there', async () => {
    const { port, broker } = await start({ intake: createQuickIntake(), logIns: await logInsOf() });
    const hear = async (): Promise<string[]> => {
      const heard: string[] = [];
      const client = await connectAsync({ port, host: '127.0.0.1', username: 'fire', password: 'secret' });
      open.push(() => client.endAsync(true));
      client.on('message', (topic, payload) => void heard.push(`${topic} ${payload.toString()}`));
      await client.subscribeAsync('audit/checkpoint', { qos: 1 });
      return heard;
    };
    const early = await hear();
    await broker.retain('audit/checkpoint', 'one');
    await broker.retain('audit/checkpoint', 'two');
    const late = await hear();
    await soon(() => [early, late]).toEqual([['audit/checkpoint one', 'audit/checkpoint two'], ['audit/checkpoint two']]);
    const liar = await enter(port, { username: 'fire', password: 'secret' });
    liar.write(publishPacket('audit/checkpoint', 'lie', 1, { qos: 1, retain: true }));
    await liar.closed;
    const last = await hear();
    await soon(() => last).toEqual(['audit/checkpoint two']);
    expect(early).toHaveLength(2);
  });

  it('closed: a will that is not the log-in’s own is not offered', async () => {
    const intake = createQuickIntake();
    const { port, broker } = await start({ intake, logIns: await logInsOf() });
    const client = await enter(port, { username: 'gw-1', password: 'secret', will: { topic: 'orders/wo/receipts', payload: '{}' } });
    client.socket.destroy();
    await soon(() => broker.counts().refusedPublishes).toBe(1);
    expect(intake.offers).toEqual([]);
  });

  it('closed: wrong log-ins are refused, counted and made to wait; a client id is not taken from another gateway', async () => {
    const logIns = new Map([
      ['gw-1', await gatewayOf('gw-1', 'one')],
      ['gw-2', await gatewayOf('gw-2', 'two')],
    ]);
    const { port, broker, events } = await start({ intake: createQuickIntake(), logIns });
    const owner = await enter(port, { id: 'meter', username: 'gw-1', password: 'one' });
    const wrong = [{}, { username: 'gw-1' }, { username: 'gw-1', password: 'two' }, { username: 'gw-9', password: 'one' }];
    const thief = { id: 'meter', username: 'gw-2', password: 'two' };
    for (const options of [...wrong, thief]) {
      const client = await enter(port, { id: 'x', ...options });
      await client.closed;
      expect(client.packets[0]?.[1]).toBe(options === thief ? 2 : 4);
    }
    await owner.barrier();
    expect(broker.counts()).toMatchObject({ refusedLogIns: 5, connections: 1, halfOpen: 0 });
    expect(events.filter(({ name }) => name === 'ingest.connection-refused')).toHaveLength(5);
  });
});

describe('what goes out', () => {
  it('O1 an order is published when a receiver has acknowledged it', async () => {
    const { port, broker } = await start({ intake: createQuickIntake() });
    await expect(broker.publish('orders/fire', '{}', { qos: 1 })).rejects.toThrow('no-subscriber');
    const crew = await enter(port);
    crew.write(subscribePacket(1, 'orders/fire', 1));
    await crew.until(9, 1);
    let done = false;
    const published = broker.publish('orders/fire', '{}', { qos: 1 }).then(() => (done = true));
    await crew.until(3, 1);
    await crew.barrier();
    expect(done).toBe(false);
    await expect(broker.publish('orders/police', '{}', { qos: 1 })).rejects.toThrow('no-subscriber');
    crew.write(packet(0x40, number(1)));
    await published;
    expect(broker.counts().published).toBe(1);
  });

  it('O1 fails when the receiver leaves or does not answer', async () => {
    const { port, broker } = await start({ intake: createQuickIntake(), limits: { publishTimeout: 30 } });
    const crew = await enter(port);
    crew.write(subscribePacket(1, 'orders/#', 1));
    await crew.until(9, 1);
    await expect(broker.publish('orders/fire', '{}', { qos: 1 })).rejects.toThrow('not-acknowledged');
    const left = broker.publish('orders/fire', '{}', { qos: 1 });
    await crew.until(3, 2);
    crew.socket.destroy();
    await expect(left).rejects.toThrow('not-acknowledged');
  });

  it('reaches plain clients at any QoS, in order', async () => {
    const { port, broker } = await start({ intake: createQuickIntake() });
    const received: string[][] = [[], [], []];
    for (const qos of [0, 1, 2] as const) {
      const client = await connectAsync({ port, host: '127.0.0.1' });
      open.push(() => client.endAsync(true));
      client.on('message', (_topic, body) => void received[qos]?.push(body.toString()));
      await client.subscribeAsync('orders/#', { qos });
    }
    const bodies = Array.from({ length: 50 }, (_, index) => `${index}`);
    for (const body of bodies) await broker.publish('orders/fire', body, { qos: 1 });
    await soon(() => received).toEqual([bodies, bodies, bodies]);
  });

  it('lets receivers listen to orders, watchers to the city where it is open, nobody to anything else', async () => {
    const intake = new HeldIntake();
    const { port, broker } = await start({ intake });
    const client = await enter(port);
    const filters = ['orders/#', 'orders/+/x', 'drill/orders/fire', 'city/#', '#', '+/fire', '$SYS/#', 'drill/#'];
    client.write(packet(0x82, Buffer.concat([number(5), ...filters.flatMap((filter) => [text(filter), Buffer.from([1])])])));
    await client.until(9, 1);
    expect(broker.counts().refusedSubscriptions).toBe(4);
    client.write(publishPacket('city/gw/s', 'x', 1));
    await intake.arrived(1);
    await client.barrier();
    expect(client.ids(3)).toEqual([]);
    intake.settle(0, 1);
    await client.until(3, 1);
  });

  it('closed: the city is nobody’s to watch', async () => {
    const logIns = new Map([['gw', await gatewayOf('gw', 'x')]]);
    const { port, broker } = await start({ intake: createQuickIntake(), logIns });
    const client = await enter(port, { username: 'gw', password: 'x' });
    client.write(subscribePacket(1, 'city/#', 1));
    await client.until(9, 1);
    expect(broker.counts().refusedSubscriptions).toBe(1);
    client.write(publishPacket('city/gw/s', 'x', 1));
    await client.until(PUBACK, 1);
    await client.barrier();
    expect(client.ids(3)).toEqual([]);
  });

  it('closed: a party hears its own orders, an office those of its street, a gateway none', async () => {
    const { port, broker } = await start({ intake: createQuickIntake(), logIns: await logInsOf() });
    const heard: Record<string, string[]> = {};
    for (const username of ['gw-1', 'fire', 'street/310104014']) {
      const client = await connectAsync({ port, host: '127.0.0.1', clientId: username, username, password: 'secret' });
      open.push(() => client.endAsync(true));
      const own: string[] = [];
      heard[username] = own;
      client.on('message', (topic) => void own.push(topic));
      for (const filter of ['orders/#', 'orders/fire', 'orders/street/310104014', 'orders/street/310104003', 'drill/orders/fire/#', '#'])
        await client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
    }
    await expect(broker.publish('orders/street/310104003', '{}', { qos: 1 })).rejects.toThrow('no-subscriber');
    for (const topic of ['orders/fire', 'drill/orders/fire', 'orders/street/310104014']) await broker.publish(topic, '{}', { qos: 1 });
    await soon(() => heard).toEqual({
      'gw-1': [],
      fire: ['orders/fire', 'drill/orders/fire'],
      'street/310104014': ['orders/street/310104014'],
    });
    expect(broker.counts().refusedSubscriptions).toBe(6 + 4 + 5);
  });
});

describe('opening and closing', () => {
  it('says that an address is taken', async () => {
    const { port } = await start({ intake: createQuickIntake() });
    await expect(openBench({ intake: createQuickIntake(), port })).rejects.toMatchObject({ code: 'address-unusable' });
  });

  it('acknowledges what was offered before it closes, and takes no will for a death', async () => {
    const intake = new HeldIntake();
    const bench = await openBench({ intake });
    const client = await enter(bench.port, { will: { topic: 'city/gw/s', payload: 'gone' } });
    client.write(publishPacket('city/gw/s', 'x', 1));
    await intake.arrived(1);
    const closed = bench.broker.close();
    intake.settle(0, 1);
    await closed;
    await client.closed;
    expect(client.ids(PUBACK)).toEqual([1]);
    expect(intake.offers).toHaveLength(1);
    await expect(bench.broker.publish('orders/fire', '', { qos: 1 })).rejects.toThrow('door-closed');
  });
});
