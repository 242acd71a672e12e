import type { OrderStep, StatsBy } from '../model/order-stats.ts';
import type { Text } from '../model/text.ts';
import { askServer, type Server } from './server-client.ts';

/** How long one step took, as the API answers it. */
export interface StepView {
  readonly count: number;
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
  readonly exact: boolean;
  readonly waiting: number;
  readonly missed: number;
  readonly breached: number | null;
}

export interface StatsGroupView {
  readonly key: string | null;
  readonly title: Text | null;
  readonly orders: number;
  readonly assignments: number;
  readonly states: Readonly<Record<string, number>>;
  readonly steps: Readonly<Record<OrderStep, StepView>>;
}

export interface OrderStatsView {
  readonly from: string;
  readonly to: string;
  readonly by: StatsBy;
  readonly drills: 'without' | 'only';
  readonly leftOut: number;
  readonly all: StatsGroupView;
  readonly groups: readonly StatsGroupView[];
}

/** Asks a running server. @throws Refusal `server-unreachable`, or the code that the server gave. */
export async function fetchOrderStats(server: Server, query: Readonly<Record<string, string>>): Promise<OrderStatsView> {
  return (await askServer(server, `/api/v1/orders/stats?${new URLSearchParams(query).toString()}`)) as OrderStatsView;
}
