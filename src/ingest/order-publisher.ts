import type { AedesPublishPacket } from 'aedes';
import type { Millis } from '../model/time.ts';
import type { Connection } from './connection.ts';
import { IngestError } from './ingest-error.ts';
import { matches } from './topic.ts';

export interface OrderPublisherOptions {
  /** Gives it to the broker; `sent` after it was written to every subscriber. */
  readonly send: (topic: string, payload: Buffer, sent: () => void) => void;
  readonly listened: (topic: string) => boolean;
  readonly timeout: Millis;
}

interface Publication {
  /** Subscribers that owe a PUBACK. */
  outstanding: number;
  /** Subscribers at QoS 0: what is written to them counts, there is nothing better. */
  unasked: number;
  sent: boolean;
  readonly finish: (error: IngestError | null) => void;
}

const IDS = 65_535;
const UNACKNOWLEDGED = 1_000;

/**
 * What we publish to receiving systems.
 *
 * O1 A publication is done when a subscriber has acknowledged it. Nobody subscribed, or nobody answered: it failed, and
 *    whoever holds it durably (the outbox) has to try again. The broker itself remembers nothing.
 *
 * The broker does not say which acknowledgement belongs to which message, so the message ids towards subscribers are
 * given here: the broker keeps an id that is on the packet already.
 */
export class OrderPublisher {
  private readonly options: OrderPublisherOptions;
  /** By payload, whose identity survives every copy that the broker makes of a packet. */
  private readonly open = new Map<Uint8Array, Publication>();
  private readonly owed = new Map<Connection, Map<number, Publication>>();
  private readonly lastId = new WeakMap<Connection, number>();

  constructor(options: OrderPublisherOptions) {
    this.options = options;
  }

  publish(topic: string, body: string | Uint8Array): Promise<void> {
    if (!this.options.listened(topic)) return Promise.reject(new IngestError('no-subscriber'));
    const payload = Buffer.from(body);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => publication.finish(new IngestError('not-acknowledged')), this.options.timeout);
      const finish = (error: IngestError | null): void => {
        clearTimeout(timer);
        this.open.delete(payload);
        if (error === null) resolve();
        else reject(error);
      };
      const publication: Publication = { outstanding: 0, unasked: 0, sent: false, finish };
      this.open.set(payload, publication);
      this.options.send(topic, payload, () => {
        publication.sent = true;
        this.conclude(publication);
      });
    });
  }

  /** The broker is about to send `packet` to a subscriber: with which id? `null` holds it back. */
  forward(connection: Connection, packet: AedesPublishPacket): AedesPublishPacket | null {
    const publication = this.open.get(packet.payload as Uint8Array);
    if (publication === undefined) return packet;
    // A blocked receiver would hold up the others inside the broker.
    if (connection.congested) return null;
    if (!answers(connection, packet.topic)) {
      publication.unasked += 1;
      return packet;
    }
    const owed = this.owed.get(connection) ?? new Map<number, Publication>();
    if (owed.size >= UNACKNOWLEDGED) return null;
    this.owed.set(connection, owed);
    const messageId = this.nextId(connection, owed);
    owed.set(messageId, publication);
    publication.outstanding += 1;
    return { ...packet, messageId };
  }

  acknowledged(connection: Connection, messageId: number): void {
    const owed = this.owed.get(connection);
    const publication = owed?.get(messageId);
    if (publication === undefined) return;
    owed?.delete(messageId);
    publication.outstanding -= 1;
    publication.finish(null);
  }

  gone(connection: Connection): void {
    const owed = this.owed.get(connection);
    this.owed.delete(connection);
    for (const publication of owed?.values() ?? []) {
      publication.outstanding -= 1;
      if (publication.sent && publication.outstanding === 0) publication.finish(new IngestError('not-acknowledged'));
    }
  }

  close(): void {
    for (const publication of this.open.values()) publication.finish(new IngestError('door-closed'));
  }

  private conclude(publication: Publication): void {
    if (publication.unasked > 0) publication.finish(null);
    else if (publication.outstanding === 0) publication.finish(new IngestError('no-subscriber'));
  }

  private nextId(connection: Connection, owed: ReadonlyMap<number, Publication>): number {
    let id = this.lastId.get(connection) ?? 0;
    do id = (id % IDS) + 1;
    while (owed.has(id));
    this.lastId.set(connection, id);
    return id;
  }
}

/** Where filters overlap the broker sends by the one it meets first; only if all are above QoS 0 an answer is certain. */
function answers(connection: Connection, topic: string): boolean {
  for (const [filter, qos] of connection.filters) if (qos === 0 && matches(filter, topic)) return false;
  return true;
}
