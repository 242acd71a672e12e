import type { Millis } from '../model/time.ts';

/** What one gateway, and all of them together, may take of this machine. */
export interface IngestLimits {
  /** Longest packet, as announced in its header. */
  readonly packetBytes: number;
  /** The same for the CONNECT packet, which comes before we know who it is. */
  readonly connectBytes: number;
  readonly connections: number;
  /** Connections that are not yet let in. */
  readonly halfOpen: number;
  /** From the first byte to a whole CONNECT packet. */
  readonly connectTimeout: Millis;
  /** From the first byte of a packet to its last. */
  readonly packetTimeout: Millis;
  /** How long a client may leave its acknowledgements unread. */
  readonly drainTimeout: Millis;
  /** Offered and not yet durable, all connections together; above it sockets are not read, below half of it they are again. */
  readonly undurableBytes: number;
  /** How long a wrong password has to wait for its answer. */
  readonly logInDelay: Millis;
  readonly subscriptions: number;
  /** How long a receiver has to acknowledge what we published. */
  readonly publishTimeout: Millis;
  /** How long closing waits for what was offered. */
  readonly closeTimeout: Millis;
}

export const DEFAULT_LIMITS: IngestLimits = {
  packetBytes: 256 * 1_024,
  connectBytes: 64 * 1_024,
  connections: 10_000,
  halfOpen: 1_000,
  connectTimeout: 5_000,
  packetTimeout: 30_000,
  drainTimeout: 60_000,
  undurableBytes: 8 * 1_024 * 1_024,
  logInDelay: 1_000,
  subscriptions: 100,
  publishTimeout: 10_000,
  closeTimeout: 5_000,
};
