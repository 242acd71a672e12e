import type { FastifyInstance } from 'fastify';
import { ORDER_STEPS, type OrderStats, type OrderStatsGroup, type StatsBy, type StepStats } from '../../model/order-stats.ts';
import type { Text } from '../../model/text.ts';
import { isoTime } from '../../model/time.ts';
import { INSTANT_MEND, readInstant } from '../instant.ts';
import type { ApiPorts } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';

const QUERY = {
  type: 'object',
  properties: {
    from: { type: 'string', maxLength: 40, description: 'Orders opened at or after this, RFC 3339; default 30 days before `to` · 起' },
    to: { type: 'string', maxLength: 40, description: 'Orders opened before this; default now, by the clock of the orders · 止' },
    by: { type: 'string', enum: ['sign', 'party', 'street'], default: 'party', description: '按体征、单位或街镇' },
    drills: {
      type: 'string',
      enum: ['without', 'only'],
      default: 'without',
      description: 'Drills are never measured together with real orders · 演练单独统计',
    },
  },
} as const;

const nullable = { type: ['integer', 'null'] } as const;
const STEP = {
  type: 'object',
  properties: {
    count: { type: 'integer', description: 'How many were measured · 已测' },
    medianMs: { ...nullable, description: '中位数' },
    p90Ms: nullable,
    p99Ms: nullable,
    exact: { type: 'boolean', description: 'False: more than 1,000 were measured, and the three are good to one per cent · 是否精确' },
    waiting: { type: 'integer', description: 'Not done yet · 待办' },
    missed: { type: 'integer', description: 'Not done, and will not be: declined, withdrawn, ended, never delivered · 未办' },
    breached: { ...nullable, description: 'Done after it was due, or past due and not done; null: has no due time · 逾期' },
  },
} as const;
const GROUP = {
  type: 'object',
  properties: {
    key: { type: ['string', 'null'] },
    title: { type: ['object', 'null'], additionalProperties: true },
    orders: { type: 'integer' },
    assignments: { type: 'integer' },
    states: { type: 'object', additionalProperties: { type: 'integer' } },
    steps: { type: 'object', properties: Object.fromEntries(ORDER_STEPS.map((step) => [step, STEP])) },
  },
} as const;
const ANSWER = {
  type: 'object',
  properties: {
    clock: { type: 'string', enum: ['wall', 'events'] },
    from: { type: 'string' },
    to: { type: 'string' },
    by: { type: 'string' },
    drills: { type: 'string' },
    leftOut: { type: 'integer', description: 'Orders of the same time on the other side of `drills` · 未计入' },
    all: GROUP,
    groups: { type: 'array', items: GROUP },
  },
} as const;

interface Params {
  readonly from?: string;
  readonly to?: string;
  readonly by: StatsBy;
  readonly drills: 'without' | 'only';
}

/** How long orders took, step by step. */
export function orderStatsRoutes(server: FastifyInstance, ports: ApiPorts): void {
  server.get<{ Querystring: Params }>(
    '/api/v1/orders/stats',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['orders'],
        summary: 'How long opening, delivery, acceptance, arrival and closing took · 工单时效',
        querystring: QUERY,
        response: { 200: ANSWER },
      },
    },
    async (request, reply) => {
      const { by, drills } = request.query;
      const [from, to] = [readInstant(request.query.from), readInstant(request.query.to)];
      for (const [name, read] of Object.entries({ from, to }))
        if (read === undefined) return sendProblem(reply, 'api-request-invalid', `Write "${name}" ${INSTANT_MEND}.`);
      const span = ports.statsSpan(from ?? null, to ?? null);
      if (span.from >= span.to) return sendProblem(reply, 'api-request-invalid', '"from" must lie before "to".');
      const stats = await ports.orderStats({ ...span, by, drills: drills === 'only' });
      const head = { clock: ports.drill ? 'events' : 'wall', from: isoTime(span.from), to: isoTime(span.to), by, drills };
      return { ...head, ...statsView(stats, titlesBy(ports, by)) };
    },
  );
}

type TitleOf = (key: string | null) => Text | null;

function titlesBy(ports: ApiPorts, by: StatsBy): TitleOf {
  const named: readonly (readonly [string, Text])[] = {
    sign: () => ports.rules().map(({ id, title }) => [id, title] as const),
    party: () => ports.parties().map(({ id, title }) => [id, title] as const),
    street: () => ports.streets().map(({ code, title }) => [code, title] as const),
  }[by]();
  const titles = new Map(named);
  return (key) => (key === null ? null : (titles.get(key) ?? null));
}

function statsView({ all, groups, leftOut }: OrderStats, titleOf: TitleOf): Record<string, unknown> {
  return { leftOut, all: groupView(all, () => null), groups: groups.map((group) => groupView(group, titleOf)) };
}

function groupView({ key, steps, ...rest }: OrderStatsGroup, titleOf: TitleOf): Record<string, unknown> {
  return {
    key,
    title: titleOf(key),
    ...rest,
    steps: Object.fromEntries(Object.entries(steps).map(([step, one]) => [step, stepView(one)])),
  };
}

function stepView({ median, p90, p99, ...rest }: StepStats): Record<string, unknown> {
  return { ...rest, medianMs: median, p90Ms: p90, p99Ms: p99 };
}
