import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { Client } from 'aedes';
import type { Emit } from '../telemetry/events.ts';
import { standInAedes } from './aedes-inside.ts';
import type { Publisher } from './aedes-inside.ts';
import { createTally } from './broker.ts';
import type { Broker, BrokerCounts } from './broker.ts';
import { Connection } from './connection.ts';
import { Doorkeeper } from './doorkeeper.ts';
import type { LogIn } from './grant.ts';
import { IngestError } from './ingest-error.ts';
import type { Intake } from './intake.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { IngestLimits } from './limits.ts';
import { OrderPublisher } from './order-publisher.ts';
import { Receiver } from './receiver.ts';
import { brief } from './topic.ts';
import { Undurable } from './undurable.ts';

export interface EmbeddedBrokerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly intake: Intake;
  /** Who may log in under which name, and what for; `null`: anybody, as anybody. */
  readonly logIns: ReadonlyMap<string, LogIn> | null;
  readonly limits?: Partial<IngestLimits>;
  readonly emit: Emit;
}

const TICK = 500;

export async function openEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<Broker> {
  const broker = new EmbeddedBroker(options);
  await broker.open();
  return broker;
}

/**
 * aedes in this process, with everything durable or dangerous taken out of its hands: what comes in goes to the intake
 * (`Receiver`), bytes pass a guard (`Connection`), what goes out is ours (`OrderPublisher`), and no session outlives its
 * connection, so that nothing is owed from memory.
 */
class EmbeddedBroker implements Broker {
  private readonly options: EmbeddedBrokerOptions;
  private readonly limits: IngestLimits;
  private readonly tally = createTally();
  private readonly undurable: Undurable;
  private readonly door: Doorkeeper;
  private readonly receiver: Receiver;
  private readonly orders: OrderPublisher;
  private readonly server: Server;
  private aedes: Aedes | null = null;
  private publisher: Publisher = { send: (_topic, _payload, sent) => sent(), retain: (_topic, _payload, sent) => sent() };
  private timer: NodeJS.Timeout | null = null;
  private closing: Promise<void> | null = null;

  constructor(options: EmbeddedBrokerOptions) {
    const { intake, logIns, emit } = options;
    const { tally } = this;
    this.options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.door = new Doorkeeper({ logIns, limits: this.limits, tally, emit });
    this.undurable = new Undurable({ highWater: this.limits.undurableBytes, emit, resumed: () => this.wakeAll() });
    this.receiver = new Receiver({
      intake,
      emit,
      tally,
      undurable: this.undurable,
      closed: logIns !== null,
      connectionOf: (client) => this.door.of(client),
      watch: (topic, payload) => this.watch(topic, payload),
    });
    this.orders = new OrderPublisher({
      timeout: this.limits.publishTimeout,
      listened: (topic) => this.door.listeners(topic).next().done === false,
      send: (topic, payload, sent) => this.publisher.send(topic, payload, sent),
    });
    this.server = createServer((socket) => this.accept(socket));
  }

  get address(): { readonly host: string; readonly port: number } {
    const address = this.server.address() as AddressInfo | null;
    return { host: this.options.host, port: address?.port ?? this.options.port };
  }

  async open(): Promise<void> {
    const aedes = await this.createAedes();
    this.aedes = aedes;
    this.publisher = standInAedes(aedes, (client, messageId) => {
      const connection = this.door.of(client);
      if (connection !== undefined) this.orders.acknowledged(connection, messageId);
    });
    this.listen(aedes);
    await this.bind(aedes);
    this.timer = setInterval(() => this.tick(), TICK);
    this.options.emit({ name: 'ingest.door-opened', door: 'embedded', address: `${this.address.host}:${this.address.port}` });
  }

  async publish(topic: string, body: string | Uint8Array): Promise<void> {
    if (this.closing !== null) throw new IngestError('door-closed');
    await this.orders.publish(topic, body);
    this.tally.published += 1;
  }

