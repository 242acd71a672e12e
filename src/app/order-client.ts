import type { Text } from '../model/text.ts';
import { askServer, type Server } from './server-client.ts';

/** An order as the API answers it. */
export interface OrderView {
  readonly id: string;
  readonly state: string;
  readonly level: string;
  readonly title: Text;
  readonly drill: boolean;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly alerts: readonly { readonly rule: string; readonly version: number; readonly because: Text }[];
  readonly assignments: readonly { readonly party: string; readonly role: string; readonly state: string }[];
  readonly trail: readonly {
    readonly at: string;
    readonly what: string;
    readonly party: string | null;
    readonly state: string | null;
    readonly by: string | null;
    readonly note: string | null;
  }[];
}

/** All orders of a running server, newest first. @throws Refusal `server-unreachable`, or the code that the server gave. */
export async function fetchOrders(server: Server, state: string | null): Promise<OrderView[]> {
  const found: OrderView[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: '200', ...(state === null ? {} : { state }), ...(cursor === null ? {} : { cursor }) });
    const page = (await askServer(server, `/api/v1/orders?${query.toString()}`)) as { items: OrderView[]; next: string | null };
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

export async function fetchOrder(server: Server, id: string): Promise<OrderView> {
  return (await askServer(server, `/api/v1/orders/${encodeURIComponent(id)}`)) as OrderView;
}
