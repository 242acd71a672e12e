import type { FastifyInstance } from 'fastify';
import { LEVELS, type Level } from '../../model/level.ts';
import type { Drill } from '../../model/silence.ts';
import { isoTime } from '../../model/time.ts';
import type { ApiPorts } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';
import { BY, byQuery, ID, REASON, signed } from './deed-fields.ts';

interface DrillBody {
  readonly rule: string;
  readonly place: string;
  readonly level: Level;
  readonly minutes?: number;
  readonly by: string;
  readonly reason: string;
}

/** Exercises: which last, begin one, end it. */
export function drillRoutes(server: FastifyInstance, ports: ApiPorts): void {
  server.get('/api/v1/drills', { config: { role: 'viewer' }, schema: { tags: ['drills'], summary: 'Exercises that last · 演练' } }, () => ({
    items: ports.drills().map(drillView),
    next: null,
  }));
  beginRoute(server, ports);
  endRoute(server, ports);
}

function beginRoute(server: FastifyInstance, ports: ApiPorts): void {
  server.post<{ Body: DrillBody }>(
    '/api/v1/drills',
    {
      config: { role: 'operator' },
      bodyLimit: 16_384,
      schema: {
        tags: ['drills'],
        summary: 'An exercise: an alert that no sensor has raised; its order reaches no production channel · 演练',
        body: {
          type: 'object',
          required: ['rule', 'place', 'level', 'by', 'reason'],
          additionalProperties: false,
          properties: {
            rule: ID,
            place: ID,
            level: { type: 'string', enum: [...LEVELS] },
            minutes: { type: 'integer', minimum: 1, maximum: 1_440 },
            by: BY,
            reason: REASON,
          },
        },
      },
    },
    async (request, reply) => {
      const { rule, place, level, minutes = 60, reason } = request.body;
      const until = ports.now() + minutes * 60_000;
      const drill = await ports.beginDrill({ rule, place, level, until, by: signed(request.body.by, request.token), reason });
      if (drill === null) return sendProblem(reply, 'api-drill-impossible');
      return reply.code(201).send({ ...drill, until: isoTime(drill.until) });
    },
  );
}

function endRoute(server: FastifyInstance, ports: ApiPorts): void {
  server.delete<{ Params: { id: string }; Querystring: { by: string } }>(
    '/api/v1/drills/:id',
    { config: { role: 'operator' }, schema: { tags: ['drills'], summary: 'End an exercise now · 结束演练', querystring: byQuery() } },
    async (request, reply) => {
      const done = await ports.endDrill(request.params.id, signed(request.query.by, request.token));
      return done ? { id: request.params.id, result: 'ended' } : sendProblem(reply, 'api-drill-unknown');
    },
  );
}

function drillView({ id, rule, place, level, until, by, reason }: Drill): Record<string, unknown> {
  return { id, rule, place, level, until: isoTime(until), by, reason };
}
