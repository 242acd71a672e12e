import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '../../model/problem.ts';
import { stepFor, type Sample, type SeriesName } from '../../model/series.ts';
import { isoTime, parseDuration, type Millis } from '../../model/time.ts';
import { INSTANT_MEND, readInstant } from '../instant.ts';
import type { ApiPorts } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';

/** Of a series that is shown unless another span or number of points is asked for. */
const SPAN: Millis = 86_400_000;
const POINTS = 1_000;
const MOST_POINTS = 10_000;
const MOST_MARKS = 1_000;

const QUERY = {
  from: { type: 'string', maxLength: 40, description: 'RFC 3339; default a day before `to` · 起' },
  to: { type: 'string', maxLength: 40, description: 'RFC 3339; default now · 止' },
  step: { type: 'string', maxLength: 20, description: '`raw`, or the length of a bucket such as 1m; default: by `points` · 步长' },
  points: { type: 'integer', minimum: 1, maximum: MOST_POINTS, default: POINTS, description: 'At most so many · 最多点数' },
} as const;

interface Params {
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
  readonly points: number;
}

/** What was measured and judged before now, down-sampled to what a screen can show. */
export function historyRoutes(server: FastifyInstance, ports: ApiPorts): void {
  server.get(
    '/api/v1/history',
    { config: { role: 'viewer' }, schema: { tags: ['history'], summary: 'Where history is kept and how far it is · 历史库状态' } },
    () => stateView(ports),
  );

  server.get<{ Params: { id: string }; Querystring: Params & { measure: string } }>(
    '/api/v1/sensors/:id/history',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['history'],
        summary: 'One measure of a sensor over time · 读数历史',
        querystring: {
          type: 'object',
          required: ['measure'],
          properties: { ...QUERY, measure: { type: 'string', minLength: 1, maxLength: 64, description: '测量项' } },
        },
      },
    },
    (request, reply) => answer(ports, { kind: 'reading', sensor: request.params.id, measure: request.query.measure }, request.query, reply),
  );

  server.get<{ Params: { id: string }; Querystring: Params & { key: string } }>(
    '/api/v1/signs/:id/history',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['history'],
        summary: 'A sign at one key over time, its alerts and orders marked · 体征历史',
        querystring: {
          type: 'object',
          required: ['key'],
          properties: { ...QUERY, key: { type: 'string', minLength: 1, maxLength: 200, description: 'e.g. place:wukang · 判断对象' } },
        },
      },
    },
    (request, reply) => {
      if (!ports.signs().some(({ id }) => id === request.params.id)) return sendProblem(reply, 'api-sign-unknown');
      return answer(ports, { kind: 'sign', sign: request.params.id, key: request.query.key }, request.query, reply);
    },
  );
}

async function answer(ports: ApiPorts, series: SeriesName, params: Params, reply: FastifyReply): Promise<unknown> {
  const [from, to] = [readInstant(params.from), readInstant(params.to)];
  for (const [name, read] of Object.entries({ from, to }))
    if (read === undefined) return sendProblem(reply, 'api-request-invalid', `Write "${name}" ${INSTANT_MEND}.`);
  const end = to ?? ports.now() + 1;
  const span = { from: from ?? end - SPAN, to: end };
  if (span.from >= span.to) return sendProblem(reply, 'api-request-invalid', '"from" must lie before "to".');
  const step = stepOf(params, span);
  if (step === undefined)
    return sendProblem(reply, 'api-request-invalid', 'Write "step" as raw, or as a time from 1s such as "1m" or "1h".');
  try {
    const { samples, cut } = await ports.series({ ...span, series, step, limit: params.points });
    const marks = series.kind === 'sign' ? await ports.marks(series, span, MOST_MARKS) : undefined;
    const head = { clock: ports.drill ? 'events' : 'wall', ...series, from: isoTime(span.from), to: isoTime(span.to), stepMs: step };
    return { ...head, samples: samples.map(sampleView), cut, ...(marks === undefined ? {} : { marks }) };
  } catch (error) {
    if (error instanceof Refusal) return sendProblem(reply, 'api-history-unavailable', error.message);
    throw error;
  }
}

/** `null`: every sample; `undefined`: it is no step. */
function stepOf({ step, points }: Params, span: { readonly from: Millis; readonly to: Millis }): Millis | null | undefined {
  if (step === 'raw') return null;
  if (step === undefined) return stepFor(span, points);
  const length = parseDuration(step);
  return length === null || length < 1_000 ? undefined : length;
}

function sampleView({ at, kind: _kind, ...rest }: Sample): Record<string, unknown> {
  return { at: isoTime(at), ...rest };
}

function stateView(ports: ApiPorts): Record<string, unknown> {
  const state = ports.history();
  if (state === null) return { state: 'off' };
  const baselines = state.baselines === null ? null : { ...state.baselines, computedAt: isoTime(state.baselines.computedAt) };
  return { ...state, since: isoTime(state.since), baselines };
}
