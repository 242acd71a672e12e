import type { Millis } from '../model/time.ts';
import type { Clock } from './clock.ts';
import { outcomeOfFailure, outcomeOfMisfit } from './outcome.ts';
import type { Transport } from './transport.ts';

export interface MqttOptions {
  readonly clock: Clock;
  /** Resolves when the broker has taken it (QoS 1). */
  readonly publish: (topic: string, body: string) => Promise<void>;
  /** Default 15 s. */
  readonly timeout?: Millis;
}

const TIMEOUT: Millis = 15_000;

/** A publish to the topic of the endpoint. The connection belongs to whoever gave `publish`. */
export function createMqttTransport({ clock, publish, timeout = TIMEOUT }: MqttOptions): Transport {
  const breakOff = new Set<() => void>();
  return {
    send: async ({ endpoint, body }) => {
      if (endpoint.kind !== 'mqtt') return outcomeOfMisfit('endpoint-kind');
      let stop = (): void => undefined;
      let cancel = (): void => undefined;
      const ended = new Promise<'time-out' | 'closed'>((resolve) => {
        stop = () => resolve('closed');
        cancel = clock.after(timeout, () => resolve('time-out'));
      });
      breakOff.add(stop);
      try {
        const result = await Promise.race([publish(endpoint.topic, body).then(() => null), ended]);
        return result === null ? { kind: 'accepted', status: 0 } : outcomeOfFailure(result);
      } catch (error) {
        return outcomeOfFailure(`mqtt-${error instanceof Error ? error.message : 'unknown'}`);
      } finally {
        cancel();
        breakOff.delete(stop);
      }
    },
    close: () => {
      for (const stop of breakOff) stop();
      return Promise.resolve();
    },
  };
}
