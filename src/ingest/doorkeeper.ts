import type { AuthenticateError, Client, ConnectPacket, Subscription } from 'aedes';
import type { Emit } from '../telemetry/events.ts';
import type { BrokerTally } from './broker.ts';
import type { Connection } from './connection.ts';
import { maySubscribe, type Grant, type LogIn } from './grant.ts';
import type { IngestLimits } from './limits.ts';
import { LogIns } from './log-in.ts';
import { brief, isAuditFilter, isCityFilter, isOrderFilter, matches } from './topic.ts';

export interface DoorkeeperOptions {
  readonly logIns: ReadonlyMap<string, LogIn> | null;
  readonly limits: IngestLimits;
  readonly tally: BrokerTally;
  readonly emit: Emit;
}

const BAD_LOG_IN = 4;
const ID_TAKEN = 2;

/** Who may come in, how many, and what they may listen to. */
export class Doorkeeper {
  readonly connections = new Set<Connection>();
  readonly subscribers = new Set<Connection>();
  halfOpen = 0;
  private readonly options: DoorkeeperOptions;
  private readonly byClient = new WeakMap<Client, Connection>();
  private readonly logIns: LogIns | null;

  constructor(options: DoorkeeperOptions) {
    this.options = options;
    this.logIns = options.logIns === null ? null : new LogIns(options.logIns);
  }

  of(client: Client | null): Connection | undefined {
    return client === null ? undefined : this.byClient.get(client);
  }

  /** Why nobody else may connect now. */
  full(): string | null {
    const { limits } = this.options;
    if (this.connections.size >= limits.connections) return 'too-many-connections';
    return this.halfOpen >= limits.halfOpen ? 'too-many-half-open' : null;
  }

  add(connection: Connection): void {
    this.connections.add(connection);
    this.halfOpen += 1;
  }

  know(connection: Connection, client: Client): void {
    connection.client = client;
    this.byClient.set(client, connection);
  }

  letIn(connection: Connection): void {
    connection.ready = true;
    this.halfOpen -= 1;
    this.options.emit({ name: 'ingest.gateway-connected', gateway: connection.user, client: brief(connection.id) });
  }

  remove(connection: Connection): void {
    this.connections.delete(connection);
    this.subscribers.delete(connection);
    if (!connection.ready) this.halfOpen -= 1;
    else this.options.emit({ name: 'ingest.gateway-disconnected', gateway: connection.user, client: brief(connection.id) });
  }

  refuse(reason: string, client: string, address: string): void {
    this.options.tally.refusedConnections += 1;
    this.options.emit({ name: 'ingest.connection-refused', reason, client: brief(client), address });
  }

  /** Keepalive is ours, since only we know when we did not read; a session ends with its connection. */
  enter(client: Client, packet: ConnectPacket): boolean {
    const connection = this.of(client);
    if (connection !== undefined) connection.keepalive = packet.keepalive ?? 0;
    packet.keepalive = 0;
    packet.clean = true;
    return connection !== undefined;
  }

  async authenticate(
    client: Client,
    username: string | undefined,
    password: Uint8Array | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): Promise<void> {
    const connection = this.of(client);
    if (connection === undefined || this.logIns === null) return done(null, connection !== undefined);
    const right = await this.logIns.check(username ?? '', password ?? Buffer.alloc(0));
    const taken = right && this.isTaken(client.id, username ?? '');
    if (right && !taken) {
      connection.user = username ?? '';
      connection.grant = this.options.logIns?.get(connection.user)?.grant ?? null;
      return done(null, true);
    }
    this.options.tally.refusedLogIns += 1;
    this.refuse(taken ? 'client-id-taken' : 'bad-log-in', client.id, connection.address);
    connection.ended = 'refused';
    const error = Object.assign(new Error('not let in'), { returnCode: taken ? ID_TAKEN : BAD_LOG_IN });
    setTimeout(() => done(error, false), this.options.limits.logInDelay).unref();
  }

  maySubscribe(client: Client, { topic, qos }: Subscription): boolean {
    const connection = this.of(client);
    const allowed = this.isOffered(connection?.grant ?? null, topic);
    if (connection !== undefined && allowed && connection.filters.size < this.options.limits.subscriptions) {
      connection.filters.set(topic, qos);
      this.subscribers.add(connection);
      return true;
    }
    this.options.tally.refusedSubscriptions += 1;
    this.options.emit({ name: 'ingest.subscribe-refused', gateway: connection?.user ?? '', filter: brief(topic) });
    return false;
  }

  /** Everybody who listens to this topic. */
  *listeners(topic: string): Generator<Connection> {
    for (const connection of this.subscribers)
      for (const filter of connection.filters.keys())
        if (matches(filter, topic)) {
          yield connection;
          break;
        }
  }

  /** Behind passwords each hears what is its own; without them orders and the city are anybody's. */
  private isOffered(grant: Grant | null, filter: string): boolean {
    if (this.logIns === null) return isOrderFilter(filter) || isCityFilter(filter) || isAuditFilter(filter);
    return grant !== null && maySubscribe(grant, filter);
  }

  /** A client id is taken over only by the log-in that has it. */
  private isTaken(id: string, user: string): boolean {
    for (const other of this.connections) if (other.ready && other.id === id && other.user !== user) return true;
    return false;
  }
}
