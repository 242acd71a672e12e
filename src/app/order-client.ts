import { Refusal } from '../model/problem.ts';
import { safeUrl } from '../model/safe-url.ts';
import type { Text } from '../model/text.ts';

export interface Server {
  readonly url: string;
  readonly token: string | null;
}

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
    const page = (await ask(server, `/api/v1/orders?${query.toString()}`)) as { items: OrderView[]; next: string | null };
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

export async function fetchOrder(server: Server, id: string): Promise<OrderView> {
  return (await ask(server, `/api/v1/orders/${encodeURIComponent(id)}`)) as OrderView;
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly titleZh?: string;
  readonly detail?: string;
}

async function ask({ url, token }: Server, path: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url + path, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });
  } catch {
    throw new Refusal('server-unreachable', `No server answers at ${safeUrl(url)}; start it with "maibo serve", or give --url.`);
  }
  const body = (await response.json().catch(() => null)) as Problem | null;
  if (body === null)
    throw new Refusal('server-unreachable', `What answers at ${safeUrl(url)} is no Maibo server; give its address with --url.`);
  if (response.ok) return body;
  throw new Refusal(
    body.code ?? 'server-refused',
    `${body.titleZh ?? ''} ${body.title ?? response.statusText}${body.detail === undefined ? '' : `: ${body.detail}`}`.trim(),
  );
}
