import type { Config } from '../config/config.ts';
import { endpointsOf } from '../config/endpoints.ts';
import { wallClock } from '../deliver/clock.ts';
import { createDeliverer, type Deliverer } from '../deliver/deliverer.ts';
import { createMqttTransport } from '../deliver/mqtt.ts';
import { createWebhookTransport } from '../deliver/webhook.ts';
import type { Journal } from '../journal/journal.ts';
import type { Attempt, Delivery } from '../model/delivery.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Pipeline } from './pipeline.ts';

export interface DeliveryWiring {
  readonly config: Config;
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  readonly publish: (topic: string, body: string) => Promise<void>;
  readonly version: string;
  readonly onSettled: (delivery: Delivery, attempt: Attempt) => void;
  readonly emit: Emit;
}

/** Joins the outbox to the world: webhooks, MQTT, and the way back for a refusal. */
export function startDeliverer(wiring: DeliveryWiring): Deliverer {
  const { journal, pipeline, emit } = wiring;
  const deliverer = createDeliverer({
    journal,
    transports: {
      webhook: createWebhookTransport({ clock: wallClock, userAgent: `maibo/${wiring.version}` }),
      mqtt: createMqttTransport({ clock: wallClock, publish: wiring.publish }),
    },
    clock: wallClock,
    random: Math.random,
    // The refusal goes through the log like any event: the order must know that a party was not reached.
    onParked: async ({ id, order, party }, reason) => {
      await pipeline.submit({ kind: 'parked', delivery: id, order, party, reason });
    },
    onSettled: wiring.onSettled,
    emit,
  });
  deliverer.resume(withSecrets(journal.waitingDeliveries(), wiring.config));
  return deliverer;
}

/**
 * The journal keeps no secrets: they are joined again from the configuration. A delivery whose endpoint has left the
 * configuration is tried where it was to go, without success, until a person removes or restores the endpoint.
 */
export function withSecrets(deliveries: readonly Delivery[], config: Config): Delivery[] {
  return deliveries.map((delivery) => {
    const { endpoint, party, street } = delivery;
    const known = endpointsOf(config, party, street).find((one) => one.id === endpoint.id);
    return known === undefined ? delivery : { ...delivery, endpoint: known };
  });
}
