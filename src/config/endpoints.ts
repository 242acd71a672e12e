import type { Endpoint } from '../model/delivery.ts';
import { fingerprint } from '../model/fingerprint.ts';
import type { Config, TopicFormat } from './config.ts';

/** Webhooks of a party: those of the street first, then those that get everything. One address is told once. */
export function endpointsOf(config: Pick<Config, 'parties'>, party: string, street: string | null): Endpoint[] {
  const entry = config.parties[party];
  if (entry === undefined) return [];
  const desk = street === null ? undefined : entry.byStreet[street];
  const byId = new Map<string, Endpoint>();
  for (const { url, secrets, drills, format } of [...(desk?.webhooks ?? []), ...entry.webhooks]) {
    const id = fingerprint('ep', url);
    if (!byId.has(id)) byId.set(id, { kind: 'webhook', id, url, secrets, drills, ...(format === undefined ? {} : { format }) });
  }
  return [...byId.values()];
}

/** What the topic of a party, or of its office, carries. The topic of the party is one for all its offices. */
export function topicFormatOf(config: Pick<Config, 'parties'>, party: string, street: string | null): TopicFormat {
  const entry = config.parties[party];
  const desk = street === null ? undefined : entry?.byStreet[street];
  return desk?.topicFormat ?? entry?.topicFormat ?? 'maibo';
}
