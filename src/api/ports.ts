import type { Alert } from '../model/alert.ts';
import type { BacktestPorts } from './backtest-ports.ts';
import type { HistoryPorts } from './history-ports.ts';
import type { Forbidden } from '../model/log-entry.ts';
import type { Attempt, Delivery } from '../model/delivery.ts';
import type { AlertExplanation, SignExplanation } from '../model/explanation.ts';
import type { DeliveryState } from '../model/delivery.ts';
import type { Level } from '../model/level.ts';
import type { Party, Place, Street } from '../model/place.ts';
import type { OrderStats, OrderStatsQuery } from '../model/order-stats.ts';
import type { Receipt, ReceiptOutcome } from '../model/receipt.ts';
import type { Rejection } from '../model/rejection.ts';
import type { CommandOutcome, OrderDeed } from '../model/order-command.ts';
import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import type { Text } from '../model/text.ts';
import type { Drill, Silence } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';
import type { WorkOrder } from '../model/work-order.ts';

/** A page of a list, newest first; `next` is the cursor of the following one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor: string | null;
}

export interface OrderQuery extends PageQuery {
  readonly state: string | null;
  readonly party: string | null;
  readonly street: string | null;
  readonly level: string | null;
}

/** One order with everything that was said about it. */
export interface OrderDetail {
  readonly order: WorkOrder;
  readonly deliveries: readonly { readonly delivery: Delivery; readonly attempts: readonly Attempt[] }[];
  readonly receipts: readonly Receipt[];
}

/** A vital sign with its standing wherever it is watched. */
export interface SignView {
  readonly id: string;
  readonly version: number;
  readonly title: Text;
  readonly domain: string;
  readonly unit: string;
  readonly level: Level | null;
  readonly keys: number;
}

export interface StandingView {
  readonly key: string;
  readonly place: string | null;
  readonly street: string | null;
  readonly level: Level | null;
  readonly pending: Level | null;
  readonly value: number | null;
  readonly at: Millis;
}

export interface SensorView {
  readonly id: string;
  readonly model: string;
  readonly place: string | null;
  readonly street: string | null;
  readonly adopted: boolean;
  readonly cadence: Millis | null;
  readonly lastSeen: Millis | null;
  /** `never-heard`, `talking`, or `silent` (nothing for three cadences). */
  readonly state: 'never-heard' | 'talking' | 'silent';
}

export interface ReadingsResult {
  readonly readings: number;
  /** Reports of maintenance: kept, never judged. */
  readonly tests: number;
  readonly duplicates: number;
  readonly rejections: readonly Rejection[];
}

/** What became of the body that a party sent; `id` is its own or the one made for it. */
export type ReceiptAnswer =
  | (ReceiptOutcome & { readonly id: string })
  | { readonly kind: 'invalid'; readonly pointer: string; readonly detail: string };

export type ServerEvent =
  | { readonly id: string; readonly name: 'sign'; readonly data: SignChange }
  | { readonly id: string; readonly name: 'alert'; readonly data: Alert }
  | { readonly id: string; readonly name: 'order'; readonly data: WorkOrder };

/** Where a sign stands at one key now. */
export interface SignChange {
  readonly id: string;
  readonly key: string;
  readonly place: string | null;
  readonly street: string | null;
  readonly level: Level | null;
  readonly pending: Level | null;
  readonly value: number | null;
}

export interface EndpointView {
  readonly id: string;
  readonly kind: 'webhook' | 'mqtt';
  /** Origin of the webhook, or the topic: a path may hold a secret. */
  readonly to: string;
  readonly serves: readonly { readonly party: string; readonly street: string | null }[];
  /** `false`: something was sent there, but no configuration names it any more. */
  readonly configured: boolean;
  readonly waiting: number;
  readonly underWay: number;
  readonly parked: number;
  readonly down: boolean;
  readonly downSince: Millis | null;
  /** Of this process, like the last failure. */
  readonly lastSuccess: Millis | null;
  readonly lastFailure: { readonly at: Millis; readonly reason: string; readonly status: number | null } | null;
}

export interface DeliveryQuery extends PageQuery {
  readonly state: DeliveryState | null;
  readonly party: string | null;
  readonly endpoint: string | null;
}

export interface DeliveryDetail {
  readonly delivery: Delivery;
  readonly last: Attempt | null;
}

/** Who wants parked deliveries sent again, and whether also those that a later message has overtaken. */
export interface ReplayAsked {
  readonly by: string | null;
  readonly evenIfOvertaken: boolean;
}