  async retain(topic: string, body: string): Promise<void> {
    if (this.closing !== null) throw new IngestError('door-closed');
    await new Promise<void>((resolve) => this.publisher.retain(topic, Buffer.from(body), resolve));
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  counts(): BrokerCounts {
    const { bytes, messages, paused, pauses } = this.undurable;
    const { connections, halfOpen } = this.door;
    return { ...this.tally, connections: connections.size, halfOpen, undurableBytes: bytes, undurableMessages: messages, paused, pauses };
  }

  private createAedes(): Promise<Aedes> {
    const { door, limits, orders, receiver } = this;
    return Aedes.createBroker({
      connectTimeout: limits.connectTimeout,
      drainTimeout: limits.drainTimeout,
      // Before CONNACK one chunk at most is parsed, so this queue is bounded already.
      queueLimit: limits.connectBytes,
      preConnect: (client, packet, done) => done(null, door.enter(client, packet)),
      authenticate: (client, username, password, done) => void door.authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => receiver.receive(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, door.maySubscribe(client, subscription) ? subscription : null),
      authorizeForward: (client, packet) => {
        const connection = door.of(client);
        return connection === undefined ? null : orders.forward(connection, packet);
      },
    });
  }

  private listen(aedes: Aedes): void {
    const { emit } = this.options;
    aedes.on('clientReady', (client) => this.letIn(client));
    aedes.on('clientError', (client, error) => this.broke(client, error));
    aedes.on('connectionError', (client, error) => this.broke(client, error));
    aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.door.of(client)?.filters.delete(filter);
    });
    // Its in-memory persistence has nothing that can fail; without a listener an error event would end the process unsaid.
    (aedes as unknown as NodeJS.EventEmitter).on('error', (error: Error) =>
      emit({ name: 'ingest.connection-failed', reason: error.message }),
    );
  }

  private broke(client: Client, error: Error): void {
    const connection = this.door.of(client);
    if (connection === undefined || connection.ended !== null) return;
    connection.ended = error.message;
    const { id, address } = connection;
    this.options.emit({ name: 'ingest.connection-failed', reason: brief(error.message), client: brief(id), address });
  }

  private bind(aedes: Aedes): Promise<void> {
    const { host, port, emit } = this.options;
    return new Promise((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        aedes.close();
        reject(new IngestError('address-unusable', `${host}:${port} ${error.code ?? error.message}`));
      });
      this.server.listen({ host, port, backlog: 1_024 }, () => {
        this.server.removeAllListeners('error');
        this.server.on('error', (error) => emit({ name: 'ingest.connection-failed', reason: error.message }));
        resolve();
      });
    });
  }

  private accept(socket: Socket): void {
    const { aedes, door } = this;
    const refusal = this.closing === null ? door.full() : 'closing';
    if (refusal !== null || aedes === null) {
      door.refuse(refusal ?? 'closing', '', socket.remoteAddress ?? '');
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
    door.add(connection);
    socket.once('close', () => this.leave(connection));
    door.know(connection, aedes.handle(socket));
  }

  private letIn(client: Client): void {
    const connection = this.door.of(client);
    if (connection === undefined || connection.socket.destroyed) return;
    this.door.letIn(connection);
    // After what came with CONNECT, which the broker has queued.
    setImmediate(() => connection.wake());
  }

  private leave(connection: Connection): void {
    this.door.remove(connection);
    connection.acks.close();
    this.orders.gone(connection);
  }

  /** Not through the broker's emitter, where one slow watcher would queue up everything for everybody. */
  private watch(topic: string, payload: Buffer): void {
    if (this.door.subscribers.size === 0 || !topic.startsWith('city/')) return;
    for (const { client, congested } of this.door.listeners(topic))
      if (!congested) client?.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
  }

  private wakeAll(): void {
    for (const connection of this.door.connections) connection.wake();
  }

  private tick(): void {
    for (const connection of this.door.connections) {
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
    await new Promise<void>((resolve) => (this.aedes === null ? resolve() : this.aedes.close(() => resolve())));
    for (const connection of this.door.connections) connection.end('closing');
    await closed;
    this.options.emit({ name: 'ingest.door-closed', door: 'embedded' });
  }
}
