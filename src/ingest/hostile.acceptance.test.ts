import { afterEach, describe, expect, it, vi } from 'vitest';
import { readStrictly } from './reference-reader.ts';
import {
  connectPacket,
  createQuickIntake,
  createRandom,
  HeldIntake,
  number,
  openBench,
  packet,
  PINGRESP,
  PUBACK,
  publishPacket,
  PUBREC,
  RawClient,
  subscribePacket,
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
  const bench = await openBench({ ...options, limits: { closeTimeout: 50, ...options.limits } });
  open.push(() => bench.broker.close());
  return bench;
}

async function enter(port: number, options?: Parameters<typeof RawClient.enter>[1]): Promise<RawClient> {
  const client = await RawClient.enter(port, options);
  open.push(() => client.socket.destroy());
  return client;
}

const MUTATIONS = Number(process.env['MAIBO_TEST_MUTATIONS'] ?? 20_000);
const AT_ONCE = 200;

describe('hostile bytes', () => {
  it('B6 256 MB announced: closed within 64 KB', async () => {
    const { port, broker } = await start({ intake: createQuickIntake() });
    const client = await enter(port);
    client.socket.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
    const flood = setInterval(() => client.socket.write(Buffer.alloc(1_024)), 1);
    open.push(() => clearInterval(flood));
    await client.closed;
    expect(client.socket.bytesWritten).toBeLessThan(64 * 1_024);
    expect(broker.counts().refusedPackets).toBe(1);
  });

  it('B6 half a CONNECT: closed in time', async () => {
    const { port, broker } = await start({ intake: createQuickIntake(), limits: { connectTimeout: 60 } });
    const silent = new RawClient(port);
    const half = new RawClient(port);
    half.write(connectPacket().subarray(0, 9));
    await Promise.all([silent.closed, half.closed]);
    await soon(() => broker.counts()).toMatchObject({ connections: 0, halfOpen: 0 });
  });

  it('B6 more connections than allowed, and more half-open ones, are refused and counted', async () => {
    const { port, broker } = await start({ intake: createQuickIntake(), limits: { connections: 5, halfOpen: 2 } });
    const half = [new RawClient(port), new RawClient(port)];
    open.push(() => half.forEach(({ socket }) => socket.destroy()));
    await soon(() => broker.counts().halfOpen).toBe(2);
    await new RawClient(port).closed;
    for (const [index, client] of half.entries()) client.write(connectPacket({ id: `half-${index}` }));
    await Promise.all(half.map((client) => client.until(2, 1)));
    for (let index = 0; index < 3; index += 1) await enter(port, { id: `c${index}` });
    await new RawClient(port).closed;
    expect(broker.counts()).toMatchObject({ connections: 5, halfOpen: 0, refusedConnections: 2 });
  });

  it('what is sent right behind CONNECT is taken in order, and not before the client is let in', async () => {
    const intake = createQuickIntake();
    const { port } = await start({ intake });
    const client = new RawClient(port);
    open.push(() => client.socket.destroy());
    client.write(connectPacket(), ...Array.from({ length: 3_000 }, (_, index) => publishPacket('city/gw/s', `${index}`, index + 1)));
    await client.until(PUBACK, 3_000);
    expect(client.ids(PUBACK)).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    expect(intake.offers.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 3_000 }, (_, index) => index));
  });

  it('B4 every hostile topic ends in quarantine or ends the connection, as topic, will, filter and client id', async () => {
    const intake = createQuickIntake();
    const { port } = await start({ intake });
    const topics = [
      'x'.repeat(65_535),
      `city/${'a/'.repeat(256)}`,
      'a/'.repeat(30_000),
      'city/a\0b',
      '\0',
      'city/+/x',
      'city/#',
      '#',
      '+',
      '$SYS/broker',
      '$SYS/x/new/clients',
      '$share/a/b',
      '__proto__',
      'constructor',
      'toString',
      'city/__proto__/constructor',
      'orders/__proto__/receipts',
      '/',
      '//',
      ' ',
      'city/',
      '\uFFFF',
      '\uFFFD',
      '\uD83D\uDE00',
      Buffer.from([0xff, 0xfe]),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from([0xf0, 0x9f, 0x98]),
      '',
    ];
    for (const topic of topics) {
      const client = await enter(port, { id: 'pub' });
      client.write(publishPacket(topic, 'x', 9));
      const before = intake.offers.length;
      await Promise.race([client.until(PUBACK, 1).catch(() => undefined), client.closed]);
      if (client.ids(PUBACK).length > 0) expect(intake.topics().at(-1)).toBe(topic);
      else expect(intake.offers.length).toBe(before);
      for (const bytes of [
        subscribePacket(3, topic.toString(), 1),
        packet(0xa2, Buffer.concat([number(4), number(2), Buffer.from('__')])),
      ]) {
        const listener = await enter(port, { id: 'sub' });
        listener.write(bytes);
        await Promise.race([listener.until(9, 1), listener.until(11, 1), listener.closed]).catch(() => undefined);
        listener.socket.destroy();
      }
      const named = new RawClient(port);
      named.write(
        connectPacket({ id: topic.toString().slice(0, 20_000), will: { topic: topic.toString().slice(0, 20_000), payload: 'x' } }),
        Buffer.from([0xc0, 0]),
      );
      await Promise.race([named.until(13, 1), named.closed]).catch(() => undefined);
      named.socket.destroy();
    }
    const last = await enter(port, { id: 'last' });
    last.write(publishPacket('city/gw/s', 'x', 1));
    await last.until(PUBACK, 1);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('R4 a publish that runs beyond its end is neither offered nor acknowledged', async () => {
    const intake = createQuickIntake();
    const { port, broker } = await start({ intake });
    const cases = [
      // No room for the message id: the parser would take it from the next packet.
      packet(0x32, Buffer.concat([number(4), Buffer.from('city')])),
      packet(0x32, Buffer.concat([number(4), Buffer.from('city'), Buffer.from([7])])),
      packet(0x32, Buffer.concat([number(4), Buffer.from('city'), number(0), Buffer.from('x')])),
      packet(0x30, Buffer.concat([number(9), Buffer.from('city')])),
    ];
    for (const bytes of cases) {
      const client = await enter(port);
      client.write(bytes, publishPacket('city/gw/s', 'x', 5));
      await client.closed;
      expect(client.ids(PUBACK)).toEqual([]);
    }
    expect(intake.offers).toEqual([]);
    expect(broker.counts().offered).toBe(0);
  });

  it(`B1 ${MUTATIONS} mutated conversations: nothing malformed is offered or acknowledged, the rest goes on`, {
    timeout: 240_000,
  }, async () => {
    const intake = createQuickIntake();
    const { port, broker } = await start({ intake, limits: { halfOpen: 10_000, logInDelay: 0 } });
    const random = createRandom(20_261_123);
    const wrong: string[] = [];
    let acknowledged = 0;
    for (let done = 0; done < MUTATIONS; done += AT_ONCE) {
      const runs = Array.from({ length: Math.min(AT_ONCE, MUTATIONS - done) }, (_, index) =>
        converse(port, mutate(conversation(done + index), random)),
      );
      for (const { bytes, ids } of await Promise.all(runs)) {
        acknowledged += ids.length;
        const { acknowledgeable } = readStrictly(bytes);
        if (!isWithin(ids, acknowledgeable)) wrong.push(bytes.toString('hex'));
      }
    }
    expect(wrong).toEqual([]);
    expect(acknowledged).toBeGreaterThan(MUTATIONS / 4);
    await soon(() => broker.counts()).toMatchObject({ connections: 0, halfOpen: 0, undurableBytes: 0 });
    const last = await enter(port, { id: 'last' });
    last.write(publishPacket('city/gw/s', 'x', 1));
    await last.until(PUBACK, 1);
  });
});

