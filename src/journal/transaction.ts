import type { Alert } from '../model/alert.ts';
import type { Attempt, Delivery, DeliveryState, Replay } from '../model/delivery.ts';
import type { Receipt } from '../model/receipt.ts';
import { SAMPLE_LIMIT } from '../model/rejection.ts';
import type { Rejection } from '../model/rejection.ts';
import type { WorkOrder } from '../model/work-order.ts';

/** Column values in the order of the INSERT; the last text is the JSON body. */
export type Row = readonly (string | number | null)[];

/** One transaction as it travels to the worker: only text, numbers and bytes, because a clone of deep objects costs more than their JSON. */
export interface Transaction {
  readonly log: { readonly offset: number; readonly body: Uint8Array } | null;
  readonly definitions: readonly Row[];
  readonly alerts: readonly Row[];
  readonly orders: readonly Row[];
  readonly orderParties: readonly Row[];
  readonly receipts: readonly Row[];
  readonly deliveries: readonly Row[];
  readonly digested: readonly Row[];
  readonly attempts: readonly Row[];
  readonly deliveryStates: readonly Row[];
  readonly rejections: readonly Row[];
  /** Entries of the audit record, but for their numbers and hashes. */
  readonly audit: readonly string[];
  /** The samples of the rejections, one after the other: a view would drag the whole packet buffer along. */
  readonly samples: Uint8Array;
  readonly sampleLengths: readonly number[];
}

const NO_BYTES = new Uint8Array(0);

export const EMPTY: Transaction = {
  log: null,
  definitions: [],
  alerts: [],
  orders: [],
  orderParties: [],
  receipts: [],
  deliveries: [],
  digested: [],
  attempts: [],
  deliveryStates: [],
  rejections: [],
  audit: [],
  samples: NO_BYTES,
  sampleLengths: [],
};

export function alertRow(alert: Alert): Row {
  return [alert.id, alert.rule, alert.state, alert.since, JSON.stringify(alert)];
}

export function orderRow(order: WorkOrder): Row {
  return [order.id, order.state, order.level, order.place.street, order.openedAt, JSON.stringify(order)];
}

export function orderPartyRows(orders: readonly WorkOrder[]): Row[] {
  return orders.flatMap((order) => [...new Set(order.assignments.map((a) => a.party))].map((party) => [party, order.openedAt, order.id]));
}

/** Each party numbers its receipts itself: two may both call their first one `1`. */
export function receiptRow(receipt: Receipt): Row {
  const { order, party, street, id } = receipt;
  return [order, `${party}|${street ?? ''}|${id}`, JSON.stringify(receipt)];
}

/** Secrets stay in the configuration: a copy here would outlive their rotation and could be read in a view. */
export function deliveryRow(delivery: Delivery): Row {
  const { state, attempts, nextAt, ...rest } = delivery;
  const endpoint = rest.endpoint.kind === 'webhook' ? { ...rest.endpoint, secrets: [] } : rest.endpoint;
  return [delivery.id, delivery.order, state, attempts, delivery.createdAt, nextAt, JSON.stringify({ ...rest, endpoint })];
}

export function digestedRows(deliveries: readonly Delivery[]): Row[] {
  return deliveries.flatMap(({ id, digest = [] }) => digest.map(({ order }) => [order, id]));
}

export interface DeliveryProgress {
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAt: number;
  readonly reason?: string;
  /** All of them, when there is a new one. */
  readonly replays?: readonly Replay[];
}

export function attemptRow(attempt: Attempt): Row {
  return [attempt.delivery, attempt.number, JSON.stringify(attempt)];
}

export function deliveryStateRow(id: string, progress: DeliveryProgress): Row {
  const { state, attempts, nextAt, reason = null, replays } = progress;
  return [state, attempts, nextAt, reason, id, replays === undefined ? null : JSON.stringify(replays)];
}

export function rejectionRows(rejections: readonly Rejection[]): Pick<Transaction, 'rejections' | 'samples' | 'sampleLengths'> {
  const sampleLengths = rejections.map((r) => Math.min(r.sample.length, SAMPLE_LIMIT));
  const samples = new Uint8Array(sampleLengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  const rows = rejections.map((rejection, i): Row => {
    const { sample, ...rest } = rejection;
    const length = sampleLengths[i] as number;
    samples.set(length === sample.length ? sample : sample.subarray(0, length), at);
    at += length;
    return [rejection.code, rejection.gateway, JSON.stringify(rest)];
  });
  return { rejections: rows, samples, sampleLengths };
}
