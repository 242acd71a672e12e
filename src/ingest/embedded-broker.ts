import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { AuthenticateError, Client, ConnectPacket, Subscription } from 'aedes';
import type { Emit } from '../telemetry/events.ts';
import { createTally } from './broker.ts';
import type { Broker, BrokerCounts } from './broker.ts';
import { Connection } from './connection.ts';
import { IngestError } from './ingest-error.ts';
import type { Intake } from './intake.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { IngestLimits } from './limits.ts';
import { LogIns } from './log-in.ts';
import { OrderPublisher } from './order-publisher.ts';
import { Receiver } from './receiver.ts';
import { brief, isCityFilter, isOrderFilter, matches } from './topic.ts';
import { Undurable } from './undurable.ts';

export interface EmbeddedBrokerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly intake: Intake;
  /** Who may log in; `null`: anybody, as anybody. */
  readonly gateways: ReadonlyMap<string, { readonly passwordHash: string }> | null;
  readonly limits?: Partial<IngestLimits>;
  readonly emit: Emit;
}

/** What we need of aedes beyond its types; its version is pinned and a test stands on each of them. */
interface AedesInside {
  persistence: { outgoingClearMessageId(client: Client, packet: { messageId?: number }): Promise<unknown> };
  publish(packet: object, client: Client | Done | null, done?: Done): void;
}

type Done = (error?: Error | null) => void;

const TICK = 500;
const BAD_LOG_IN = 4;
const ID_TAKEN = 2;

export async function openEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<Broker> {
  const broker = new EmbeddedBroker(options);
  await broker.open();
  return broker;
}

/**
 * aedes in this process, with everything durable or dangerous taken out of its hands: what comes in goes to the intake,
 * what goes out is ours, and no session outlives its connection (so nothing is owed from memory).
 */
class EmbeddedBroker implements Broker {
  private readonly options: EmbeddedBrokerOptions;
  private readonly limits: IngestLimits;
  private readonly tally = createTally();
  private readonly undurable: Undurable;
  private readonly receiver: Receiver;
  private readonly orders: OrderPublisher;
  private readonly logIns: LogIns | null;
  private readonly connections = new Set<Connection>();
  private readonly byClient = new WeakMap<Client, Connection>();
  private readonly subscribers = new Set<Connection>();
  private halfOpen = 0;
  private readonly server: Server;
  private aedes!: Aedes;
  private send!: AedesInside['publish'];
  private timer: NodeJS.Timeout | null = null;
  private closing: Promise<void> | null = null;

