/**
 * Invariants:
 * I1  A message counts as acknowledged only when its PUBACK has come; `drain` returns when that is so for every message.
 * I2  At most `window` messages are unacknowledged: a slow server slows the publisher, memory does not grow.
 * I3  A lost connection is taken up again and unacknowledged messages are sent again (QoS 1: twice is allowed, never is not);
 *     without any PUBACK for `patience` the sender gives up with a code instead of waiting for ever.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { Refusal } from '../../model/problem.ts';
import { safeUrl } from '../../model/safe-url.ts';

export interface SenderOptions {
  /** mqtt://[user:password@]host:port */
  readonly url: string;
  readonly window?: number;
  /** Milliseconds without any PUBACK while messages wait. */
  readonly patience?: number;
  readonly name?: string;
}

export interface MqttSender {
  /** Resolves when there is room for the next one. */
  readonly send: (topic: string, payload: string) => Promise<void>;
  readonly drain: () => Promise<void>;
  /** `true` gives up what is not acknowledged. */
  readonly close: (now?: boolean) => Promise<void>;
  readonly counts: () => { readonly sent: number; readonly acknowledged: number; readonly reconnects: number };
}

interface State {
  sent: number;
  acknowledged: number;
  connects: number;
  failed: Refusal | null;
  progress: number;
  waiting: { readonly until: number; readonly resume: () => void } | null;
}

export async function connectSender(options: SenderOptions): Promise<MqttSender> {
  const { url, window = 256, patience = 30_000, name = 'maibo' } = options;
  const client = openClient(url, name);
  await firstConnection(client, url);
  const state: State = { sent: 0, acknowledged: 0, connects: 1, failed: null, progress: performance.now(), waiting: null };
  client.on('connect', () => (state.connects += 1));
  client.on('error', () => undefined);
  const guard = setInterval(
    () => {
      const stuck = state.sent > state.acknowledged && performance.now() - state.progress > patience;
      if (stuck)
        fail(
          state,
          new Refusal('broker-silent', `The broker at ${safeUrl(url)} has acknowledged nothing for ${Math.round(patience / 1_000)} s.`),
        );
    },
    Math.min(1_000, patience),
  );
  guard.unref();
  return {
    send: async (topic, payload) => {
      throwIfFailed(state);
      if (state.sent === state.acknowledged) state.progress = performance.now();
      state.sent += 1;
      client.publish(topic, payload, { qos: 1 }, (error) => settled(state, error, url));
      await below(state, window);
    },
    drain: () => below(state, 1),
    close: async (now = false) => {
      clearInterval(guard);
      await client.endAsync(now);
    },
    counts: () => ({ sent: state.sent, acknowledged: state.acknowledged, reconnects: state.connects - 1 }),
  };
}

function openClient(url: string, name: string): MqttClient {
  try {
    // The store keeps unacknowledged publishes over a reconnection; a clean session only forgets subscriptions, of which there are none.
    return connect(url, {
      protocolVersion: 4,
      clean: true,
      clientId: `${name}-${randomBytes(4).toString('hex')}`,
      connectTimeout: 5_000,
      reconnectPeriod: 500,
      resubscribe: false,
    });
  } catch (error) {
    throw new Refusal('usage', `The address ${safeUrl(url)} is no MQTT address (mqtt://host:port): ${(error as Error).message}.`);
  }
}

function firstConnection(client: MqttClient, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (reason: string): void => {
      client.end(true);
      reject(new Refusal('broker-unreachable', `No broker answers at ${safeUrl(url)}: ${reason}. Is the server running?`));
    };
    const onError = (error: Error): void => refuse(reasonOf(error));
    const onClose = (): void => refuse('it closed the connection');
    client.once('error', onError);
    client.once('close', onClose);
    client.once('connect', () => {
      client.off('error', onError);
      client.off('close', onClose);
      resolve();
    });
  });
}

function reasonOf(error: Error): string {
  // Several addresses tried (::1, 127.0.0.1) come as one error without a text of its own.
  const inner = error instanceof AggregateError ? (error.errors as Error[]).map((one) => one.message).join('; ') : '';
  return error.message || inner || error.name;
}

function settled(state: State, error: Error | null | undefined, url: string): void {
  if (error) {
    fail(state, new Refusal('publish-failed', `A message could not be published to ${safeUrl(url)}: ${error.message}.`));
    return;
  }
  state.acknowledged += 1;
  state.progress = performance.now();
  wake(state);
}

function fail(state: State, reason: Refusal): void {
  state.failed ??= reason;
  wake(state);
}

function wake(state: State): void {
  if (state.waiting === null || (state.failed === null && state.sent - state.acknowledged >= state.waiting.until)) return;
  const { resume } = state.waiting;
  state.waiting = null;
  resume();
}

async function below(state: State, until: number): Promise<void> {
  if (state.failed === null && state.sent - state.acknowledged >= until) {
    await new Promise<void>((resume) => {
      state.waiting = { until, resume };
    });
  }
  throwIfFailed(state);
}

function throwIfFailed(state: State): void {
  if (state.failed !== null) throw state.failed;
}
