import type { Delivery, DeliveryState } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import type { OrderMessage, OrderMessageType } from '../model/work-order.ts';
import { addressMessages, type EndpointsOf } from './addressing.ts';

export interface Standing {
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAt: Millis;
  readonly reason: string;
}

export interface Readdressed {
  readonly made: readonly Delivery[];
  /** By delivery id. */
  readonly stand: ReadonlyMap<string, Standing>;
}

/** All deliveries that tell of what this one tells of, whatever became of them. */
export type DeliveriesOf = (delivery: Delivery) => readonly Delivery[];

/**
 * What waits must be able to go somewhere under today's configuration.
 *
 * A1 A delivery whose webhook is no longer configured is superseded, and its message goes to each of today's endpoints
 *    under the same message id.
 * A2 An endpoint that has the message (accepted, parked, waiting, withheld) does not get it again.
 * A3 MQTT as the only way left is tried again, though as a mirror it was given up; a webhook that is new gets what waits
 *    for MQTT in vain.
 */
export function readdress(waiting: readonly Delivery[], endpointsOf: EndpointsOf, deliveriesOf: DeliveriesOf): Readdressed {
  const made = new Map<string, Delivery>();
  const stand = new Map<string, Standing>();
  for (const delivery of waiting) {
    const { id, endpoint, party, street } = delivery;
    const webhooks = endpointsOf(party, street).map((one) => one.id);
    const gone = endpoint.kind === 'webhook' && !webhooks.includes(endpoint.id);
    if (!gone && (endpoint.kind === 'webhook' || webhooks.length === 0)) continue;
    const present = new Map(deliveriesOf(delivery).flatMap((one) => (one.message === delivery.message ? [[one.id, one]] : [])));
    // Reached by a webhook that it was given to already: MQTT is only the mirror.
    if (!gone && webhooks.some((webhook) => holds(present.get(`${delivery.message}@${webhook}`)))) continue;
    if (gone) stand.set(id, { state: 'superseded', attempts: delivery.attempts, nextAt: delivery.nextAt, reason: 'endpoint-removed' });
    for (const today of addressMessages([messageOf(delivery)], endpointsOf, delivery.createdAt)) {
      const known = present.get(today.id);
      if (known === undefined) made.set(today.id, today);
      // A mirror that nobody took stays one as long as there is a webhook.
      else if (!holds(known) && (known.endpoint.kind === 'webhook' || webhooks.length === 0)) {
        stand.set(known.id, { state: today.state, attempts: known.attempts, nextAt: today.nextAt, reason: 'readdressed' });
      }
    }
  }
  return { made: [...made.values()], stand };
}

/** The endpoint has the message, or will have it, or must not. */
function holds(delivery: Delivery | undefined): boolean {
  return delivery !== undefined && delivery.state !== 'superseded' && delivery.state !== 'unheard';
}

function messageOf({ message, type, createdAt, ...rest }: Delivery): OrderMessage {
  const { order, party, street, drill, body, digest } = rest;
  const told = digest === undefined ? {} : { digest };
  return { kind: 'order-message', id: message, type: type as OrderMessageType, order, ...told, party, street, drill, at: createdAt, body };
}
