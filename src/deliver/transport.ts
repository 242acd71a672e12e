import type { Delivery, Outcome } from '../model/delivery.ts';

/** One way to send. `send` tries once, has an end in time, and answers with a value; it does not throw. */
export interface Transport {
  send(delivery: Delivery): Promise<Outcome>;
  /** Breaks off what is being sent and lets go of all connections. */
  close(): Promise<void>;
}
