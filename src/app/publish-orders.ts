import type { Taken } from '../deliver/mqtt.ts';
import type { Broker } from '../ingest/broker.ts';
import { IngestError } from '../ingest/ingest-error.ts';

/**
 * Orders by MQTT: to the topic of the party and, where it has an office a street, to that of the street as well. Taken by
 * either, it is delivered. Where nobody listens it must be tried again, unless exactly this office is reached by webhook,
 * or it is a drill: MQTT is then a mirror, and nobody need look into it.
 */
export function publishOrders(
  broker: () => Broker | null,
  reachedByWebhook: (party: string, street: string | null) => boolean,
  /** In the format that whoever listens to this topic asks for. */
  written: (party: string, street: string | null, body: string) => string = (_party, _street, body) => body,
): (topic: string, body: string) => Promise<Taken> {
  return async (topic, body) => {
    const open = broker();
    if (open === null) throw new IngestError('broker-lost', 'not open yet');
    const levels = topic.split('/');
    const drill = levels[0] === 'drill';
    const [, party = '', street = null] = drill ? levels.slice(1) : levels;
    const listeners =
      street === null
        ? [{ topic, street }]
        : [
            { topic, street },
            { topic: topic.slice(0, topic.lastIndexOf('/')), street: null },
          ];
    const results = await Promise.allSettled(
      listeners.map(async (one) => open.publish(one.topic, written(party, one.street, body), { qos: 1 })),
    );
    if (results.some((result) => result.status === 'fulfilled')) return 'taken';
    // One that does not acknowledge may yet do so: only where nobody is there at all is it unheard.
    const failed = results.find((result) => result.status === 'rejected' && !isNoSubscriber(result.reason));
    if (failed?.status === 'rejected') throw failed.reason as Error;
    return drill || reachedByWebhook(party, street) ? 'mirror' : 'nobody';
  };
}

function isNoSubscriber(reason: unknown): boolean {
  return reason instanceof IngestError && reason.code === 'no-subscriber';
}
