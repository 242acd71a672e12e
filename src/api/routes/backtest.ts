import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '../../model/problem.ts';
import type { Millis } from '../../model/time.ts';
import type { BacktestRequest, RuleFiles } from '../backtest-ports.ts';
import { INSTANT_MEND, readInstant } from '../instant.ts';
import type { ApiPorts } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';

interface Body {
  readonly from: string;
  readonly to?: string;
  readonly rules?: RuleFiles;
  readonly against?: 'current' | 'recorded' | RuleFiles;
  readonly only?: readonly string[];
  readonly warmMs?: Millis;
  readonly handledAfterMs?: Millis | null;
}

const PATH = '/api/v1/rules/backtest';
const DAY: Millis = 86_400_000;
const HANDLED: Millis = 1_800_000;
/** Two sets of rules, each as large as a folder may be in practice. */
const BODY_LIMIT = 16_777_216;

const FILES = {
  type: 'object',
  minProperties: 1,
  maxProperties: 20_000,
  additionalProperties: { type: 'string', maxLength: 65_536 },
  description: 'Rule files by their path below the rules folder · 规则文件',
} as const;

const BODY = {
  type: 'object',
  required: ['from'],
  additionalProperties: false,
  properties: {
    from: { type: 'string', maxLength: 40, description: 'RFC 3339 · 起' },
    to: { type: 'string', maxLength: 40, description: 'RFC 3339; default now · 止' },
    rules: { ...FILES, description: `${FILES.description}; default those in force · 待测规则，默认现行` },
    against: {
      anyOf: [{ type: 'string', enum: ['current', 'recorded'] }, FILES],
      description: 'default current with `rules`, else recorded · 比较对象',
    },
    only: { type: 'array', minItems: 1, maxItems: 1_000, items: { type: 'string', maxLength: 64 }, description: 'Rules · 只测这些' },
    warmMs: { type: 'integer', minimum: 0, maximum: 800 * DAY, description: '预热' },
    handledAfterMs: {
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 30 * DAY,
      default: HANDLED,
      description: '假定处置时长；null 无人应答',
    },
  },
} as const;

/** What rules would have done over a span of the past: begin, look, cancel. It touches neither live state nor any party. */
export function backtestRoutes(server: FastifyInstance, ports: ApiPorts): void {
  server.post<{ Body: Body }>(
    PATH,
    {
      config: { role: 'operator' },
      bodyLimit: BODY_LIMIT,
      schema: { tags: ['rules'], summary: 'Begin a back-test; one runs at a time · 开始回测', body: BODY },
    },
    async (request, reply) => {
      const asked = requestOf(request.body, ports.now());
      if (typeof asked === 'string') return sendProblem(reply, 'api-request-invalid', asked);
      try {
        const start = await ports.startBacktest(asked);
        if (start.kind === 'busy') return await sendProblem(reply, 'api-backtest-running');
        if (start.kind === 'refused') return await sendProblem(reply, 'api-rules-refused', undefined, { problems: start.problems });
        return await reply.code(202).send(start.backtest);
      } catch (error) {
        if (error instanceof Refusal) return sendProblem(reply, 'api-history-unavailable', error.message);
        throw error;
      }
    },
  );
  lookRoute(server, ports);
  server.delete<{ Params: { id: string } }>(
    `${PATH}/:id`,
    { config: { role: 'operator' }, schema: { tags: ['rules'], summary: 'Cancel a back-test · 取消回测' } },
    (request, reply) => (ports.cancelBacktest(request.params.id) ? reply.send({ id: request.params.id, result: 'ended' }) : unknown(reply)),
  );
}

function lookRoute(server: FastifyInstance, ports: ApiPorts): void {
  server.get<{ Params: { id: string } }>(
    `${PATH}/:id`,
    { config: { role: 'viewer' }, schema: { tags: ['rules'], summary: 'How far a back-test is, and what it says · 回测进度与结果' } },
    (request, reply) => {
      const view = ports.backtest(request.params.id);
      return view === null ? unknown(reply) : reply.send(view);
    },
  );
}

function unknown(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'api-backtest-unknown');
}

/** @returns what is wrong with it, where something is */
function requestOf({ against, from, handledAfterMs = HANDLED, only, rules, to, warmMs }: Body, now: Millis): BacktestRequest | string {
  const [begin, end] = [readInstant(from), readInstant(to)];
  if (begin === undefined || begin === null) return `Write "from" ${INSTANT_MEND}.`;
  if (end === undefined) return `Write "to" ${INSTANT_MEND}.`;
  const span = { from: begin, to: end ?? now };
  if (span.from >= span.to) return '"from" must lie before "to".';
  return {
    span,
    rules: rules ?? null,
    against: against ?? (rules === undefined ? 'recorded' : 'current'),
    only: only ?? null,
    warm: warmMs ?? null,
    handledAfter: handledAfterMs,
  };
}
