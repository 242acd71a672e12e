import type { FastifyInstance } from 'fastify';
import { REJECTION_CODES } from '../../model/error-codes.ts';
import { formatDuration, isoTime } from '../../model/time.ts';
import { PAGE_QUERY, pageOf, type PageParams } from '../paging.ts';
import type { ApiPorts, SensorView } from '../ports.ts';

/** Who measures and where; and what was refused. */
export function registryRoutes(server: FastifyInstance, ports: ApiPorts): void {
  const clock = ports.drill ? 'events' : 'wall';

  server.get<{ Querystring: PageParams & { state?: string; place?: string } }>(
    '/api/v1/sensors',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['registry'],
        summary: 'Sensors, and which of them have fallen silent · 感知设备',
        querystring: {
          type: 'object',
          properties: { ...PAGE_QUERY, state: { type: 'string', enum: ['never-heard', 'talking', 'silent'] }, place: { type: 'string' } },
        },
      },
    },
    (request) => {
      const page = ports.sensors({ ...pageOf(request.query), state: request.query.state ?? null, place: request.query.place ?? null });
      return {
        clock,
        items: page.items.map(sensorView),
        next: page.next,
      };
    },
  );

  server.get(
    '/api/v1/places',
    { config: { role: 'viewer' }, schema: { tags: ['registry'], summary: 'Places and streets · 地点与街镇' } },
    () => ({
      clock,
      crs: 'WGS84',
      streets: ports.streets().map(({ kind: _, ...street }) => street),
      items: ports.places().map(({ kind: _, ...place }) => place),
      next: null,
    }),
  );

  server.get(
    '/api/v1/parties',
    { config: { role: 'viewer' }, schema: { tags: ['registry'], summary: 'Who disposes; perStreet: one office a street · 处置单位' } },
    () => ({ clock, items: ports.parties().map(({ id, title, perStreet }) => ({ id, title, perStreet })), next: null }),
  );
  rejectionRoute(server, ports);
}

function rejectionRoute(server: FastifyInstance, ports: ApiPorts): void {
  const clock = ports.drill ? 'events' : 'wall';

  server.get<{ Querystring: PageParams & { code?: string; gateway?: string } }>(
    '/api/v1/rejections',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['registry'],
        summary: 'Messages that were no readings, with the reason and the first bytes · 拒收',
        querystring: { type: 'object', properties: { ...PAGE_QUERY, code: { type: 'string' }, gateway: { type: 'string' } } },
      },
    },
    (request) => {
      const page = ports.rejections({ ...pageOf(request.query), code: request.query.code ?? null, gateway: request.query.gateway ?? null });
      return {
        clock,
        items: page.items.map(({ kind: _, code, at, sample, ...rest }) => ({
          at: isoTime(at),
          code,
          title: REJECTION_CODES[code],
          ...rest,
          sample: Buffer.from(sample).toString('base64'),
          text: printable(sample),
        })),
        next: page.next,
      };
    },
  );
}

/** Durations as the city's own files write them. */
function sensorView({ cadence, lastSeen, ...rest }: SensorView): Record<string, unknown> {
  return {
    ...rest,
    cadence: cadence === null ? null : formatDuration(cadence),
    lastSeen: lastSeen === null ? null : isoTime(lastSeen),
  };
}

/** The sample as far as it is text, for people. */
function printable(sample: Uint8Array): string {
  return Buffer.from(sample)
    .toString('utf8')
    .replaceAll(/[\p{Cc}\uFFFD]/gu, '·');
}
