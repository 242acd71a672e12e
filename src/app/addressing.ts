import type { Delivery, Endpoint } from '../model/delivery.ts';
import type { OrderMessage } from '../model/work-order.ts';
import type { Millis } from '../model/time.ts';

export type EndpointsOf = (party: string, street: string | null) => readonly Endpoint[];

/**
 * One delivery for every endpoint of every message. A drill goes to production channels never: webhooks that do not take
 * drills get a `withheld` delivery, which is kept to be seen and never sent, and MQTT goes to `drill/orders/…`.
 */
export function addressMessages(messages: readonly OrderMessage[], endpointsOf: EndpointsOf, at: Millis): Delivery[] {
  return messages.flatMap((message) =>
    [...endpointsOf(message.party, message.street), topicOf(message)].map((endpoint) => deliveryOf(message, endpoint, at)),
  );
}

/** The most particular topic; the publisher serves the general one with it. */
function topicOf(message: OrderMessage): Endpoint {
  const topic = [...(message.drill ? ['drill'] : []), 'orders', message.party, ...(message.street === null ? [] : [message.street])].join(
    '/',
  );
  return { kind: 'mqtt', id: `mqtt:${topic}`, topic };
}

function deliveryOf(message: OrderMessage, endpoint: Endpoint, at: Millis): Delivery {
  const withheld = message.drill && endpoint.kind === 'webhook' && !endpoint.drills;
  return {
    kind: 'delivery',
    id: `${message.id}@${endpoint.id}`,
    message: message.id,
    order: message.order,
    ...(message.digest === undefined ? {} : { digest: message.digest }),
    party: message.party,
    street: message.street,
    type: message.type,
    drill: message.drill,
    endpoint,
    body: message.body,
    state: withheld ? 'withheld' : 'waiting',
    attempts: 0,
    createdAt: at,
    nextAt: at,
  };
}
