import { createHash } from 'node:crypto';
import type { AlertTransition } from '../../model/alert.ts';
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
 * B2  Of an order only what is new is recorded, by `before`, which gives the version before it.
 * B3  No telemetry, no secret and no credential in an address ever enters it.
 */
export function batchEntries(batch: CommitBatch, before: (order: WorkOrder) => WorkOrder | null): string[] {
  const { at, events } = batch.entry;
  const texts: string[] = [];
  const put = (kind: string, subject: string, body: Body): void => void texts.push(entryText({ at, kind, subject, body }));
  for (const event of events) if (!ELSEWHERE.has(event.kind)) put(`event.${event.kind}`, subjectOf(event), eventBody(event, batch));
  for (const answer of batch.answers ?? []) put('receipt', answer.receipt.order, answerBody(answer));
  for (const rejection of batch.rejections)
    if (rejection.code === 'receipt-foreign') put('receipt', orderOf(rejection.topic), foreignBody(rejection));
  for (const transition of batch.transitions ?? []) put('alert', transition.alert.id, transitionBody(transition));
  for (const order of batch.orders) {
    const change = orderChange(before(order), order);
    if (change !== null) put('order', order.id, change);
  }
  for (const delivery of batch.deliveries) put('delivery', delivery.id, deliveryBody(delivery));
  return texts;
}

/** Deliveries that no batch made: the configuration changed under what waited. */
export function madeEntries(made: readonly Delivery[], at: Millis): string[] {
  return made.map((delivery) => entryText({ at, kind: 'delivery', subject: delivery.id, body: deliveryBody(delivery) }));
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

function transitionBody({ alert, was, at }: AlertTransition): Body {
  const { rule, version, subject, state, level, latched, since, value, because, incident, reset } = alert;
  return { rule, version, key: subject.key, was, state, level, latched, since, at, value, because, incident, reset: reset ?? undefined };
}

/** The body is proved by its digest; it stands in the delivery itself as long as that is kept. */
function deliveryBody({ message, order, party, street, type, drill, endpoint, state, body }: Delivery): Body {
  const to =
    endpoint.kind === 'webhook'
      ? { kind: endpoint.kind, id: endpoint.id, url: safeUrl(endpoint.url) }
      : { kind: endpoint.kind, id: endpoint.id, topic: endpoint.topic };
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { message, order, party, street, type, drill, endpoint: to, state, sha256 };
}
