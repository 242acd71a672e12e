import { Refusal } from '../model/problem.ts';
import type { Millis } from '../model/time.ts';
import type { Clock } from './clock.ts';
import { NO_SUBSCRIBER, outcomeOfFailure, outcomeOfMisfit } from './outcome.ts';
import type { Transport } from './transport.ts';

/** Who took a publish: `mirror` nobody, and nobody need; `nobody` nobody, though the party is reached by nothing else. */
export type Taken = 'taken' | 'mirror' | 'nobody';

export interface MqttOptions {
  readonly clock: Clock;
  /** Resolves when a receiver has acknowledged it (QoS 1), or when it is certain that there is none. */
  readonly publish: (topic: string, body: string) => Promise<Taken>;
  /** Default 15 s. */
  readonly timeout?: Millis;
}

const TIMEOUT: Millis = 15_000;
/** Asking whether somebody listens by now costs hardly anything, and whoever comes must not wait an hour for the next try. */
const ASK_AGAIN: Millis = 60_000;
/** So many tries by the schedule first: it begins with seconds. */
const EAGER = 5;

/** A publish to the topic of the endpoint. The connection belongs to whoever gave `publish`. */
export function createMqttTransport({ clock, publish, timeout = TIMEOUT }: MqttOptions): Transport {
  const breakOff = new Set<() => void>();
  return {
    send: async ({ endpoint, body, attempts }) => {
      if (endpoint.kind !== 'mqtt') return outcomeOfMisfit('endpoint-kind');
      let stop = (): void => undefined;
      let cancel = (): void => undefined;
      const ended = new Promise<'time-out' | 'closed'>((resolve) => {
        stop = () => resolve('closed');
        cancel = clock.after(timeout, () => resolve('time-out'));
      });
      breakOff.add(stop);
      try {
        const result = await Promise.race([publish(endpoint.topic, body), ended]);
        if (result === 'taken') return { kind: 'accepted', status: 0 };
        if (result === 'mirror') return { kind: 'unheard', reason: NO_SUBSCRIBER, status: null };
        if (result !== 'nobody') return outcomeOfFailure(result);
        return { kind: 'retry', reason: NO_SUBSCRIBER, status: null, wait: attempts < EAGER ? null : ASK_AGAIN };
      } catch (error) {
        if (error instanceof Refusal) return outcomeOfMisfit(error.code);
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
