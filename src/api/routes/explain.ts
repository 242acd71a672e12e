import type { FastifyInstance } from 'fastify';
import { didYouMean } from '../../model/nearest-name.ts';
import { alertView } from '../alert-view.ts';
import type { ApiPorts } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';

const KEY = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description:
    'A key of the sign (`sensor:…`, `place:…`, `street:…`, `district:…`, `gateway:…`), or the plain id of a sensor, place, street or gateway · 判断对象',
} as const;

const SIGN_ANSWER =
  'The levels with their conditions as a tree and the values that each comparison saw, why what is unknown is unknown, what every window holds, ' +
  'timers that run, and what holds a level back. `summary` says it in one sentence. `exists: false`: the sign has no such key yet, `why` says what would make it.';

const ALERT_ANSWER =
  'What was recorded (version, since, because, peak, who reset it), and for an alert that is not over `live`: how its rule stands now, as `signs/{id}/explain` says it.';

/** Why, and why not. */
export function explainRoutes(server: FastifyInstance, ports: ApiPorts): void {
  const clock = ports.drill ? 'events' : 'wall';

  server.get<{ Params: { id: string }; Querystring: { key: string } }>(
    '/api/v1/signs/:id/explain',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['signs'],
        summary: 'Why a sign stands as it does at a key, or why not · 为何，为何没有',
        description: SIGN_ANSWER,
        querystring: { type: 'object', required: ['key'], properties: { key: KEY } },
      },
    },
    (request, reply) => {
      const { id } = request.params;
      const found = ports.explainSign(id, request.query.key);
      if (found === null) {
        const ids = ports.rules().map((rule) => rule.id);
        return sendProblem(reply, 'api-sign-unknown', `"${id.slice(0, 80)}"${didYouMean(id, ids)}`);
      }
      const { explanation, alert } = found;
      if (!explanation.exists && explanation.why.code === 'unknown-id')
        return sendProblem(reply, 'api-key-unknown', explanation.why.text.en, { keys: explanation.keys });
      return { clock, ...explanation, alert: alert === null ? null : alertView(alert) };
    },
  );

  server.get<{ Params: { id: string } }>(
    '/api/v1/alerts/:id/explain',
    {
      config: { role: 'viewer' },
      schema: { tags: ['alerts'], summary: 'Why an alert stands, or stood · 告警缘由', description: ALERT_ANSWER },
    },
    (request, reply) => {
      const found = ports.explainAlert(request.params.id);
      if (found === null) return sendProblem(reply, 'api-alert-unknown');
      const { summary, live, alert } = found;
      return { clock, summary, alert: alertView(alert), live };
    },
  );
}
