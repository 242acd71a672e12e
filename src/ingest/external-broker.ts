import { connect } from 'mqtt';
import type { IConnackPacket, IPublishPacket, MqttClient, Packet } from 'mqtt';
import { safeUrl } from '../model/safe-url.ts';
import type { Millis } from '../model/time.ts';
import type { Emit } from '../telemetry/events.ts';
import { AckLine } from './ack-line.ts';
import type { AckType } from './ack-line.ts';
import { createTally } from './broker.ts';
import type { Broker, BrokerCounts } from './broker.ts';
import { IngestError } from './ingest-error.ts';
import type { Intake } from './intake.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { brief, gatewayOf } from './topic.ts';
import { Undurable } from './undurable.ts';

export interface ExternalBrokerOptions {
  /** `mqtt://host:1883` or `mqtts://host:8883`. */
  readonly url: string;
  /** Fixed for ever: the broker keeps what we have not acknowledged under this name. One process only may use it. */
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly intake: Intake;
  readonly emit: Emit;
  /** Seconds; default 30. */
  readonly keepalive?: number;
  /** Default 8 MiB. */
  readonly undurableBytes?: number;
  /** First and longest wait between two attempts to connect; default 250 ms and 15 s. */
  readonly reconnect?: { readonly first: Millis; readonly longest: Millis };
  readonly publishTimeout?: Millis;
  readonly closeTimeout?: Millis;
}

const FILTERS = ['city/#', 'orders/+/receipts'];
const PUBACK: AckType = 0x40;
const PUBREC: AckType = 0x50;
const REFUSED = 128;

/** Resolves at once: a broker that is out of reach is tried again for ever, and said so by an event. */
export function openExternalBroker(options: ExternalBrokerOptions): Promise<Broker> {
  const broker = new ExternalBroker(options);
  broker.open();
  return Promise.resolve(broker);
}

/** One connection to the broker, from CONNECT to its end. */
interface Epoch {
  readonly stream: MqttClient['stream'];
  readonly acks: AckLine;
}

/**
 * A subscriber of somebody else's broker. The promise begins at *our* acknowledgement: what the broker has told its
 * publishers before that is its own.
 *
 * E1 No PUBACK (nor PUBREC) before the intake has settled the message, in the order of arrival.
 * E2 An acknowledgement is written only to the connection that its message came by.
 * E3 While too much is undurable nothing more is read; the connection is kept alive meanwhile.
 *
 * `packetreceive` is emitted before the client looks at the QoS of a packet: told that it was 0 the client acknowledges
 * nothing and goes on at once, and the acknowledgement is ours to write. Its own way, `handleMessage`, would hold one
 * message at a time. The version is pinned, and tests stand on the order of the two.
 */
class ExternalBroker implements Broker {
  private readonly options: ExternalBrokerOptions;
  private readonly tally = createTally();
  private readonly undurable: Undurable;
  private readonly client: MqttClient;
  private readonly first: Millis;
  private readonly longest: Millis;
  private readonly keepalive: number;
  private epoch: Epoch | null = null;
  private held: (() => void) | null = null;
  private pinger: NodeJS.Timeout | null = null;
  private lastError = 'closed';
  private lost = false;
  private closing: Promise<void> | null = null;

  constructor(options: ExternalBrokerOptions) {
    this.options = options;
    this.first = options.reconnect?.first ?? 250;
    this.longest = options.reconnect?.longest ?? 15_000;
    this.keepalive = options.keepalive ?? 30;
    const highWater = options.undurableBytes ?? DEFAULT_LIMITS.undurableBytes;
    this.undurable = new Undurable({ highWater, emit: options.emit, resumed: () => this.release() });
    this.client = connect(options.url, {
      manualConnect: true,
      protocolVersion: 4,
      clean: false,
      clientId: options.clientId,
      keepalive: this.keepalive,
      reconnectPeriod: this.first,
      reconnectOnConnackError: true,
      resubscribe: false,
      connectTimeout: 10_000,
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
    });
  }

  get address(): { readonly host: string; readonly port: number } {
    const { hostname, port, protocol } = new URL(this.options.url);
    return { host: hostname, port: port === '' ? (protocol === 'mqtts:' ? 8_883 : 1_883) : Number(port) };
  }

  /** Every handler is attached before the first byte: a message that came earlier would be acknowledged and gone. */
  open(): void {
    const { client } = this;
    client.on('connect', (packet) => this.connected(packet));
    client.on('reconnect', () => this.backOff());
    client.on('close', () => this.disconnected());
    client.on('error', (error) => this.failed(error));
    client.on('packetreceive', (packet) => this.receive(packet));
    client.handleMessage = (_packet, done) => {
      if (this.undurable.paused) this.hold(done);
      else done();
    };
    client.connect();
    const { host, port } = this.address;
    this.options.emit({ name: 'ingest.door-opened', door: 'external', address: `${host}:${port}` });
  }

  publish(topic: string, body: string | Uint8Array, options: { readonly qos: 1 }): Promise<void> {
    return this.send(topic, body, options);
  }

  retain(topic: string, body: string): Promise<void> {
    return this.send(topic, body, { qos: 1, retain: true });
  }

