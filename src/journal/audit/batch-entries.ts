import { hash } from 'node:crypto';
import type { AlertPassage } from '../../model/alert.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { LogEvent } from '../../model/log-entry.ts';
import type { Rejection } from '../../model/rejection.ts';
import { safeUrl } from '../../model/safe-url.ts';
import type { Millis } from '../../model/time.ts';
import type { WorkOrder } from '../../model/work-order.ts';
import type { CommitBatch, ReceiptAnswer } from '../journal.ts';
import { entryText, type AuditEntry } from './audit-line.ts';
import { orderChange } from './order-change.ts';

type Body = AuditEntry['body'];

/** Telemetry is in the log, not here; receipts are recorded with their answers, by whichever door they came. */
const ELSEWHERE: ReadonlySet<LogEvent['kind']> = new Set(['message', 'tick', 'receipt']);
/** Whatever an event is about, the first of these that it has. */
const SUBJECTS = ['order', 'alert', 'delivery', 'incident', 'silence', 'id'] as const;

/**
 * All that one batch decided, as entries of the audit record, causes before their effects.
 *
 * B1  Every event that is no telemetry is recorded with whatever it holds and what became of it: a new kind needs nothing here.
 * B2  Of an order only what is new is recorded, against `before`, the versions before.
 * B3  No telemetry, no secret and no credential in an address ever enters it.
 */
export function batchEntries(batch: CommitBatch, before: ReadonlyMap<string, WorkOrder>): string[] {
  const { at, events } = batch.entry;
  const texts: string[] = [];
  const put = (kind: string, subject: string, body: Body): void => void texts.push(entryText({ at, kind, subject, body }));
  for (const event of events) if (!ELSEWHERE.has(event.kind)) put(`event.${event.kind}`, subjectOf(event), eventBody(event, batch));
  for (const answer of batch.answers ?? []) put('receipt', answer.receipt.order, answerBody(answer));
  for (const rejection of batch.rejections)
    if (rejection.code === 'receipt-foreign') put('receipt', orderOf(rejection.topic), foreignBody(rejection));
  for (const transition of batch.transitions ?? []) put('alert', transition.alert.id, transitionBody(transition));
  for (const order of batch.orders) {
    const change = orderChange(before.get(order.id) ?? null, order);
    if (change !== null) put('order', order.id, change);
  }
  texts.push(...deliveryEntries(batch.deliveries, at));
  return texts;
}

/** What is to be sent, to whom: all of one order, or of one digest, in one record. */
export function deliveryEntries(made: readonly Delivery[], at: Millis): string[] {
  const byOrder = new Map<string, Delivery[]>();
  for (const delivery of made) {
    const others = byOrder.get(delivery.order);
    if (others === undefined) byOrder.set(delivery.order, [delivery]);
    else others.push(delivery);
  }
  return [...byOrder].map(([subject, deliveries]) => {
    const orders = deliveries[0]?.digest?.map(({ order }) => order);
    const body = { deliveries: deliveries.map(deliveryBody), ...(orders === undefined ? {} : { orders }) };
    return entryText({ at, kind: 'deliveries', subject, body });
  });
}

function subjectOf(event: LogEvent): string {
  for (const name of SUBJECTS) {
    const value = (event as Readonly<Record<string, unknown>>)[name];
    if (typeof value === 'string') return value;
  }
  return event.kind;
}

function eventBody(event: LogEvent, { results }: CommitBatch): Body {
  const { kind: _kind, ...body } = event;
  const result = results?.get(event);
  return result === undefined ? body : { ...body, result };
}

function answerBody({ receipt, outcome }: ReceiptAnswer): Body {
  const { kind: _kind, order: _order, ...body } = receipt;
  return { ...body, outcome };
}

function foreignBody({ code, detail, gateway, topic }: Rejection): Body {
  return { door: 'mqtt', gateway, topic, outcome: { kind: 'refused', code, detail } };
}

/** `orders/{id}/receipts` */
function orderOf(topic: string): string {
  return topic.split('/')[1] ?? topic;
}

/** In the order of their names, as they are written: it spares sorting them. */
function transitionBody({ alert, was, at }: AlertPassage): Body {
  const { because, incident, latched, level, rule, since, state, subject, value, version } = alert;
  const reset = alert.reset ?? undefined;
  return { at, because, incident, key: subject.key, latched, level, reset, rule, since, state, value, version, was };
}

/** The body is proved by its digest; it stands in the delivery itself as long as that is kept. */
function deliveryBody({ body, drill, endpoint, id, party, state, street, type }: Delivery): Body {
  const to = endpoint.kind === 'webhook' ? { id: endpoint.id, url: safeAddress(endpoint.url) } : { id: endpoint.id, topic: endpoint.topic };
  return { drill, endpoint: to, id, party, sha256: hash('sha256', body), state, street, type };
}

/** There are few endpoints, and many deliveries to each. */
const ADDRESSES = 1_000;
const addresses = new Map<string, string>();

function safeAddress(url: string): string {
  const known = addresses.get(url);
  if (known !== undefined) return known;
  if (addresses.size >= ADDRESSES) addresses.clear();
  const safe = safeUrl(url);
  addresses.set(url, safe);
  return safe;
}