function conversation(id: number): Buffer {
  const payload = '{"at":"2026-11-23T08:00:00.000+08:00","seq":17,"values":{"smoke":1}}';
  const packets = [
    connectPacket({ id: `c${id}`, keepalive: 60, ...(id % 3 === 0 ? { will: { topic: 'city/gw/w', payload: 'x' } } : {}) }),
    publishPacket('city/gw/one', payload, 1),
    publishPacket('city/gw/二', payload, 2),
    ...(id % 2 === 0 ? [subscribePacket(3, 'orders/#', 1)] : []),
    publishPacket('orders/wo/receipts', payload, 4, { qos: 1, retain: true }),
    publishPacket('city/gw/zero', payload),
    Buffer.from([0xc0, 0]),
  ];
  return Buffer.concat(packets);
}

/** Whether each of `ids` is in `all`, as often at least. */
function isWithin(ids: readonly number[], all: readonly number[]): boolean {
  const left = [...all];
  return ids.every((id) => {
    const at = left.indexOf(id);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** One in four is broken from the first byte on; the others at least say who they are. */
function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  let out = Buffer.from(bytes);
  const from = random(4) === 0 ? 0 : (out[1] ?? 0) + 2;
  for (let times = 1 + random(4); times > 0; times -= 1) {
    const at = Math.min(from + random(Math.max(1, out.length - from)), out.length - 1);
    const kind = random(6);
    if (kind === 0) out[at] = (out[at] ?? 0) ^ (1 << random(8));
    else if (kind === 1) out[at] = random(256);
    else if (kind === 2) out = Buffer.concat([out.subarray(0, at), Buffer.from([random(256)]), out.subarray(at)]);
    else if (kind === 3) out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1 + random(4))]);
    else if (kind === 4) out = Buffer.concat([out, out.subarray(at)]);
    else out = out.subarray(0, Math.max(1, out.length - random(20)));
  }
  return out;
}