  private async send(topic: string, body: string | Uint8Array, options: { readonly qos: 1; readonly retain?: boolean }): Promise<void> {
    if (this.closing !== null) throw new IngestError('door-closed');
    // What is not sent is kept by whoever asks, durably; the client would keep it in memory.
    if (!this.client.connected) throw new IngestError('broker-lost');
    const sent = this.client.publishAsync(topic, Buffer.from(body), options);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new IngestError('not-acknowledged')), this.options.publishTimeout ?? DEFAULT_LIMITS.publishTimeout);
    });
    try {
      await Promise.race([sent, late]);
      this.tally.published += 1;
    } catch (error) {
      throw error instanceof IngestError ? error : new IngestError('broker-lost', String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  counts(): BrokerCounts {
    const { bytes, messages, paused, pauses } = this.undurable;
    return {
      ...this.tally,
      connections: this.client.connected ? 1 : 0,
      undurableBytes: bytes,
      undurableMessages: messages,
      paused,
      pauses,
    };
  }

  private receive(packet: Packet): void {
    if (packet.cmd !== 'publish') return;
    // Left to the client it would be acknowledged: without an answer the broker sends it again, after we are back.
    const owed = packet.qos > 0 ? this.current().acks.owe(packet.qos === 1 ? PUBACK : PUBREC, packet.messageId ?? 0) : null;
    const { acks, stream } = this.current();
    packet.qos = 0;
    if (this.closing === null) this.offer(packet, (error) => (error === null ? owed !== null && acks.durable(owed) : stream.destroy()));
  }

  private offer(packet: IPublishPacket, done: (error: Error | null) => void): void {
    const topic = packet.topic.toString();
    const payload = packet.payload as Buffer;
    const cost = this.undurable.add(topic, payload);
    this.tally.offered += 1;
    this.options.intake.offer(gatewayOf(topic), topic, payload, (error) => {
      this.undurable.remove(cost);
      if (error !== null) this.tally.unsettled += 1;
      done(error);
    });
  }

  /** A new stream is a new epoch; the client gives us packets of its present stream only. */
  private current(): Epoch {
    const { stream } = this.client;
    if (this.epoch?.stream === stream) return this.epoch;
    this.epoch?.acks.close();
    const acks = new AckLine((bytes, count) => {
      if (stream.destroyed || this.client.stream !== stream) return;
      stream.write(bytes);
      this.tally.acknowledged += count;
    });
    this.epoch = { stream, acks };
    return this.epoch;
  }

  private connected(packet: IConnackPacket): void {
    this.client.options.reconnectPeriod = this.first;
    this.lost = false;
    this.lastError = 'closed';
    const { url, emit } = this.options;
    emit({ name: 'ingest.broker-connected', url: safeUrl(url), session: packet.sessionPresent ? 'resumed' : 'new' });
    this.client.subscribe(FILTERS, { qos: 1 }, (error, granted) => {
      if (error !== null && !this.client.connected) return;
      const refused = (granted ?? []).filter(({ qos }) => (qos as number) === REFUSED);
      for (const { topic } of refused) {
        this.tally.refusedSubscriptions += 1;
        emit({ name: 'ingest.subscribe-refused', gateway: '', filter: brief(topic) });
      }
    });
  }

  private disconnected(): void {
    this.epoch?.acks.close();
    this.epoch = null;
    this.letGo();
    if (this.lost || this.closing !== null) return;
    this.lost = true;
    this.options.emit({ name: 'ingest.broker-lost', url: safeUrl(this.options.url), reason: this.lastError });
  }

  private failed(error: Error): void {
    this.lastError = error.message === '' ? ((error as NodeJS.ErrnoException).code ?? error.name) : error.message;
  }

  /** Before each attempt: the next wait is about twice as long, and not the same for everybody. */
  private backOff(): void {
    const last = this.client.options.reconnectPeriod ?? this.first;
    this.client.options.reconnectPeriod = Math.min(this.longest, Math.ceil(last * (1.5 + Math.random())));
  }

  /** Not calling `done` stops the client's parser and with it the socket, pings included: those are kept up by hand. */
  private hold(done: () => void): void {
    this.held = done;
    if (this.pinger !== null || this.keepalive === 0) return;
    this.pinger = setInterval(() => {
      if (!this.client.connected) return;
      this.client.sendPing();
      this.client.reschedulePing(true);
    }, this.keepalive * 400);
    this.client.reschedulePing(true);
  }

  private release(): void {
    const done = this.held;
    this.letGo();
    this.client.reschedulePing(true);
    done?.();
  }

  private letGo(): void {
    this.held = null;
    if (this.pinger !== null) clearInterval(this.pinger);
    this.pinger = null;
  }

  private async shut(): Promise<void> {
    const deadline = performance.now() + (this.options.closeTimeout ?? DEFAULT_LIMITS.closeTimeout);
    while (this.undurable.messages > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setImmediate(resolve));
    this.letGo();
    // Forced: a DISCONNECT would do no harm, but an unanswered publish of ours must not keep us.
    await this.client.endAsync(true);
    this.options.emit({ name: 'ingest.door-closed', door: 'external' });
  }
}
