import { askServer, type Server } from '../server-client.ts';

/** How history stands, as the API answers it. */
export interface HistoryRow {
  readonly state: 'off' | 'following' | 'waiting' | 'stopped';
  readonly since?: string;
  readonly reason?: string | null;
  readonly store?: string;
  readonly behind?: number;
  readonly points?: number;
  readonly quarantined?: number;
  readonly lost?: number;
  readonly baselines?: { readonly version: string; readonly computedAt: string; readonly keys: number; readonly slots: number } | null;
  readonly baselineFailures?: number;
}

/** @throws Refusal `server-unreachable`, or the code that the server gave. */
export async function fetchHistory(server: Server): Promise<HistoryRow> {
  return (await askServer(server, '/api/v1/history')) as HistoryRow;
}
