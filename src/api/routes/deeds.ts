import type { FastifyInstance } from 'fastify';
import type { OrderDeed } from '../../model/order-command.ts';
import type { AlertMatch, Silence } from '../../model/silence.ts';
import { isoTime, type Millis } from '../../model/time.ts';
import type { ApiPorts } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';
import { BY, byQuery, ID, REASON, signed } from './deed-fields.ts';
import { drillRoutes } from './drills.ts';

const DAY: Millis = 86_400_000;
/** Longer ones must be said again: nobody remembers a silence of last year. */
const LONGEST: Millis = 30 * DAY;
const LONGEST_OF_LIFE_SAFETY: Millis = 4 * 3_600_000;

/** What people of the centre do: commands to orders, silences, exercises. */
export function deedRoutes(server: FastifyInstance, ports: ApiPorts): void {
  commandRoute(server, ports);
  silenceRoutes(server, ports);
  drillRoutes(server, ports);
}

interface CommandBody {
  readonly do: OrderDeed['do'];
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly reason?: string;
  readonly id?: string;
}

function commandRoute(server: FastifyInstance, ports: ApiPorts): void {
  server.post<{ Params: { id: string }; Body: CommandBody }>(
    '/api/v1/orders/:id/commands',
    {
      config: { role: 'operator' },
      bodyLimit: 16_384,
      schema: {
        tags: ['orders'],
        summary: 'Verify, return, cancel or reassign an order; idempotent by id · 核查、退回、撤销、改派',
        body: {
          type: 'object',
          required: ['do', 'by'],
          additionalProperties: false,
          properties: {
            do: { type: 'string', enum: ['verify', 'return', 'cancel', 'reassign'] },
            from: ID,
            to: ID,
            by: BY,
            reason: REASON,
            id: ID,
          },
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const deed = deedOf(body);
      if (typeof deed === 'string') return sendProblem(reply, 'api-request-invalid', deed);
      const by = signed(body.by, request.token);
      const outcome = await ports.commandOrder(request.params.id, { deed, by, reason: body.reason ?? null, id: body.id ?? null });
      if (outcome.kind === 'refused') return sendProblem(reply, `api-${outcome.code}`, outcome.detail, { allowed: outcome.allowed });
      const { kind: result, ...what } = outcome;
      return reply.code(result === 'done' ? 201 : 200).send({ ...what, result });
    },
  );
}

/** @returns a sentence for one that lacks something */
function deedOf({ do: what, from, to, reason }: CommandBody): OrderDeed | string {
  if (what !== 'verify' && reason === undefined) return `Say why: "reason" is needed to ${what} an order.`;
  if (what !== 'reassign') return { do: what };
  if (from === undefined || to === undefined) return 'Say which party hands over ("from") and which takes it ("to").';
  return { do: what, from, to };
}

interface SilenceBody {
  readonly sort?: Silence['sort'];
  readonly match: AlertMatch & { readonly kind?: string };
  readonly from?: string;
  readonly until: string;
  readonly by: string;
  readonly reason: string;
  readonly lifeSafety?: boolean;
}

const MATCH = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: { rule: ID, kind: ID, place: ID, street: ID, key: { type: 'string', minLength: 1, maxLength: 256 } },
} as const;

function silenceRoutes(server: FastifyInstance, ports: ApiPorts): void {
  server.get(
    '/api/v1/silences',
    {
      config: { role: 'viewer' },
      schema: { tags: ['silences'], summary: 'Silences and maintenance that are to come or last · 静默与检修' },
    },
    () => ({ items: ports.silences().map(silenceView), next: null }),
  );

  server.post<{ Body: SilenceBody }>(
    '/api/v1/silences',
    {
      config: { role: 'operator' },
      bodyLimit: 16_384,
      schema: {
        tags: ['silences'],
        summary: 'For a while alerts that match open no order; they are kept, and enter when it is over · 静默',
        body: {
          type: 'object',
          required: ['match', 'until', 'by', 'reason'],
          additionalProperties: false,
          properties: {
            sort: { type: 'string', enum: ['silence', 'maintenance'] },
            match: MATCH,
            from: { type: 'string', format: 'date-time' },
            until: { type: 'string', format: 'date-time' },
            by: BY,
            reason: REASON,
            lifeSafety: { type: 'boolean' },
          },
        },
      },
    },
    async (request, reply) => {
      const draft = silenceOf(request.body, signed(request.body.by, request.token), ports.now());
      if (typeof draft === 'string') return sendProblem(reply, 'api-request-invalid', draft);
      return reply.code(201).send(silenceView(await ports.silence(draft)));
    },
  );

  server.delete<{ Params: { id: string }; Querystring: { by: string } }>(
    '/api/v1/silences/:id',
    {
      config: { role: 'operator' },
      schema: { tags: ['silences'], summary: 'End a silence now · 结束静默', querystring: byQuery() },
    },
    async (request, reply) => {
      const done = await ports.endSilence(request.params.id, signed(request.query.by, request.token));
      return done ? { id: request.params.id, result: 'ended' } : sendProblem(reply, 'api-silence-unknown');
    },
  );
}

/** @returns a sentence for times that cannot be */
function silenceOf(body: SilenceBody, by: string, now: Millis): Omit<Silence, 'id' | 'kind'> | string {
  const from = body.from === undefined ? now : Date.parse(body.from);
  const until = Date.parse(body.until);
  const { kind, ...match } = body.match;
  const lifeSafety = body.lifeSafety ?? false;
  if (!(until > from) || until <= now) return 'A silence must end after it begins, and in the future.';
  if (until - from > LONGEST) return 'A silence lasts 30 days at most; say it again when it is over.';
  if (lifeSafety && until - from > LONGEST_OF_LIFE_SAFETY) return 'Where life depends on it a silence lasts 4 hours at most.';
  return {
    sort: body.sort ?? 'silence',
    match: { ...match, ...(kind === undefined ? {} : { sort: kind }) },
    from,
    until,
    by,
    reason: body.reason,
    lifeSafety,
  };
}

function silenceView({ id, sort, match, from, until, by, reason, lifeSafety }: Silence): Record<string, unknown> {
  const { sort: kind, ...rest } = match;
  const shown = { ...rest, ...(kind === undefined ? {} : { kind }) };
  return { id, sort, match: shown, from: isoTime(from), until: isoTime(until), by, reason, lifeSafety };
}
