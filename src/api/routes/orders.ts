import type { FastifyInstance } from 'fastify';
import { forbiddenRequest, refusalOf } from '../access.ts';
import { strangerIn } from '../misfit.ts';
import { detailView, orderView, titlesOf } from '../order-view.ts';
import { PAGE_QUERY, pageOf, type PageParams } from '../paging.ts';
import type { ApiPorts } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';

/** For the documentation; `schemas/receipt.schema.json` is the whole of it, and the judge of both doors holds to that. */
const RECEIPT_BODY = {
  type: 'object',
  required: ['party', 'state'],
  properties: {
    party: { type: 'string', description: 'Who answers, e.g. fire · 处置单位' },
    street: { type: ['string', 'null'], description: 'Needed only where one party has several assignments in the order · 街镇代码' },
    state: { type: 'string', enum: ['accepted', 'on-site', 'resolved', 'declined'] },
    by: { type: ['string', 'null'], maxLength: 128, description: 'The person who answers · 回执人' },
    note: { type: ['string', 'null'], maxLength: 2000 },
    at: { description: 'RFC 3339 with an offset, or epoch milliseconds; absent: the time of receipt · 发生时刻' },
    id: { type: ['string', 'null'], maxLength: 128, description: 'A repeat under the same id moves nothing · 回执编号' },
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
            state: { type: 'string', enum: ['open', 'resolved', 'closed', 'cancelled'] },
            party: { type: 'string' },
            street: { type: 'string' },
            level: { type: 'string', enum: ['blue', 'yellow', 'orange', 'red'] },
          },
        },
      },
    },
    (request) => {
      const { state, party, street, level } = request.query;
      const page = ports.orders({
        ...pageOf(request.query),
        state: state ?? null,
        party: party ?? null,
        street: street ?? null,
        level: level ?? null,
      });
      const titles = titlesOf(ports);
      return { clock: clockOf(ports), items: page.items.map((order) => orderView(order, titles)), next: page.next };
    },
  );

  server.get<{ Params: { id: string } }>(
    '/api/v1/orders/:id',
    { config: { role: 'viewer' }, schema: { tags: ['orders'], summary: 'One order with its whole trail · 工单详情', params: idParams() } },
    (request, reply) => {
      const detail = ports.order(request.params.id);
      return detail === null ? sendProblem(reply, 'api-order-unknown') : { clock: clockOf(ports), ...detailView(detail, titlesOf(ports)) };
    },
  );

  receiptRoute(server, ports);
}

function receiptRoute(server: FastifyInstance, ports: ApiPorts): void {
  server.post<{ Params: { id: string }; Body: unknown }>(
    '/api/v1/orders/:id/receipts',
    {
      config: { role: 'operator', forParties: true },
      bodyLimit: 16_384,
      schema: { tags: ['orders'], summary: "A party's answer; idempotent by id · 回执", params: idParams(), body: RECEIPT_BODY },
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const { token } = request;
      const refusal = refusalOf(token, request.body);
      if (token !== null && refusal !== null) {
        ports.noteForbidden(forbiddenRequest(request, token, refusal));
        return sendProblem(reply, 'api-forbidden', refusal);
      }
      const stranger = strangerIn(request.body, Object.keys(RECEIPT_BODY.properties));
      if (stranger !== null) return sendProblem(reply, 'api-request-invalid', stranger.detail, { pointer: stranger.pointer });
      const answer = await ports.submitReceipt(request.params.id, request.body);
      switch (answer.kind) {
        case 'invalid':
          return sendProblem(reply, 'api-request-invalid', answer.detail, { pointer: answer.pointer });
        case 'refused':
          return sendProblem(reply, `api-${answer.code}`, answer.detail, { allowed: answer.allowed });
        case 'moved':
          return reply.code(201).send({ id: answer.id, result: 'moved', order: answer.order, state: answer.state });
        case 'repeated':
          return reply.code(200).send({ id: answer.id, result: 'repeated', order: answer.order });
      }
    },
  );
}

function idParams(): object {
  return { type: 'object', required: ['id'], properties: { id: { type: 'string', maxLength: 128 } } };
}

function clockOf(ports: ApiPorts): 'wall' | 'events' {
  return ports.drill ? 'events' : 'wall';
}
