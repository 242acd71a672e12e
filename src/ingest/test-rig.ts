import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TelemetryEvent } from '../telemetry/events.ts';
import { openEmbeddedBroker } from './embedded-broker.ts';
import type { EmbeddedBrokerOptions } from './embedded-broker.ts';
import type { Broker } from './broker.ts';
import type { Intake } from './intake.ts';

/** For `expect.poll`: what happens in its own time, on however slow a machine. */
export const SOON = { timeout: 20_000, interval: 20 };

export interface Offer {
  readonly gateway: string;
  readonly topic: string;
  readonly payload: Buffer;
  readonly settled: (error: Error | null) => void;
}

/** An intake whose settling the test decides. */
export class HeldIntake implements Intake {
  readonly offers: Offer[] = [];
  private readonly waiting: { readonly count: number; readonly wake: () => void }[] = [];

  offer(gateway: string, topic: string, payload: Uint8Array, settled: (error: Error | null) => void): void {
    this.offers.push({ gateway, topic, payload: Buffer.from(payload), settled });
    for (const { count, wake } of this.waiting) if (this.offers.length >= count) wake();
  }

  /** Resolves when so many were offered in all. */
  arrived(count: number): Promise<void> {
    if (this.offers.length >= count) return Promise.resolve();
    return new Promise((wake) => this.waiting.push({ count, wake }));
  }

  settle(from: number, to: number, error: Error | null = null): void {
    for (const offer of this.offers.slice(from, to)) offer.settled(error);
  }

  topics(): readonly string[] {
    return this.offers.map(({ topic }) => topic);
  }
}

/** Durable at once. */
export function createQuickIntake(): HeldIntake {
  const intake = new HeldIntake();
  const offer = intake.offer.bind(intake);
  intake.offer = (gateway, topic, payload, settled) => {
    offer(gateway, topic, payload, settled);
    settled(null);
  };
  return intake;
}

export interface Bench {
  readonly broker: Broker;
  readonly port: number;
  readonly events: TelemetryEvent[];
}

export async function openBench(options: Partial<EmbeddedBrokerOptions> & { readonly intake: Intake }): Promise<Bench> {
  const events: TelemetryEvent[] = [];
  const broker = await openEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    logIns: null,
    emit: (event) => void events.push(event),
    ...options,
  });
  return { broker, port: broker.address.port, events };
}

/** A socket that speaks just enough MQTT to see every byte. */
export class RawClient {
  readonly socket: Socket;
  /** Packets from the broker, in order, as `[type, messageId]`. */
  readonly packets: (readonly [number, number])[] = [];
  readonly closed: Promise<void>;
  private rest = Buffer.alloc(0);
  private readonly waiting = new Set<() => void>();

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk: Buffer) => this.take(chunk));
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  static async enter(port: number, options: Parameters<typeof connectPacket>[0] = {}): Promise<RawClient> {
    const client = new RawClient(port);
    client.write(connectPacket(options));
    await client.until(CONNACK, 1);
    return client;
  }

  write(...packets: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(packets));
  }

  ids(type: number): readonly number[] {
    return this.packets.filter(([cmd]) => cmd === type).map(([, id]) => id);
  }

  /** Resolves when so many packets of a type came in all; rejects when the connection ends before. */
  async until(type: number, count: number): Promise<void> {
    while (this.ids(type).length < count) {
      if (this.socket.destroyed) throw new Error(`closed with ${this.ids(type).length} of ${count} packets of type ${type}`);
      await new Promise<void>((wake) => {
        this.waiting.add(wake);
        void this.closed.then(wake);
      });
    }
  }

  /** Everything sent before was seen by the broker, and everything it wrote before was seen here. */
  async barrier(): Promise<void> {
    const seen = this.ids(PINGRESP).length;
    this.write(Buffer.from([0xc0, 0]));
    await this.until(PINGRESP, seen + 1);
  }

  private take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (let end = packetEnd(this.rest); end > 0; end = packetEnd(this.rest)) {
      const packet = this.rest.subarray(0, end);
      this.rest = this.rest.subarray(end);
      this.packets.push([(packet[0] ?? 0) >> 4, packet.length >= 4 ? packet.readUInt16BE(2) : 0]);
    }
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }
}

const CONNACK = 2;
export const PUBACK = 4;
export const PUBREC = 5;
export const PINGRESP = 13;

function packetEnd(bytes: Buffer): number {
  let length = 0;
  for (let digit = 0; digit < 4; digit += 1) {
    const byte = bytes[1 + digit];
    if (byte === undefined) return 0;
    length += (byte & 0x7f) * 128 ** digit;
    if (byte < 0x80) return 2 + digit + length <= bytes.length ? 2 + digit + length : 0;
  }
  return 0;
}

export function packet(type: number, body: Buffer): Buffer {
  const header = [type];
  let length = body.length;
  do {
    const digit = length % 128;
    length = Math.floor(length / 128);
    header.push(length > 0 ? digit | 0x80 : digit);
  } while (length > 0);
  return Buffer.concat([Buffer.from(header), body]);
}

export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([number(bytes.length), bytes]);
}

export function number(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

export function connectPacket(
  options: { id?: string; keepalive?: number; username?: string; password?: string; will?: { topic: string; payload: string } } = {},
): Buffer {
  const { id = 'raw', keepalive = 0, username, password, will } = options;
  const flags = 0x02 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40) | (will === undefined ? 0 : 0x2c);
  const parts = [text('MQTT'), Buffer.from([4, flags]), number(keepalive), text(id)];
  if (will !== undefined) parts.push(text(will.topic), text(will.payload));
  if (username !== undefined) parts.push(text(username));
  if (password !== undefined) parts.push(text(password));
  return packet(0x10, Buffer.concat(parts));
}

export function publishPacket(
  topic: string | Buffer,
  payload: string | Buffer,
  id = 0,
  options: { qos?: number; retain?: boolean } = {},
): Buffer {
  const qos = options.qos ?? (id > 0 ? 1 : 0);
  const parts = [text(topic), ...(qos > 0 ? [number(id)] : []), Buffer.from(payload as string)];
  return packet(0x30 | (qos << 1) | (options.retain === true ? 1 : 0), Buffer.concat(parts));
}

export function subscribePacket(id: number, filter: string, qos = 0): Buffer {
  return packet(0x82, Buffer.concat([number(id), text(filter), Buffer.from([qos])]));
}

/** mulberry32: the same seed, the same run. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