/** Completes most packets that a mutation left unfinished, and shows that all before was seen. */
const PINGS = Buffer.alloc(400, Buffer.from([0xc0, 0]));

async function converse(port: number, mutated: Buffer): Promise<{ readonly bytes: Buffer; readonly ids: readonly number[] }> {
  const client = new RawClient(port);
  const bytes = Buffer.concat([mutated, PINGS]);
  const cut = bytes.length >> 1;
  client.write(bytes.subarray(0, cut));
  client.write(bytes.subarray(cut));
  // Some still wait for more; then it is we who end.
  const moment = setTimeout(() => client.socket.destroy(), 250);
  await client.until(PINGRESP, 1).catch(() => undefined);
  clearTimeout(moment);
  client.socket.destroy();
  await client.closed;
  return { bytes, ids: client.packets.filter(([type]) => type === PUBACK || type === PUBREC).map(([, id]) => id) };
}

describe('too much at once', () => {
  it('U1 above the high water sockets are not read, below half of it they are; memory stays bounded; nothing is lost', async () => {
    const intake = new HeldIntake();
    const highWater = 256 * 1_024;
    const { port, broker, events } = await start({ intake, limits: { undurableBytes: highWater } });
    const clients = await Promise.all([enter(port, { id: 'a' }), enter(port, { id: 'b' })]);
    const payload = 'x'.repeat(4_000);
    const count = 1_000;
    for (const client of clients) for (let id = 1; id <= count; id += 1) client.write(publishPacket('city/gw/s', payload, id));
    await soon(() => broker.counts().paused).toBe(true);
    let settled = 0;
    let highest = 0;
    while (settled < 2 * count) {
      await intake.arrived(settled + 1);
      highest = Math.max(highest, broker.counts().undurableBytes);
      const upTo = Math.min(intake.offers.length, settled + 40);
      intake.settle(settled, upTo);
      settled = upTo;
    }
    await Promise.all(clients.map((client) => client.until(PUBACK, count)));
    for (const client of clients) expect(client.ids(PUBACK)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(highest).toBeLessThan(highWater + 128 * 1_024);
    expect(broker.counts()).toMatchObject({ paused: false, undurableBytes: 0, acknowledged: 2 * count });
    expect(broker.counts().pauses).toBeGreaterThan(1);
    const named = events.map(({ name }) => name);
    expect(named.filter((name) => name === 'ingest.sockets-resumed')).toHaveLength(
      named.filter((name) => name === 'ingest.sockets-paused').length,
    );
  });

  it('N3 a pause longer than the keepalive ends nobody; silence without a pause does', async () => {
    const intake = new HeldIntake();
    const { port, broker } = await start({ intake, limits: { undurableBytes: 1_000 } });
    const client = await enter(port, { id: 'gw', keepalive: 1 });
    client.write(publishPacket('city/gw/s', 'x'.repeat(2_000), 1));
    await intake.arrived(1);
    // Two of our ticks beyond the time at which a client that is not read would have been ended.
    const paused = performance.now();
    const pings = setInterval(() => client.write(Buffer.from([0xc0, 0])), 400);
    open.push(() => clearInterval(pings));
    await soon(() => performance.now() - paused).toBeGreaterThan(2_600);
    expect(client.ids(13)).toEqual([]);
    expect(broker.counts()).toMatchObject({ paused: true, connections: 1, silentConnections: 0 });
    clearInterval(pings);
    intake.settle(0, 1);
    await client.until(PUBACK, 1);
    await client.until(13, 3);
    await client.closed;
    expect(broker.counts().silentConnections).toBe(1);
  });
});
