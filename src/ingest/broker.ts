/** What the app sees of MQTT, whether the broker is ours or somebody else's. */
export interface Broker {
  readonly address: { readonly host: string; readonly port: number };
  /** Resolves when a receiver (our broker) or the broker (an existing one) has acknowledged; rejects with an `IngestError`. */
  publish(topic: string, body: string | Uint8Array, options: { readonly qos: 1 }): Promise<void>;
  /** For all who listen and all who come later, until the next one under this topic; at most once, and nobody is waited for. */
  retain(topic: string, body: string): Promise<void>;
  /** Takes nothing in any more, waits for what was offered, acknowledges it, and lets go of the address. */
  close(): Promise<void>;
  counts(): BrokerCounts;
}

export interface BrokerCounts {
  readonly connections: number;
  /** Connected, but not yet let in. */
  readonly halfOpen: number;
  /** Messages handed to the intake, wills included. */
  readonly offered: number;
  /** PUBACK and PUBREC sent, each after its message was durable. */
  readonly acknowledged: number;
  /** Messages that the intake gave back with an error; none of them is acknowledged. */
  readonly unsettled: number;
  /** Messages on topics that are not for publishing, offered all the same so that they end in quarantine. */
  readonly astray: number;
  readonly published: number;
  readonly undurableMessages: number;
  readonly undurableBytes: number;
  readonly paused: boolean;
  readonly pauses: number;
  readonly refusedConnections: number;
  readonly refusedLogIns: number;
  readonly refusedPackets: number;
  readonly refusedPublishes: number;
  readonly refusedSubscriptions: number;
  /** Closed because nothing came within 1.5 × keepalive. */
  readonly silentConnections: number;
}

export type BrokerTally = { -readonly [K in keyof BrokerCounts]: BrokerCounts[K] };

export function createTally(): BrokerTally {
  return {
    connections: 0,
    halfOpen: 0,
    offered: 0,
    acknowledged: 0,
    unsettled: 0,
    astray: 0,
    published: 0,
    undurableMessages: 0,
    undurableBytes: 0,
    paused: false,
    pauses: 0,
    refusedConnections: 0,
    refusedLogIns: 0,
    refusedPackets: 0,
    refusedPublishes: 0,
    refusedSubscriptions: 0,
    silentConnections: 0,
  };
}
