import type { Client, PublishPacket } from 'aedes';
import type { Emit } from '../telemetry/events.ts';
import type { BrokerTally } from './broker.ts';
import type { Connection } from './connection.ts';
import { mayPublish } from './grant.ts';
import type { Intake } from './intake.ts';
import { faultOf } from './malformed.ts';
import { brief, gatewayOf, useOf } from './topic.ts';
import type { Undurable } from './undurable.ts';

export interface ReceiverOptions {
  readonly intake: Intake;
  readonly undurable: Undurable;
  readonly tally: BrokerTally;
  readonly emit: Emit;
  /** Behind passwords: a topic that is not the log-in's own is refused, not quarantined. */
  readonly closed: boolean;
  readonly connectionOf: (client: Client | null) => Connection | undefined;
  /** After it is durable: to those who watch `city/#`. */
  readonly watch: (topic: string, payload: Buffer) => void;
}

type Answer = (error?: Error | null) => void;

const NOTHING = Buffer.alloc(0);
const PUBACK = 0x40;

/**
 * Stands in the broker's `authorizePublish`, which runs before the broker acknowledges anything.
 *
 * R1 No PUBACK and no PUBREC before the intake has settled the message; none at all when it settles with an error: then
 *    the connection ends.
 * R2 PUBACKs leave in the order of the publishes of a connection.
 * R3 No publish of a client is forwarded to a subscriber, save what is durable to those who may watch `city/#`. Retain
 *    flags mean nothing here; wills are offered like publishes.
 * R4 A malformed publish is neither offered nor acknowledged.
 *
 * QoS 1 is acknowledged here, in one write for all that became durable together, and the broker is told that the packet
 * was QoS 0, so that it neither acknowledges nor waits. QoS 2 is held until durable, then the broker sends its PUBREC.
 */
export class Receiver {
  private readonly options: ReceiverOptions;
  private readonly answers: Answer[] = [];
  private scheduled = false;
  private shut = false;

  constructor(options: ReceiverOptions) {
    this.options = options;
  }

  /** From here on nothing is taken, wills neither: it is we who leave. What came too late is never answered. */
  close(): void {
    this.shut = true;
  }

  receive(client: Client | null, packet: PublishPacket, answer: Answer): void {
    const connection = this.options.connectionOf(client);
    const isWill = (packet.cmd as string | undefined) !== 'publish';
    if (connection === undefined || (this.shut && isWill)) return answer(new Error('closed'));
    if (this.shut) return;
    const fault = isWill ? null : faultOf(packet);
    if (fault !== null) {
      this.options.tally.refusedPackets += 1;
      this.options.emit({ name: 'ingest.packet-refused', reason: fault, bytes: packet.length ?? 0, client: brief(connection.id) });
      return this.refuse(connection, fault, answer);
    }
    if (!this.mayPublish(connection, packet.topic)) return this.refuse(connection, 'publish-refused', answer);
    if (packet.qos === 2 && !isWill) this.takeHeld(connection, packet, answer);
    else this.take(connection, packet, isWill ? 0 : packet.qos, answer);
  }

  private take(connection: Connection, packet: PublishPacket, qos: number, answer: Answer): void {
    const { topic } = packet;
    const payload = packet.payload as Buffer;
    const owed = qos === 1 ? connection.acks.owe(PUBACK, packet.messageId ?? 0) : null;
    packet.qos = 0;
    packet.retain = false;
    this.offer(connection, packet, (error) => {
      if (error !== null) return connection.end('intake-failed');
      if (owed !== null) connection.acks.durable(owed);
      this.options.watch(topic, payload);
    });
    this.later(answer);
  }

  private takeHeld(connection: Connection, packet: PublishPacket, answer: Answer): void {
    const { topic } = packet;
    const payload = packet.payload as Buffer;
    packet.retain = false;
    this.offer(connection, packet, (error) => {
      if (error !== null) {
        connection.end('intake-failed');
        return;
      }
      // The broker keeps the packet until PUBREL, for its id only; the message itself is ours already.
      packet.payload = NOTHING;
      packet.topic = 'q';
      if (!connection.socket.destroyed) this.options.tally.acknowledged += 1;
      this.later(answer);
      this.options.watch(topic, payload);
    });
  }

  /** A receipt is offered in the name of whoever logged in; telemetry in that of its topic, which is the same behind passwords. */
  private offer({ user }: Connection, packet: PublishPacket, done: (error: Error | null) => void): void {
    const { intake, undurable, tally } = this.options;
    const { topic } = packet;
    const payload = packet.payload as Buffer;
    const sender = useOf(topic) === 'receipt' ? user : gatewayOf(topic);
    const cost = undurable.add(topic, payload);
    tally.offered += 1;
    intake.offer(sender, topic, payload, (error) => {
      undurable.remove(cost);
      if (error !== null) tally.unsettled += 1;
      done(error);
    });
  }

  private mayPublish(connection: Connection, topic: string): boolean {
    const { closed, tally, emit } = this.options;
    const use = useOf(topic);
    const { grant } = connection;
    if (closed ? grant !== null && mayPublish(grant, topic) : use !== 'astray') return true;
    if (use === 'astray') tally.astray += 1;
    // Once a connection: where it is let through, quarantine tells the rest.
    const isFirst = connection.astray === 0;
    connection.astray += 1;
    if (closed) tally.refusedPublishes += 1;
    if (isFirst)
      emit({
        name: 'ingest.publish-refused',
        gateway: connection.user,
        topic: brief(topic),
        reason: use === 'astray' ? 'topic-unknown' : 'topic-foreign',
      });
    return !closed;
  }

  private refuse(connection: Connection, reason: string, answer: Answer): void {
    connection.end(reason);
    answer(new Error(reason));
  }

  /** Not within the call: the broker's parser cannot be entered twice. */
  private later(answer: Answer): void {
    this.answers.push(answer);
    if (this.scheduled) return;
    this.scheduled = true;
    process.nextTick(() => {
      this.scheduled = false;
      for (const next of this.answers.splice(0)) next(null);
    });
  }
}