  constructor(options: EmbeddedBrokerOptions) {
    const { intake, gateways, emit } = options;
    this.options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.logIns = gateways === null ? null : new LogIns(gateways);
    this.undurable = new Undurable({ highWater: this.limits.undurableBytes, emit, resumed: () => this.wakeAll() });
    this.receiver = new Receiver({
      intake,
      emit,
      tally: this.tally,
      undurable: this.undurable,
      closed: gateways !== null,
      connectionOf: (client) => (client === null ? undefined : this.byClient.get(client)),
      watch: (topic, payload) => this.watch(topic, payload),
    });
    this.orders = new OrderPublisher({
      timeout: this.limits.publishTimeout,
      subscribers: (topic) => this.hasSubscriber(topic),
      send: (topic, payload, sent) => this.send({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, sent),
    });
    this.server = createServer((socket) => this.accept(socket));
  }

  get address(): { readonly host: string; readonly port: number } {
    const address = this.server.address() as AddressInfo | null;
    return { host: this.options.host, port: address?.port ?? this.options.port };
  }

  async open(): Promise<void> {
    this.aedes = await Aedes.createBroker({
      connectTimeout: this.limits.connectTimeout,
      drainTimeout: this.limits.drainTimeout,
      // Before CONNACK one chunk at most is parsed, so this queue is bounded already.
      queueLimit: this.limits.connectBytes,
      preConnect: (client, packet, done) => this.enter(client, packet, done),
      authenticate: (client, username, password, done) => void this.authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => this.receiver.receive(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.maySubscribe(client, subscription) ? subscription : null),
      authorizeForward: (client, packet) => {
        const connection = this.byClient.get(client);
        return connection === undefined ? null : this.orders.forward(connection, packet);
      },
    });
    this.standIn();
    this.listen();
    await this.bind();
    this.timer = setInterval(() => this.tick(), TICK);
    this.options.emit({ name: 'ingest.door-opened', door: 'embedded', address: `${this.address.host}:${this.address.port}` });
  }

  publish(topic: string, body: string | Uint8Array): Promise<void> {
    if (this.closing !== null) return Promise.reject(new IngestError('door-closed'));
    return this.orders.publish(topic, body).then(() => void (this.tally.published += 1));
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  counts(): BrokerCounts {
    const { bytes, messages, paused, pauses } = this.undurable;
    const now = { connections: this.connections.size, halfOpen: this.halfOpen, undurableBytes: bytes, undurableMessages: messages, paused, pauses };
    return { ...this.tally, ...now };
  }

  /** Publishes of clients end in the receiver; the ways inside aedes (storing, matching, emitting) are not for them. */
  private standIn(): void {
    const inside = this.aedes as unknown as AedesInside;
    const send = inside.publish.bind(inside);
    this.send = send;
    inside.publish = (packet, client, done) => {
      if (client === null || typeof client === 'function') send(packet, client, done);
      else done?.();
    };
    const { persistence } = inside;
    const clear = persistence.outgoingClearMessageId.bind(persistence);
    persistence.outgoingClearMessageId = (client, packet) => {
      const connection = this.byClient.get(client);
      if (connection !== undefined && packet.messageId !== undefined) this.orders.acknowledged(connection, packet.messageId);
      return clear(client, packet);
    };
  }

  private listen(): void {
    const { aedes } = this;
    const { emit } = this.options;
    aedes.on('clientReady', (client) => this.letIn(client));
    const broke = (client: Client, error: Error): void => {
      const connection = this.byClient.get(client);
      if (connection === undefined || connection.ended !== null) return;
      connection.ended = error.message;
      emit({ name: 'ingest.connection-failed', reason: error.message, client: brief(connection.id), address: connection.address });
    };
    aedes.on('clientError', broke);
    aedes.on('connectionError', broke);
    aedes.on('unsubscribe', (filters, client) => {
      const connection = this.byClient.get(client);
      for (const filter of filters) connection?.filters.delete(filter);
    });
    // Its in-memory persistence has nothing that can fail; without a listener an error event would end the process unsaid.
    (aedes as unknown as NodeJS.EventEmitter).on('error', (error: Error) => emit({ name: 'ingest.connection-failed', reason: error.message }));
  }

  private bind(): Promise<void> {
    const { host, port } = this.options;
    return new Promise((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        this.aedes.close();
        reject(new IngestError('address-unusable', `${host}:${port} ${error.code ?? error.message}`));
      });
      this.server.listen({ host, port, backlog: 1_024 }, () => {
        this.server.removeAllListeners('error');
        this.server.on('error', (error) => this.options.emit({ name: 'ingest.connection-failed', reason: error.message }));
        resolve();
      });
    });
  }

  private accept(socket: Socket): void {
    const full = this.full();
    if (full !== null || this.closing !== null) {
      this.refuseConnection(full ?? 'closing', '', socket.remoteAddress ?? '');
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const connection = new Connection({
      socket,
      limits: this.limits,
      undurable: this.undurable,
      acknowledged: (count) => (this.tally.acknowledged += count),
      refused: (who, reason, bytes) => {
        this.tally.refusedPackets += 1;
        this.options.emit({ name: 'ingest.packet-refused', reason, bytes, client: brief(who.id) });
        who.end(reason);
      },
    });
    this.connections.add(connection);
    this.halfOpen += 1;
    socket.once('close', () => this.leave(connection));
    const client = this.aedes.handle(socket);
    connection.client = client;
    this.byClient.set(client, connection);
  }

  private full(): string | null {
    if (this.connections.size >= this.limits.connections) return 'too-many-connections';
    return this.halfOpen >= this.limits.halfOpen ? 'too-many-half-open' : null;
  }

  private refuseConnection(reason: string, client: string, address: string): void {
    this.tally.refusedConnections += 1;
    this.options.emit({ name: 'ingest.connection-refused', reason, client: brief(client), address });
  }

  /** Keepalive is ours, since only we know when we did not read; sessions end with their connection. */
  private enter(client: Client, packet: ConnectPacket, done: (error: Error | null, go: boolean) => void): void {
    const connection = this.byClient.get(client);
    if (connection !== undefined) connection.keepalive = packet.keepalive ?? 0;
    packet.keepalive = 0;
    packet.clean = true;
    done(null, connection !== undefined);
  }

  private async authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): Promise<void> {
    const connection = this.byClient.get(client);
    if (connection === undefined || this.logIns === null) return done(null, connection !== undefined);
    const right = await this.logIns.check(username ?? '', password ?? Buffer.alloc(0));
    const taken = right && this.isTaken(client.id, username ?? '');
    if (right && !taken) {
      connection.gateway = username ?? '';
      return done(null, true);
    }
    this.tally.refusedLogIns += 1;
    this.refuseConnection(taken ? 'client-id-taken' : 'bad-log-in', client.id, connection.address);
    connection.ended = 'refused';
    const error = Object.assign(new Error('not let in'), { returnCode: taken ? ID_TAKEN : BAD_LOG_IN });
    setTimeout(() => done(error, false), this.limits.logInDelay).unref();
  }

