import type { Delivery, Endpoint } from '../model/delivery.ts';

/** What an acceptance says beside that this message was taken. */
export interface TakenAgain {
  /** Endpoints that had refused something and are configured no longer: what is taken elsewhere stands for them too. */
  readonly gone: readonly string[];
}

/**
 * Whether somebody waits to hear that this delivery was taken: the party had refused something there, or where it is no
 * longer reached. `refused` are ids of deliveries. @returns `null` for no
 */
export function takenAgain({ endpoint }: Delivery, refused: readonly string[], webhooks: readonly Endpoint[]): TakenAgain | null {
  const where = new Set(refused.map((delivery) => delivery.slice(delivery.indexOf('@') + 1)));
  // Where there is a webhook MQTT is only a mirror: that somebody reads it says nothing about the others.
  const mirror = endpoint.kind === 'mqtt' && webhooks.length > 0;
  const known = new Set(webhooks.map(({ id }) => id));
  const gone = mirror ? [] : [...where].filter((id) => id !== endpoint.id && !known.has(id) && !id.startsWith('mqtt:'));
  return gone.length > 0 || where.has(endpoint.id) ? { gone } : null;
}
