import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Refusal } from '../model/problem.ts';
import type { Emit } from '../telemetry/events.ts';
import { guardRoutes, type AccessToken } from './access.ts';
import type { ApiPorts } from './ports.ts';
import { misfitOf } from './misfit.ts';
import { sendProblem, type ApiErrorCode } from './problem-details.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { errorPage } from './routes/error-page.ts';
import { eventRoutes } from './routes/events.ts';
import { explainRoutes } from './routes/explain.ts';
import { healthRoutes } from './routes/health.ts';
import { deedRoutes } from './routes/deeds.ts';
import { backtestRoutes } from './routes/backtest.ts';
import { historyRoutes } from './routes/history.ts';
import { orderStatsRoutes } from './routes/order-stats.ts';
import { orderRoutes } from './routes/orders.ts';
import { readingRoutes } from './routes/readings.ts';
import { registryRoutes } from './routes/registry.ts';
import { watchRoutes } from './routes/watch.ts';

export interface ApiOptions {
  readonly ports: ApiPorts;
  /** `null` leaves the API open; the configuration allows that on loopback addresses only. */
  readonly tokens: readonly AccessToken[] | null;
  readonly version: string;
  readonly emit: Emit;
}

/** The HTTP API, not yet listening. Requests have time limits: fastify's own defaults have none. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const server = fastify({
    logger: false,
    // What is misspelt is refused: without it a silence would hush more than was meant. `verbose` names what there is instead.
    ajv: { customOptions: { removeAdditional: false, verbose: true } },
    bodyLimit: 65_536,
    requestTimeout: 10_000,
    connectionTimeout: 15_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: 'idle',
  });
  server.setErrorHandler((error: FastifyError | Refusal, request, reply) => answerError(error, request, reply, options.emit));
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, 'api-not-found'));
  await server.register(helmet, {
    contentSecurityPolicy: {
      directives: { 'script-src': ["'self'"], 'style-src': ["'self'", "'unsafe-inline'"], 'upgrade-insecure-requests': null },
    },
  });
  await server.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Maibo 脉搏', version: options.version } } });
  await server.register(swaggerUi, { routePrefix: '/docs' });
  server.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    options.emit({
      name: 'api.request-finished',
      method,
      route: routeOf(request),
      status: reply.statusCode,
      milliseconds: reply.elapsedTime,
    });
  });
  const { ports, emit } = options;
  guardRoutes(server, options.tokens, emit, (request) => ports.noteForbidden(request));
  orderRoutes(server, ports);
  orderStatsRoutes(server, ports);
  historyRoutes(server, ports);
  backtestRoutes(server, ports);
  deliveryRoutes(server, ports);
  readingRoutes(server, ports);
  watchRoutes(server, ports);
  deedRoutes(server, ports);
  explainRoutes(server, ports);
  registryRoutes(server, ports);
  eventRoutes(server, ports, emit);
  healthRoutes(server, ports);
  errorPage(server);
  server.get('/', { config: { role: 'public' }, schema: { hide: true } }, (_request, reply) => reply.redirect('/docs/'));
  server.get('/openapi.json', { config: { role: 'public' }, schema: { hide: true } }, () => server.swagger());
  return server;
}

function answerError(error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply, emit: Emit): FastifyReply {
  // What `curl -d` sends when it is not told otherwise.
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return sendProblem(reply, 'api-content-type', 'Send the body with "content-type: application/json".');
  const misfit = error instanceof Refusal ? null : misfitOf(error);
  if (misfit !== null) return sendProblem(reply, 'api-request-invalid', misfit.detail, { pointer: misfit.pointer });
  const code = codeOf(error);
  if (code !== 'api-internal') return sendProblem(reply, code, error.message);
  emit({ name: 'api.request-failed', method: request.method, route: routeOf(request), error: error.stack ?? error.message });
  return sendProblem(reply, code);
}

function codeOf(error: FastifyError | Refusal): ApiErrorCode {
  if (error.code === 'cursor-invalid') return 'api-cursor-invalid';
  const status = error instanceof Refusal ? undefined : error.statusCode;
  if (status === 413) return 'api-too-large';
  if (status === 429) return 'api-too-many';
  return status !== undefined && status < 500 ? 'api-request-invalid' : 'api-internal';
}

/** The pattern and not the address: ids would make a label of their own each. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}