  /** A client id is taken over only by the gateway that has it. */
  private isTaken(id: string, gateway: string): boolean {
    for (const other of this.connections) if (other.ready && other.id === id && other.gateway !== gateway) return true;
    return false;
  }

  private letIn(client: Client): void {
    const connection = this.byClient.get(client);
    if (connection === undefined) return;
    connection.ready = true;
    this.halfOpen -= 1;
    this.options.emit({ name: 'ingest.gateway-connected', gateway: connection.gateway, client: brief(client.id) });
    // After what came with CONNECT, which the broker has queued.
    setImmediate(() => connection.wake());
  }

  private leave(connection: Connection): void {
    this.connections.delete(connection);
    this.subscribers.delete(connection);
    if (!connection.ready) this.halfOpen -= 1;
    connection.acks.close();
    this.orders.gone(connection);
    if (connection.ready) this.options.emit({ name: 'ingest.gateway-disconnected', gateway: connection.gateway, client: brief(connection.id) });
  }

  private maySubscribe(client: Client, { topic, qos }: Subscription): boolean {
    const connection = this.byClient.get(client);
    const watching = this.logIns === null && isCityFilter(topic);
    if (connection !== undefined && (watching || isOrderFilter(topic)) && connection.filters.size < this.limits.subscriptions) {
      connection.filters.set(topic, qos);
      this.subscribers.add(connection);
      return true;
    }
    this.tally.refusedSubscriptions += 1;
    this.options.emit({ name: 'ingest.subscribe-refused', gateway: connection?.gateway ?? '', filter: brief(topic) });
    return false;
  }

  private hasSubscriber(topic: string): boolean {
    for (const { filters } of this.subscribers) for (const filter of filters.keys()) if (matches(filter, topic)) return true;
    return false;
  }

  /** Not through the broker's emitter, where one slow watcher would queue up everything for everybody. */
  private watch(topic: string, payload: Buffer): void {
    for (const connection of this.subscribers) {
      if (connection.congested || !isWatching(connection, topic)) continue;
      connection.client?.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
    }
  }

  private wakeAll(): void {
    for (const connection of this.connections) connection.wake();
  }

  private tick(): void {
    for (const connection of this.connections) {
      const fault = connection.tick(TICK);
      if (fault === null) continue;
      if (fault === 'keepalive') this.tally.silentConnections += 1;
      this.options.emit({ name: 'ingest.connection-failed', reason: fault, client: brief(connection.id), address: connection.address });
      connection.end(fault);
    }
  }

  private async shut(): Promise<void> {
    this.undurable.halt();
    this.receiver.close();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const deadline = performance.now() + this.limits.closeTimeout;
    while (this.undurable.messages > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    // One turn more: what became durable last is acknowledged at the end of this one.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.timer !== null) clearInterval(this.timer);
    this.orders.close();
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    for (const connection of this.connections) connection.end('closing');
    await closed;
    this.options.emit({ name: 'ingest.door-closed', door: 'embedded' });
  }
}

function isWatching({ filters }: Connection, topic: string): boolean {
  for (const filter of filters.keys()) if (isCityFilter(filter) && matches(filter, topic)) return true;
  return false;
}
