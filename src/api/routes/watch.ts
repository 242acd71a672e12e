import type { FastifyInstance } from 'fastify';
import { isoTime } from '../../model/time.ts';
import { alertView } from '../alert-view.ts';
import { BY, NOTE } from './deed-fields.ts';
import { PAGE_QUERY, pageOf, type PageParams } from '../paging.ts';
import type { ApiPorts, ReloadOutcome } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';
import { ruleView } from '../rule-view.ts';

/** Signs, alerts, rules: what the district watches and how it stands. */
export function watchRoutes(server: FastifyInstance, ports: ApiPorts): void {
  signRoutes(server, ports);
  alertRoutes(server, ports);
  resetRoute(server, ports);
  ruleRoutes(server, ports);
}

function signRoutes(server: FastifyInstance, ports: ApiPorts): void {
  const clock = ports.drill ? 'events' : 'wall';

  server.get(
    '/api/v1/signs',
    { config: { role: 'viewer' }, schema: { tags: ['signs'], summary: 'Vital signs with their highest level now · 体征' } },
    () => ({
      clock,
      items: ports.signs(),
      next: null,
    }),
  );

  server.get<{ Params: { id: string } }>(
    '/api/v1/signs/:id',
    { config: { role: 'viewer' }, schema: { tags: ['signs'], summary: 'One sign at every key · 体征详情' } },
    (request, reply) => {
      const sign = ports.signs().find((one) => one.id === request.params.id);
      if (sign === undefined) return sendProblem(reply, 'api-sign-unknown');
      return { clock, ...sign, standings: ports.standings(sign.id).map((one) => ({ ...one, at: isoTime(one.at) })) };
    },
  );
}

function alertRoutes(server: FastifyInstance, ports: ApiPorts): void {
  const clock = ports.drill ? 'events' : 'wall';

  server.get<{ Querystring: PageParams & { state?: string; rule?: string } }>(
    '/api/v1/alerts',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['alerts'],
        summary: 'Alerts, newest first · 告警',
        querystring: {
          type: 'object',
          properties: { ...PAGE_QUERY, state: { type: 'string', enum: ['pending', 'firing', 'resolved'] }, rule: { type: 'string' } },
        },
      },
    },
    (request) => {
      const page = ports.alerts({ ...pageOf(request.query), state: request.query.state ?? null, rule: request.query.rule ?? null });
      return { clock, items: page.items.map(alertView), next: page.next };
    },
  );

  server.get<{ Params: { id: string } }>(
    '/api/v1/alerts/:id',
    { config: { role: 'viewer' }, schema: { tags: ['alerts'], summary: 'One alert · 告警详情' } },
    (request, reply) => {
      const alert = ports.alert(request.params.id);
      return alert === null ? sendProblem(reply, 'api-alert-unknown') : { clock, ...alertView(alert) };
    },
  );
}

function resetRoute(server: FastifyInstance, ports: ApiPorts): void {
  server.post<{ Params: { id: string }; Body: { by: string; note?: string } }>(
    '/api/v1/alerts/:id/reset',
    {
      config: { role: 'operator' },
      bodyLimit: 16_384,
      schema: {
        tags: ['alerts'],
        summary: 'Reset a latched alert after its condition has ended · 人工复位',
        body: {
          type: 'object',
          required: ['by'],
          additionalProperties: false,
          properties: { by: BY, note: NOTE },
        },
      },
    },
    async (request, reply) => {
      if (ports.alert(request.params.id) === null) return sendProblem(reply, 'api-alert-unknown');
      const done = await ports.resetAlert(request.params.id, request.body.by, request.body.note ?? null);
      return done ? { id: request.params.id, result: 'reset' } : sendProblem(reply, 'api-reset-not-allowed');
    },
  );
}

function reloadView(outcome: ReloadOutcome | null): (Omit<ReloadOutcome, 'at'> & { readonly at: string }) | null {
  return outcome === null ? null : { ...outcome, at: isoTime(outcome.at) };
}

function ruleRoutes(server: FastifyInstance, ports: ApiPorts): void {
  const clock = ports.drill ? 'events' : 'wall';

  server.get('/api/v1/rules', { config: { role: 'viewer' }, schema: { tags: ['rules'], summary: 'Rules in force · 规则' } }, () => ({
    clock,
    items: ports
      .rules()
      .map(({ id, version, title, domain, unit, scope, source }) => ({ id, version, title, domain, unit, scope, source })),
    next: null,
    lastReload: reloadView(ports.lastReload()),
  }));

  server.post(
    '/api/v1/rules/reload',
    {
      config: { role: 'operator' },
      schema: { tags: ['rules'], summary: 'Read the rule files again; all of them are right, or nothing changes · 重新载入规则' },
    },
    async (_request, reply) => {
      const outcome = await ports.reloadRules();
      if (outcome.result !== 'refused') return reloadView(outcome);
      const [first] = outcome.problems;
      return sendProblem(reply, 'api-rules-refused', first === undefined ? undefined : `${first.file}:${first.pointer} ${first.message}`, {
        problems: outcome.problems,
      });
    },
  );

  server.get<{ Params: { id: string } }>(
    '/api/v1/rules/:id',
    { config: { role: 'viewer' }, schema: { tags: ['rules'], summary: 'One rule as it is in force · 规则详情' } },
    (request, reply) => {
      const rule = ports.rules().find(({ id }) => id === request.params.id);
      return rule === undefined ? sendProblem(reply, 'api-not-found') : { clock, ...ruleView(rule) };
    },
  );
}
