import type { FastifyInstance, FastifyReply } from 'fastify';
import type { DeliveryState } from '../../model/delivery.ts';
import { deliveryView, endpointView } from '../delivery-view.ts';
import { titlesOf } from '../order-view.ts';
import { PAGE_QUERY, pageOf, type PageParams } from '../paging.ts';
import type { ApiPorts, ReplayOutcome } from '../ports.ts';
import { API_ERRORS, sendProblem } from '../problem-details.ts';

interface ReplayBody {
  readonly evenIfOvertaken?: boolean;
}

const REPLAY_BODY = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    evenIfOvertaken: {
      type: 'boolean',
      default: false,
      description: 'Also where a later message of the order was taken meanwhile · 之后的消息已送达时也重投',
    },
  },
} as const;

const ID = { type: 'object', required: ['id'], properties: { id: { type: 'string', maxLength: 160 } } } as const;
const STATES: readonly DeliveryState[] = ['waiting', 'accepted', 'parked', 'withheld', 'unheard', 'superseded'];

/** Where orders go, what became of them, and the way out for what was refused. */
export function deliveryRoutes(server: FastifyInstance, ports: ApiPorts): void {
  readRoutes(server, ports);
  replayRoutes(server, ports);
}

function readRoutes(server: FastifyInstance, ports: ApiPorts): void {
  const clock = ports.drill ? 'events' : 'wall';

  server.get(
    '/api/v1/endpoints',
    { config: { role: 'viewer' }, schema: { tags: ['deliveries'], summary: 'Where orders go, and how each address does · 投递地址' } },
    () => {
      const titles = titlesOf(ports);
      return { clock, items: ports.endpoints().map((one) => endpointView(one, titles)), next: null };
    },
  );

  server.get<{ Querystring: PageParams & { state?: DeliveryState; party?: string; endpoint?: string } }>(
    '/api/v1/deliveries',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['deliveries'],
        summary: 'Deliveries, newest first · 投递',
        querystring: {
          type: 'object',
          properties: { ...PAGE_QUERY, state: { type: 'string', enum: STATES }, party: { type: 'string' }, endpoint: { type: 'string' } },
        },
      },
    },
    (request) => {
      const { state = null, party = null, endpoint = null } = request.query;
      const page = ports.deliveries({ ...pageOf(request.query), state, party, endpoint });
      return { clock, items: page.items.map(deliveryView), next: page.next };
    },
  );
}

function replayRoutes(server: FastifyInstance, ports: ApiPorts): void {
  server.post<{ Params: { id: string }; Body: ReplayBody | null }>(
    '/api/v1/deliveries/:id/replay',
    {
      config: { role: 'operator' },
      bodyLimit: 1_024,
      schema: { tags: ['deliveries'], summary: 'Send a parked delivery again, under its id · 重投', params: ID, body: REPLAY_BODY },
    },
    async (request, reply) => {
      const outcome = await ports.replayDelivery(request.params.id, askedBy(request.token?.name, request.body));
      return outcome.kind === 'refused' ? refuse(reply, outcome) : { id: outcome.delivery, result: 'replayed', waiting: outcome.waiting };
    },
  );

  server.post<{ Params: { id: string }; Body: ReplayBody | null }>(
    '/api/v1/endpoints/:id/replay',
    {
      config: { role: 'operator' },
      bodyLimit: 1_024,
      schema: {
        tags: ['deliveries'],
        summary: 'Send all parked deliveries of an endpoint again, in their order · 全部重投',
        params: ID,
        body: REPLAY_BODY,
      },
    },
    async (request) => {
      const outcomes = await ports.replayEndpoint(request.params.id, askedBy(request.token?.name, request.body));
      const replayed = outcomes.filter(({ kind }) => kind === 'replayed').map(({ delivery }) => delivery);
      const refused = outcomes.flatMap((one) => (one.kind === 'refused' ? [refusalView(one)] : []));
      return { id: request.params.id, replayed, refused };
    },
  );
}

function askedBy(by: string | undefined, body: ReplayBody | null): { readonly by: string | null; readonly evenIfOvertaken: boolean } {
  return { by: by ?? null, evenIfOvertaken: body?.evenIfOvertaken ?? false };
}

function refuse(reply: FastifyReply, { code, detail }: Extract<ReplayOutcome, { kind: 'refused' }>): FastifyReply {
  return sendProblem(reply, `api-${code}`, detail);
}

function refusalView({ delivery, code, detail }: Extract<ReplayOutcome, { kind: 'refused' }>): object {
  const { zh, en } = API_ERRORS[`api-${code}`];
  return { delivery, code: `api-${code}`, title: { zh, en }, detail };
}