export type ReplayOutcome =
  | { readonly kind: 'replayed'; readonly delivery: string /** Ids of what waits now. */; readonly waiting: readonly string[] }
  | {
      readonly kind: 'refused';
      readonly delivery: string;
      readonly code: 'delivery-unknown' | 'delivery-not-parked' | 'delivery-order-over' | 'delivery-overtaken';
      readonly detail: string;
    };

/** What became of the rule files when they were last looked at while running. */
export interface ReloadOutcome {
  readonly at: Millis;
  /** `refused`: a file has a fault, and the rules in force go on. */
  readonly result: 'changed' | 'unchanged' | 'refused';
  /** Of the rules in force afterwards. */
  readonly hash: string;
  readonly rules: number;
  readonly problems: readonly Problem[];
}

/** A command as it was sent; without an id it gets one. */
export interface CommandDraft {
  readonly deed: OrderDeed;
  readonly by: string;
  readonly reason: string | null;
  readonly id: string | null;
}

/** What a known token was refused, by which route. */
export type ForbiddenRequest = Pick<Forbidden, 'token' | 'route' | 'order' | 'party' | 'detail'>;

/** What the API asks of the rest; `app/` joins it. */
export interface ApiPorts extends HistoryPorts, BacktestPorts {
  /** True when the clock follows the data: every answer says so. */
  readonly drill: boolean;
  readonly now: () => Millis;
  orders(query: OrderQuery): Page<WorkOrder>;
  order(id: string): OrderDetail | null;
  orderStats(query: Omit<OrderStatsQuery, 'now'>): Promise<OrderStats>;
  /** What a span means of which an end was left open: by the clock of the orders, to now, and 30 days back. */
  statsSpan(from: Millis | null, to: Millis | null): { readonly from: Millis; readonly to: Millis };
  alerts(query: PageQuery & { readonly state: string | null; readonly rule: string | null }): Page<Alert>;
  alert(id: string): Alert | null;
  rejections(query: PageQuery & { readonly code: string | null; readonly gateway: string | null }): Page<Rejection>;
  sensors(query: PageQuery & { readonly state: string | null; readonly place: string | null }): Page<SensorView>;
  places(): readonly Place[];
  streets(): readonly Street[];
  parties(): readonly Party[];
  signs(): readonly SignView[];
  standings(rule: string): readonly StandingView[];
  rules(): readonly Rule[];
  /** Why a sign stands as it does at a key, or why not; `null`: there is no such sign. */
  explainSign(sign: string, key: string): SignExplanation | null;
  explainAlert(id: string): AlertExplanation | null;
  /** Reads the rule files again, and puts them in force if all of them are right. */
  reloadRules(): Promise<ReloadOutcome>;
  lastReload(): ReloadOutcome | null;
  endpoints(): readonly EndpointView[];
  deliveries(query: DeliveryQuery): Page<DeliveryDetail>;
  /** Durable when it resolves. */
  replayDelivery(id: string, asked: ReplayAsked): Promise<ReplayOutcome>;
  replayEndpoint(endpoint: string, asked: ReplayAsked): Promise<readonly ReplayOutcome[]>;
  /** Durable when it resolves. */
  submitReadings(gateway: string, body: Uint8Array): Promise<ReadingsResult>;
  submitReceipt(order: string, body: unknown): Promise<ReceiptAnswer>;
  /** For the audit record: a known token was refused something that would have changed something. */
  noteForbidden(request: ForbiddenRequest): void;
  resetAlert(alert: string, by: string, note: string | null): Promise<boolean>;
  commandOrder(order: string, command: CommandDraft): Promise<CommandOutcome & { readonly id: string }>;
  silences(): readonly Silence[];
  silence(draft: Omit<Silence, 'id' | 'kind'>): Promise<Silence>;
  /** @returns false when there is none of that id */
  endSilence(id: string, by: string): Promise<boolean>;
  drills(): readonly Drill[];
  /** `null`: there is no such rule or place, or the rule opens no order. */
  beginDrill(draft: Omit<Drill, 'id' | 'kind'>): Promise<Drill | null>;
  endDrill(id: string, by: string): Promise<boolean>;
  /** Calls `send` for what is kept after `lastId`, then for everything new, until `stop` is called. `gap`: `lastId` is no longer kept. */
  follow(lastId: string | null, send: (event: ServerEvent) => void): { readonly gap: boolean; readonly stop: () => void };
  /** Names what is not ready; empty when all is. */
  notReady(): readonly string[];
  metrics(): Promise<string>;
}
