import type { Aedes, Client } from 'aedes';

type Done = (error?: Error | null) => void;

/** What we need of aedes beyond its types. Its version is pinned, and the tests of the broker stand on each of these. */
interface AedesInside {
  readonly persistence: { outgoingClearMessageId(client: Client, packet: { readonly messageId?: number }): Promise<unknown> };
  publish(packet: object, client: Client | Done | null, done?: Done): void;
}

export interface Publisher {
  readonly send: (topic: string, payload: Buffer, sent: () => void) => void;
  /** At QoS 0: the ids of messages towards subscribers are given elsewhere, and none may be given twice. */
  readonly retain: (topic: string, payload: Buffer, sent: () => void) => void;
}

/**
 * Publishes of clients end with their acceptance: the ways inside aedes (storing, matching, emitting) are not for them and
 * cost more than everything that we do. Returns the ways for publishes of our own, and reports each PUBACK of a subscriber.
 */
export function standInAedes(aedes: Aedes, acknowledged: (client: Client, messageId: number) => void): Publisher {
  const inside = aedes as unknown as AedesInside;
  const publish = inside.publish.bind(inside);
  inside.publish = (packet, client, done) => {
    if (client === null || typeof client === 'function') publish(packet, client, done);
    else done?.();
  };
  const { persistence } = inside;
  const clear = persistence.outgoingClearMessageId.bind(persistence);
  persistence.outgoingClearMessageId = (client, packet) => {
    if (packet.messageId !== undefined) acknowledged(client, packet.messageId);
    return clear(client, packet);
  };
  return {
    send: (topic, payload, sent) => publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, sent),
    retain: (topic, payload, sent) => publish({ cmd: 'publish', topic, payload, qos: 0, retain: true, dup: false }, sent),
  };
}
