import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { guardRoutes, type AccessToken } from './access.ts';
import type { ApiPorts } from './ports.ts';
import { sendProblem, type ApiErrorCode } from './problem-details.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { orderRoutes } from './routes/orders.ts';
import { readingRoutes } from './routes/readings.ts';
import { registryRoutes } from './routes/registry.ts';
import { watchRoutes } from './routes/watch.ts';

export interface ApiOptions {
  readonly ports: ApiPorts;
  /** `null` leaves the API open; the configuration allows that on loopback addresses only. */
  readonly tokens: readonly AccessToken[] | null;
  readonly version: string;
}

/** The HTTP API, not yet listening. Requests have time limits: fastify's own defaults have none. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const server = fastify({ logger: false, bodyLimit: 65_536, requestTimeout: 10_000, connectionTimeout: 15_000, keepAliveTimeout: 30_000, forceCloseConnections: 'idle' });
  server.setErrorHandler((error: FastifyError, _request, reply) => sendProblem(reply, codeOf(error), error.statusCode === undefined ? undefined : error.message));
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, 'api-not-found'));
  await server.register(helmet, { contentSecurityPolicy: { directives: { 'script-src': ["'self'"], 'style-src': ["'self'", "'unsafe-inline'"], 'upgrade-insecure-requests': null } } });
  await server.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Maibo 脉搏', version: options.version } } });
  await server.register(swaggerUi, { routePrefix: '/docs' });
  guardRoutes(server, options.tokens);
  const { ports } = options;
  orderRoutes(server, ports);
  readingRoutes(server, ports);
  watchRoutes(server, ports);
  registryRoutes(server, ports);
  eventRoutes(server, ports);
  healthRoutes(server, ports);
  server.get('/openapi.json', { config: { role: 'public' }, schema: { hide: true } }, () => server.swagger());
  return server;
}

function codeOf(error: FastifyError): ApiErrorCode {
  if (error.statusCode === 413) return 'api-too-large';
  if (error.statusCode === 429) return 'api-too-many';
  return error.statusCode !== undefined && error.statusCode < 500 ? 'api-request-invalid' : 'api-internal';
}
