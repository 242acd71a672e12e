import { reasonText } from '../model/delivery-reason.ts';
import { isoTime } from '../model/time.ts';
import { originOf, type Titles } from './order-view.ts';
import type { DeliveryDetail, EndpointView } from './ports.ts';

/** A delivery as a list shows it; the body of its message is not in it. */
export function deliveryView({ delivery, last }: DeliveryDetail): Record<string, unknown> {
  const { id, message, order, type, party, street, drill, endpoint, state, attempts, createdAt, nextAt, reason } = delivery;
  return {
    id,
    webhookId: message,
    order,
    type,
    party,
    street,
    drill,
    endpoint: endpoint.id,
    to: endpoint.kind === 'webhook' ? originOf(endpoint.url) : endpoint.topic,
    state,
    attempts,
    createdAt: isoTime(createdAt),
    nextAt: state === 'waiting' ? isoTime(nextAt) : null,
    reason: reason === undefined ? null : { code: reason, text: reasonText(reason) },
    lastAttempt: last === null ? null : { number: last.number, at: isoTime(last.at), tookMs: last.took, ...resultOf(last.outcome) },
    replays: (delivery.replays ?? []).map(({ at, by }) => ({ at: isoTime(at), by })),
  };
}

function resultOf(outcome: NonNullable<DeliveryDetail['last']>['outcome']): Record<string, unknown> {
  const { kind, status } = outcome;
  return { result: kind, status, reason: kind === 'accepted' ? null : { code: outcome.reason, text: reasonText(outcome.reason) } };
}

export function endpointView(view: EndpointView, titles: Titles): Record<string, unknown> {
  const { serves, downSince, lastSuccess, lastFailure, ...rest } = view;
  const time = (at: number | null): string | null => (at === null ? null : isoTime(at));
  return {
    ...rest,
    serves: serves.map((one) => ({ ...one, title: titles(one.party) })),
    downSince: time(downSince),
    lastSuccess: time(lastSuccess),
    lastFailure: lastFailure === null ? null : { ...lastFailure, at: isoTime(lastFailure.at), text: reasonText(lastFailure.reason) },
  };
}
