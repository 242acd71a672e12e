import type { FastifyInstance } from 'fastify';
import { fingerprint } from '../../model/fingerprint.ts';
import type { Receipt, ReceiptOutcome, ReceiptState } from '../../model/receipt.ts';
import { isoTime } from '../../model/time.ts';
import type { WorkOrder } from '../../model/work-order.ts';
import { PAGE_QUERY, pageOf, type PageParams } from '../paging.ts';
import type { ApiPorts, OrderDetail } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';

interface ReceiptBody {
  readonly party: string;
  readonly street?: string | null;
  readonly state: ReceiptState;
  readonly by?: string;
  readonly note?: string;
  readonly at?: string | number;
  readonly id?: string;
}

const RECEIPT_BODY = {
  type: 'object',
  required: ['party', 'state'],
  properties: {
    party: { type: 'string', minLength: 1, maxLength: 64 },
    street: { type: ['string', 'null'], maxLength: 16 },
    state: { type: 'string', enum: ['accepted', 'on-site', 'resolved', 'declined'] },
    by: { type: 'string', maxLength: 200 },
    note: { type: 'string', maxLength: 2000 },
    at: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'integer', minimum: 0 }] },
    id: { type: 'string', minLength: 1, maxLength: 128 },
  },
} as const;

/** Orders, and the door for their receipts. */
export function orderRoutes(server: FastifyInstance, ports: ApiPorts): void {
  server.get<{ Querystring: PageParams & { state?: string; party?: string; street?: string; level?: string } }>(
    '/api/v1/orders',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['orders'],
        summary: 'Work orders, newest first · 工单',
        querystring: {
          type: 'object',
          properties: {
            ...PAGE_QUERY,
            state: { type: 'string', enum: ['open', 'closed', 'cancelled'] },
            party: { type: 'string' },
            street: { type: 'string' },
            level: { type: 'string', enum: ['blue', 'yellow', 'orange', 'red'] },
          },
        },
      },
    },
    (request) => {
      const { state, party, street, level } = request.query;
      const page = ports.orders({ ...pageOf(request.query), state: state ?? null, party: party ?? null, street: street ?? null, level: level ?? null });
      return { clock: clockOf(ports), items: page.items.map(orderView), next: page.next };
    },
  );

  server.get<{ Params: { id: string } }>(
    '/api/v1/orders/:id',
    { config: { role: 'viewer' }, schema: { tags: ['orders'], summary: 'One order with its whole trail · 工单详情', params: idParams() } },
    (request, reply) => {
      const detail = ports.order(request.params.id);
      return detail === null ? sendProblem(reply, 'api-order-unknown') : { clock: clockOf(ports), ...detailView(detail) };
    },
  );

  server.post<{ Params: { id: string }; Body: ReceiptBody }>(
    '/api/v1/orders/:id/receipts',
    {
      config: { role: 'operator' },
      bodyLimit: 16_384,
      schema: { tags: ['orders'], summary: "A party's answer; idempotent by id · 回执", params: idParams(), body: RECEIPT_BODY },
    },
    async (request, reply) => {
      const receipt = receiptOf(request.params.id, request.body);
      const outcome = await ports.submitReceipt(receipt);
      if (outcome.kind === 'refused') return refuse(reply, outcome);
      return reply.code(outcome.kind === 'moved' ? 201 : 200).send({ id: receipt.id, result: outcome.kind, order: receipt.order });
    },
  );
}

function idParams(): object {
  return { type: 'object', required: ['id'], properties: { id: { type: 'string', maxLength: 128 } } };
}

function refuse(reply: Parameters<typeof sendProblem>[0], outcome: Extract<ReceiptOutcome, { readonly kind: 'refused' }>): unknown {
  return sendProblem(reply, `api-${outcome.code}`, outcome.detail, { allowed: outcome.allowed });
}

function receiptOf(order: string, body: ReceiptBody): Receipt {
  const at = body.at === undefined ? null : typeof body.at === 'number' ? body.at : Date.parse(body.at);
  const id = body.id ?? fingerprint('rc', order, body.party, body.street ?? '', body.state, at ?? '', body.by ?? '');
  return {
    kind: 'receipt',
    id,
    order,
    party: body.party,
    street: body.street ?? null,
    state: body.state,
    by: body.by ?? null,
    note: body.note ?? null,
    at,
    door: 'http',
  };
}

/** Times as people and other systems read them. */
function orderView(order: WorkOrder): Record<string, unknown> {
  const { kind: _, openedAt, closedAt, trail, assignments, alerts, ...rest } = order;
  return {
    ...rest,
    openedAt: isoTime(openedAt),
    closedAt: closedAt === null ? null : isoTime(closedAt),
    alerts: alerts.map((alert) => ({ ...alert, since: isoTime(alert.since), resolvedAt: alert.resolvedAt === null ? null : isoTime(alert.resolvedAt) })),
    assignments: assignments.map((one) => ({
      ...one,
      due: { accept: isoTime(one.due.accept), arrive: isoTime(one.due.arrive), close: isoTime(one.due.close) },
    })),
    trail: trail.map((entry) => ({ ...entry, at: isoTime(entry.at) })),
  };
}

function detailView(detail: OrderDetail): Record<string, unknown> {
  return {
    ...orderView(detail.order),
    deliveries: detail.deliveries.map(({ delivery, attempts }) => ({
      id: delivery.id,
      webhookId: delivery.message,
      type: delivery.type,
      party: delivery.party,
      street: delivery.street,
      to: delivery.endpoint.kind === 'webhook' ? originOf(delivery.endpoint.url) : delivery.endpoint.topic,
      state: delivery.state,
      createdAt: isoTime(delivery.createdAt),
      attempts: attempts.map((attempt) => ({ number: attempt.number, at: isoTime(attempt.at), tookMs: attempt.took, outcome: attempt.outcome })),
    })),
    receipts: detail.receipts.map(({ kind: _, at, ...receipt }) => ({ ...receipt, at: at === null ? null : isoTime(at) })),
  };
}

/** A webhook's path may hold a secret; the origin is enough to know whom it went to. */
function originOf(url: string): string {
  return new URL(url).origin;
}

function clockOf(ports: ApiPorts): 'wall' | 'events' {
  return ports.drill ? 'events' : 'wall';
}
