import { randomUUID } from 'node:crypto';
import type { Level } from '../model/level.ts';
import type { OrderDeed } from '../model/order-command.ts';
import type { ReceiptState } from '../model/receipt.ts';
import type { Text } from '../model/text.ts';
import { askServer, endOnServer, type Server } from './server-client.ts';

/** What people of the centre do, asked of a running server. All throw a Refusal with the code that the server gave. */

/** What became of a command or a receipt. */
export interface Answered {
  readonly id: string;
  readonly result: string;
  readonly order: string;
  readonly state?: string;
  /** What whoever gave the command should know. */
  readonly warning?: Text;
}

export interface CommandRequest {
  readonly do: OrderDeed['do'];
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly reason?: string;
}

export async function commandOrder(server: Server, order: string, request: CommandRequest): Promise<Answered> {
  return (await askServer(server, `/api/v1/orders/${encodeURIComponent(order)}/commands`, request)) as Answered;
}

export interface ReceiptRequest {
  readonly party: string;
  readonly street?: string;
  readonly state: ReceiptState;
  readonly by: string;
  readonly note?: string;
}

/** What a party has said by telephone, written down for it; under an id of its own: it may say the same again after a return. */
export async function sendReceipt(server: Server, order: string, request: ReceiptRequest): Promise<Answered> {
  return (await askServer(server, `/api/v1/orders/${encodeURIComponent(order)}/receipts`, { ...request, id: randomUUID() })) as Answered;
}

/** Which alerts are meant, as the API writes it. */
export type SilenceMatch = Readonly<Partial<Record<'rule' | 'kind' | 'place' | 'street' | 'key', string>>>;

/** A silence as the API answers it. */
export interface SilenceRow {
  readonly id: string;
  readonly sort: 'silence' | 'maintenance';
  readonly match: SilenceMatch;
  readonly from: string;
  readonly until: string;
  readonly by: string;
  readonly reason: string;
  readonly lifeSafety: boolean;
}

export async function fetchSilences(server: Server): Promise<readonly SilenceRow[]> {
  return ((await askServer(server, '/api/v1/silences')) as { items: SilenceRow[] }).items;
}

export async function addSilence(server: Server, draft: Omit<SilenceRow, 'id' | 'from'> & { readonly from?: string }): Promise<SilenceRow> {
  return (await askServer(server, '/api/v1/silences', draft)) as SilenceRow;
}

export interface Ended {
  readonly id: string;
  readonly result: string;
}

export async function endSilence(server: Server, id: string, by: string): Promise<Ended> {
  return (await endOnServer(server, `/api/v1/silences/${encodeURIComponent(id)}?${new URLSearchParams({ by }).toString()}`)) as Ended;
}

/** An exercise as the API answers it. */
export interface DrillRow {
  readonly id: string;
  readonly rule: string;
  readonly place: string;
  readonly level: Level;
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

export async function fetchDrills(server: Server): Promise<readonly DrillRow[]> {
  return ((await askServer(server, '/api/v1/drills')) as { items: DrillRow[] }).items;
}

export async function startDrill(server: Server, draft: Omit<DrillRow, 'id' | 'until'> & { readonly minutes: number }): Promise<DrillRow> {
  return (await askServer(server, '/api/v1/drills', draft)) as DrillRow;
}

export async function stopDrill(server: Server, id: string, by: string): Promise<Ended> {
  return (await endOnServer(server, `/api/v1/drills/${encodeURIComponent(id)}?${new URLSearchParams({ by }).toString()}`)) as Ended;
}
