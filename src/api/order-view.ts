import type { Text } from '../model/text.ts';
import { isoTime } from '../model/time.ts';
import type { WorkOrder } from '../model/work-order.ts';
import type { ApiPorts, OrderDetail } from './ports.ts';

/** What a party is called; `null` for one that the city no longer names. */
export type Titles = (party: string) => Text | null;

export function titlesOf(ports: Pick<ApiPorts, 'parties'>): Titles {
  const titles = new Map(ports.parties().map(({ id, title }) => [id, title]));
  return (party) => titles.get(party) ?? null;
}

/** Times as people and other systems read them. */
export function orderView(order: WorkOrder, titles: Titles): Record<string, unknown> {
  const { kind: _, openedAt, beganAt, closedAt, trail, assignments, alerts, ...rest } = order;
  return {
    ...rest,
    openedAt: isoTime(openedAt),
    ...(beganAt === undefined ? {} : { beganAt: isoTime(beganAt) }),
    closedAt: closedAt === null ? null : isoTime(closedAt),
    alerts: alerts.map((alert) => ({
      ...alert,
      since: isoTime(alert.since),
      resolvedAt: alert.resolvedAt === null ? null : isoTime(alert.resolvedAt),
    })),
    assignments: assignments.map((one) => ({
      ...one,
      title: titles(one.party),
      ...(one.dispatchedAt === undefined ? {} : { dispatchedAt: isoTime(one.dispatchedAt) }),
      due: { accept: isoTime(one.due.accept), arrive: isoTime(one.due.arrive), close: isoTime(one.due.close) },
    })),
    trail: trail.map(({ at, what, ...entry }) => ({ at: isoTime(at), what, ...entry })),
  };
}

export function detailView(detail: OrderDetail, titles: Titles): Record<string, unknown> {
  return {
    ...orderView(detail.order, titles),
    deliveries: detail.deliveries.map(({ delivery, attempts }) => ({
      id: delivery.id,
      webhookId: delivery.message,
      type: delivery.type,
      party: delivery.party,
      street: delivery.street,
      to: delivery.endpoint.kind === 'webhook' ? originOf(delivery.endpoint.url) : delivery.endpoint.topic,
      state: delivery.state,
      createdAt: isoTime(delivery.createdAt),
      attempts: attempts.map((attempt) => ({
        number: attempt.number,
        at: isoTime(attempt.at),
        tookMs: attempt.took,
        outcome: attempt.outcome,
      })),
    })),
    receipts: detail.receipts.map(({ kind: _, at, ...receipt }) => ({ ...receipt, at: at === null ? null : isoTime(at) })),
  };
}

/** A webhook's path may hold a secret; the origin is enough to know whom it went to. */
export function originOf(url: string): string {
  return new URL(url).origin;
}
