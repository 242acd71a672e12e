import { wallClock } from '../deliver/clock.ts';
import { createDeliverer, type Deliverer } from '../deliver/deliverer.ts';
import { createMqttTransport, type Taken } from '../deliver/mqtt.ts';
import type { FormatSettings } from '../deliver/formats/write-as.ts';
import { createWebhookTransport } from '../deliver/webhook.ts';
import type { Journal } from '../journal/journal.ts';
import { isLastWord, toldBy, type Attempt, type Delivery } from '../model/delivery.ts';
import type { PartyEndpoints } from './party-endpoints.ts';
import { readdress } from './readdress.ts';
import { takenAgain } from './taken-again.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Pipeline } from './pipeline.ts';

export interface DeliveryWiring {
  readonly endpoints: PartyEndpoints;
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  /** Ids of what the party refused of the orders that this delivery tells of, and nothing has made up for yet. */
  readonly refused: (delivery: Delivery) => readonly string[];
  readonly publish: (topic: string, body: string) => Promise<Taken>;
  readonly formats: FormatSettings;
  readonly version: string;
  readonly onSettled: (delivery: Delivery, attempt: Attempt) => void;
  readonly emit: Emit;
}

/** Joins the outbox to the world: webhooks, MQTT, and the way back for a refusal. */
export async function startDeliverer(wiring: DeliveryWiring): Promise<Deliverer> {
  const { journal, pipeline, endpoints, emit } = wiring;
  const deliverer = createDeliverer({
    journal,
    transports: {
      webhook: createWebhookTransport({
        clock: wallClock,
        userAgent: `maibo/${wiring.version}`,
        formats: wiring.formats,
        secretsOf: endpoints.secretsOf,
      }),
      mqtt: createMqttTransport({ clock: wallClock, publish: wiring.publish }),
    },
    clock: wallClock,
    random: Math.random,
    // The refusal goes through the log like any event: the order must know that a party was not reached.
    onParked: async ({ id, order, party }, reason) => {
      await pipeline.submit({ kind: 'parked', delivery: id, order, party, reason });
    },
    onAccepted: (delivery) => {
      const { id, order, party, street } = delivery;
      const again = takenAgain(delivery, wiring.refused(delivery), endpoints.of(party, street));
      return again === null ? null : pipeline.submit({ kind: 'taken', delivery: id, order, party, gone: again.gone });
    },
    onUnreachable: async ({ id, order, party, street }) => {
      await pipeline.submit({ kind: 'unheard', delivery: id, order, party, street });
    },
    onSettled: wiring.onSettled,
    emit,
  });
  await readdressWaiting(wiring);
  deliverer.resume(withSecrets(journal.waitingDeliveries(), endpoints), journal.closedWaiting());
  return deliverer;
}

/** The configuration may have changed since: what waits for an address that is gone goes to today's, durably before it is sent. */
async function readdressWaiting({ endpoints, journal, emit }: DeliveryWiring): Promise<void> {
  const over = new Set(journal.closedWaiting());
  // Where the order is over, only its last word still matters; the deliverer gives up the rest.
  const matters = (one: Delivery): boolean =>
    one.attempts === 0 || toldBy(one).some(({ order, type }) => !over.has(order) || isLastWord(type));
  const waiting = journal.waitingDeliveries().filter(matters);
  const { made, stand } = readdress(waiting, endpoints.of, (one) => journal.views.deliveriesOf(toldBy(one).map(({ order }) => order)));
  if (made.length === 0 && stand.size === 0) return;
  await journal.readdress(made, stand);
  for (const { id, order, party } of waiting) {
    const after = stand.get(id);
    if (after?.state === 'superseded') emit({ name: 'deliver.delivery-superseded', delivery: id, order, party, reason: after.reason });
  }
}

/** The journal keeps no secrets: they are joined again from the configuration. */
function withSecrets(deliveries: readonly Delivery[], endpoints: PartyEndpoints): Delivery[] {
  return deliveries.map((delivery) => {
    const { endpoint, party, street } = delivery;
    const known = endpoints.of(party, street).find((one) => one.id === endpoint.id);
    return known === undefined ? delivery : { ...delivery, endpoint: known };
  });
}
