import type { FastifyInstance } from 'fastify';
import type { ApiPorts } from '../ports.ts';

/** For whoever keeps the process running. */
export function healthRoutes(server: FastifyInstance, ports: ApiPorts): void {
  server.get('/healthz', { config: { role: 'public' }, schema: { hide: true } }, () => ({ status: 'ok' }));

  server.get('/readyz', { config: { role: 'public' }, schema: { hide: true } }, (_request, reply) => {
    const missing = ports.notReady();
    return reply.code(missing.length === 0 ? 200 : 503).send({ status: missing.length === 0 ? 'ready' : 'not-ready', notReady: missing });
  });

  server.get('/metrics', { config: { role: 'viewer' }, schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await ports.metrics()),
  );
}
