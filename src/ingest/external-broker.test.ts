import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { Broker } from './broker.ts';
import { openExternalBroker } from './external-broker.ts';
import type { ExternalBrokerOptions } from './external-broker.ts';
import { ABSENT, hasMosquitto, Mosquitto, Wire } from './test-mosquitto.ts';
import { createQuickIntake, HeldIntake, SOON } from './test-rig.ts';

const present = hasMosquitto();

vi.setConfig({ testTimeout: 60_000 });
const soon = <T>(value: () => T) => expect.poll(value, SOON);
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function bench() {
  const mosquitto = await Mosquitto.start();
  open.push(() => mosquitto.stop());
  const wire = await Wire.open(mosquitto.port);
  open.push(() => wire.close());
  return { mosquitto, wire };
}

async function listen(port: number, options: Partial<ExternalBrokerOptions> & Pick<ExternalBrokerOptions, 'intake'>) {
  const events: TelemetryEvent[] = [];
  const broker: Broker = await openExternalBroker({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'maibo-test',
    emit: (event) => void events.push(event),
    reconnect: { first: 20, longest: 100 },
    closeTimeout: 50,
    ...options,
  });
  open.push(() => broker.close());
  const named = (name: TelemetryEvent['name']): number => events.filter((event) => event.name === name).length;
  return { broker, events, named };
}

/** Subscribed: what a publisher sends now arrives. */
async function settleIn(publisher: MqttClient, broker: Broker, intake: HeldIntake): Promise<void> {
  await soon(async () => {
    await publisher.publishAsync('city/probe', '', { qos: 0 });
    return broker.counts().offered;
  }).toBeGreaterThan(0);
  await publisher.publishAsync('city/probe/last', '', { qos: 0 });
  await soon(() => intake.topics().at(-1)).toBe('city/probe/last');
  intake.settle(0, intake.offers.length);
  intake.offers.length = 0;
}

async function publisherAt(port: number): Promise<MqttClient> {
  const client = await connectAsync({ port, host: '127.0.0.1', clientId: `pub-${port}`, reconnectPeriod: 20 });
  client.on('error', () => undefined);
  open.push(() => client.endAsync(true));
  return client;
}

