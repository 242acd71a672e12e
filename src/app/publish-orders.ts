import type { Broker } from '../ingest/broker.ts';
import { IngestError } from '../ingest/ingest-error.ts';

/**
 * Orders by MQTT: to the topic of the party and, where it has an office a street, to that of the street as well. Taken by
 * either, it is delivered. Where nobody listens it is tried again, unless the party is reached by webhook, or it is a
 * drill: MQTT is then a mirror, and nobody need look into it.
 */
export function publishOrders(
  broker: () => Broker | null,
  reachedByWebhook: (party: string) => boolean,
): (topic: string, body: string) => Promise<void> {
  return async (topic, body) => {
    const open = broker();
    if (open === null) throw new IngestError('broker-lost', 'not open yet');
    const levels = topic.split('/');
    const drill = levels[0] === 'drill';
    const [, party, street] = drill ? levels.slice(1) : levels;
    const topics = street === undefined ? [topic] : [topic, topic.slice(0, topic.lastIndexOf('/'))];
    const results = await Promise.allSettled(topics.map((one) => open.publish(one, body, { qos: 1 })));
    if (results.some((result) => result.status === 'fulfilled')) return;
    const reason: unknown = (results[0] as PromiseRejectedResult).reason;
    const unheard = reason instanceof IngestError && reason.code === 'no-subscriber';
    if (unheard && (drill || reachedByWebhook(party ?? ''))) return;
    throw reason;
  };
}
