import type { Text } from '../model/text.ts';
import { askServer, type Server } from './server-client.ts';

interface Reason {
  readonly code: string;
  readonly text: Text;
}

/** A delivery as the API answers it. */
export interface DeliveryRow {
  readonly id: string;
  readonly order: string;
  readonly type: string;
  readonly party: string;
  readonly street: string | null;
  readonly to: string;
  readonly state: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly reason: Reason | null;
  readonly lastAttempt: { readonly at: string; readonly reason: Reason | null } | null;
  readonly replays: readonly { readonly at: string; readonly by: string | null }[];
}

/** An endpoint as the API answers it. */
export interface EndpointRow {
  readonly id: string;
  readonly kind: string;
  readonly to: string;
  readonly serves: readonly { readonly party: string; readonly street: string | null }[];
  readonly configured: boolean;
  readonly waiting: number;
  readonly underWay: number;
  readonly parked: number;
  readonly down: boolean;
  readonly downSince: string | null;
  readonly lastSuccess: string | null;
  readonly lastFailure: { readonly at: string; readonly text: Text } | null;
}

/** Of all that were asked for. */
export interface Replayed {
  readonly replayed: readonly string[];
  readonly refused: readonly { readonly delivery: string; readonly title: Text; readonly detail: string }[];
}

type Filter = Readonly<Record<'state' | 'party' | 'endpoint', string | undefined>>;

/** All deliveries that the filter leaves, newest first. @throws Refusal `server-unreachable`, or the code that the server gave. */
export async function fetchDeliveries(server: Server, filter: Filter): Promise<DeliveryRow[]> {
  const found: DeliveryRow[] = [];
  const wanted = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams([...wanted, ['limit', '200'], ...(cursor === null ? [] : [['cursor', cursor]])] as [
      string,
      string,
    ][]);
    const page = (await askServer(server, `/api/v1/deliveries?${query.toString()}`)) as { items: DeliveryRow[]; next: string | null };
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

export async function fetchEndpoints(server: Server): Promise<readonly EndpointRow[]> {
  return ((await askServer(server, '/api/v1/endpoints')) as { items: EndpointRow[] }).items;
}

/** @throws Refusal with the code that the server gave when it does not send it again. */
export async function replayDelivery(server: Server, id: string, evenIfOvertaken: boolean): Promise<Replayed> {
  await askServer(server, `/api/v1/deliveries/${encodeURIComponent(id)}/replay`, { evenIfOvertaken });
  return { replayed: [id], refused: [] };
}

export async function replayEndpoint(server: Server, endpoint: string, evenIfOvertaken: boolean): Promise<Replayed> {
  return (await askServer(server, `/api/v1/endpoints/${encodeURIComponent(endpoint)}/replay`, { evenIfOvertaken })) as Replayed;
}