describe.skipIf(!present)(present ? 'an existing broker' : ABSENT, () => {
  it('E1 is acknowledged what is durable, in order, a thousand in flight', async () => {
    const { mosquitto, wire } = await bench();
    const intake = new HeldIntake();
    const { broker } = await listen(wire.port, { intake });
    const publisher = await publisherAt(mosquitto.port);
    await settleIn(publisher, broker, intake);
    const bodies = Array.from({ length: 1_000 }, (_, index) => `${index}`);
    await Promise.all(bodies.map((body) => publisher.publishAsync('city/gw/s', body, { qos: 1 })));
    await intake.arrived(1_000);
    expect(intake.offers.map(({ payload }) => payload.toString())).toEqual(bodies);
    // A publish of ours is answered: whatever was written before it has been seen on the wire.
    await broker.publish('orders/fire', '{}', { qos: 1 });
    expect(wire.acknowledged(0)).toEqual([]);
    intake.settle(500, 1_000);
    intake.settle(0, 300);
    await soon(() => broker.counts().acknowledged).toBe(300);
    intake.settle(300, 500);
    await soon(() => wire.acknowledged(0).length).toBe(1_000);
    const ids = wire.acknowledged(0);
    expect(ids).toEqual(Array.from({ length: 1_000 }, (_, index) => (ids[0] as number) + index));
    expect(intake.offers[0]).toMatchObject({ gateway: 'gw', topic: 'city/gw/s' });
  });

  it('E1 nothing is acknowledged when it cannot become durable; the broker sends it again', async () => {
    const { mosquitto, wire } = await bench();
    const intake = new HeldIntake();
    const { broker } = await listen(wire.port, { intake });
    const publisher = await publisherAt(mosquitto.port);
    await settleIn(publisher, broker, intake);
    await publisher.publishAsync('orders/wo-1/receipts', 'a', { qos: 1 });
    await intake.arrived(1);
    intake.settle(0, 1, new Error('disk'));
    await intake.arrived(2);
    expect(wire.acknowledged(0)).toEqual([]);
    intake.settle(1, 2);
    await soon(() => wire.acknowledged(1).length).toBe(1);
    expect(intake.offers.map(({ gateway, payload }) => [gateway, payload.toString()])).toEqual([
      ['', 'a'],
      ['', 'a'],
    ]);
  });

  it('what is retained is heard by whoever comes later', async () => {
    const { mosquitto } = await bench();
    const { broker, named } = await listen(mosquitto.port, { intake: createQuickIntake() });
    await soon(() => named('ingest.broker-connected')).toBe(1);
    await broker.retain('audit/checkpoint', 'signed');
    const heard: string[] = [];
    const late = await publisherAt(mosquitto.port);
    late.on('message', (_topic, payload, packet) => void heard.push(`${payload.toString()} ${packet.retain}`));
    await late.subscribeAsync('audit/checkpoint', { qos: 1 });
    await soon(() => heard).toEqual(['signed true']);
  });

  it('E2 an acknowledgement never reaches a later connection', async () => {
    const { mosquitto, wire } = await bench();
    const intake = new HeldIntake();
    const { broker, named } = await listen(wire.port, { intake });
    const publisher = await publisherAt(mosquitto.port);
    await settleIn(publisher, broker, intake);
    for (const body of ['a', 'b', 'c']) await publisher.publishAsync('city/gw/s', body, { qos: 1 });
    await intake.arrived(3);
    wire.cut();
    await intake.arrived(6);
    intake.settle(0, 3);
    await broker.publish('orders/fire', '{}', { qos: 1 });
    expect(wire.acknowledged(1)).toEqual([]);
    intake.settle(3, 6);
    await soon(() => wire.acknowledged(1).length).toBe(3);
    expect(named('ingest.broker-lost')).toBe(1);
    expect(named('ingest.broker-connected')).toBe(2);
  });

  it('E2 survives kill -9 of the broker: it reconnects, and what was not acknowledged comes again', async () => {
    const { mosquitto, wire } = await bench();
    const intake = new HeldIntake();
    const { broker, events } = await listen(wire.port, { intake });
    const publisher = await publisherAt(mosquitto.port);
    await settleIn(publisher, broker, intake);
    for (const body of ['a', 'b', 'c', 'd']) await publisher.publishAsync('city/gw/s', body, { qos: 1 });
    await intake.arrived(4);
    intake.settle(0, 1);
    await broker.publish('orders/fire', '{}', { qos: 1 });
    await mosquitto.save();
    await mosquitto.kill();
    await soon(() => broker.counts().connections).toBe(0);
    await expect(broker.publish('orders/fire', '{}', { qos: 1 })).rejects.toThrow('broker-lost');
    const before = wire.sent.length;
    intake.settle(1, 2);
    await mosquitto.restart();
    await soon(() => intake.offers.slice(4).map(({ payload }) => payload.toString())).toEqual(expect.arrayContaining(['b', 'c', 'd']));
    expect(
      Array.from(wire.sent.keys())
        .slice(before)
        .flatMap((connection) => wire.acknowledged(connection)),
    ).toEqual([]);
    const again = intake.offers.length - 4;
    intake.settle(2, intake.offers.length);
    await soon(() => broker.counts().undurableMessages).toBe(0);
    await soon(() => wire.acknowledged(wire.sent.length - 1).length).toBe(again);
    expect(events.filter(({ name }) => name === 'ingest.broker-connected').at(-1)).toMatchObject({ session: 'resumed' });
  });

  it('E3 holds more back than fits, keeps the connection alive meanwhile, and loses nothing', async () => {
    const { mosquitto, wire } = await bench();
    const intake = new HeldIntake();
    const { broker, named } = await listen(wire.port, { intake, keepalive: 1, undurableBytes: 64 * 1_024 });
    const publisher = await publisherAt(mosquitto.port);
    await settleIn(publisher, broker, intake);
    const count = 500;
    await Promise.all(
      Array.from({ length: count }, (_, index) => publisher.publishAsync('city/gw/s', `${index}`.padEnd(2_000), { qos: 1 })),
    );
    await soon(() => broker.counts().paused).toBe(true);
    const paused = performance.now();
    // Longer than either side would wait for a word from the other.
    await soon(() => performance.now() - paused).toBeGreaterThan(3_500);
    expect(named('ingest.broker-lost')).toBe(0);
    let settled = 0;
    let highest = 0;
    while (settled < count) {
      await intake.arrived(settled + 1);
      highest = Math.max(highest, broker.counts().undurableBytes);
      const upTo = intake.offers.length;
      intake.settle(settled, upTo);
      settled = upTo;
    }
    await soon(() => wire.acknowledged(0).length).toBe(count);
    expect(intake.offers.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(highest).toBeLessThan(160 * 1_024);
    expect(named('ingest.broker-lost')).toBe(0);
  });

  it('is tried for ever from the start, and said to be lost once', async () => {
    const { mosquitto } = await bench();
    await mosquitto.kill();
    const { broker, named } = await listen(mosquitto.port, { intake: createQuickIntake() });
    await soon(() => named('ingest.broker-lost')).toBe(1);
    await mosquitto.restart();
    await soon(() => broker.counts().connections).toBe(1);
    expect(named('ingest.broker-lost')).toBe(1);
    const crew = await publisherAt(mosquitto.port);
    const received: string[] = [];
    crew.on('message', (topic) => void received.push(topic));
    await crew.subscribeAsync('orders/#', { qos: 1 });
    await broker.publish('orders/fire', '{}', { qos: 1 });
    await soon(() => received).toEqual(['orders/fire']);
  });

  it('E1 a message that the broker holds at QoS 2 gets its PUBREC only when durable', async () => {
    const { mosquitto, wire } = await bench();
    const earlier = await connectAsync({ port: mosquitto.port, host: '127.0.0.1', clientId: 'maibo-test', clean: false });
    await earlier.subscribeAsync('city/#', { qos: 2 });
    await earlier.endAsync();
    const publisher = await publisherAt(mosquitto.port);
    await publisher.publishAsync('city/gw/s', 'two', { qos: 2 });
    const intake = new HeldIntake();
    const { broker } = await listen(wire.port, { intake });
    await intake.arrived(1);
    await broker.publish('orders/fire', '{}', { qos: 1 });
    expect(wire.acknowledged(0, 0x50)).toEqual([]);
    intake.settle(0, 1);
    await soon(() => wire.acknowledged(0, 0x50).length).toBe(1);
    await soon(() => wire.acknowledged(0, 0x70).length).toBe(1);
    expect(intake.offers).toHaveLength(1);
  });
});
