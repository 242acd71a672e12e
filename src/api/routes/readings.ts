import type { FastifyInstance } from 'fastify';
import { REJECTION_CODES } from '../../model/error-codes.ts';
import type { ApiPorts } from '../ports.ts';
import { sendProblem } from '../problem-details.ts';

const BODY_LIMIT = 1_048_576;

/** Readings by HTTP: the batch form of the MQTT payload, durable when answered. */
export function readingRoutes(server: FastifyInstance, ports: ApiPorts): void {
  void server.register((scope, _options, done) => {
    // The bytes go to the same decoder as MQTT payloads, so that both doors refuse the same things for the same reasons.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, parsed) => parsed(null, body));
    scope.post<{ Querystring: { gateway: string }; Body: Buffer | undefined }>(
      '/api/v1/readings',
      {
        config: { role: 'operator' },
        bodyLimit: BODY_LIMIT,
        schema: {
          tags: ['readings'],
          summary: 'Accept a batch of readings · 上报读数',
          description: 'An array of 1 to 1,000 objects {"sensor", "at", "seq", "values", "test"}; see schemas/reading.schema.json.',
          querystring: {
            type: 'object',
            properties: {
              gateway: {
                description: 'In whose name; an operator may report for any · 网关',
                type: 'string',
                pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$',
                default: 'http',
              },
            },
          },
        },
      },
      async (request, reply) => {
        const body = request.body ?? Buffer.alloc(0);
        const { readings, tests, duplicates, rejections } = await ports.submitReadings(request.query.gateway, body);
        const refused = rejections.map(({ code, pointer, detail }) => ({ code, title: REJECTION_CODES[code], pointer, detail }));
        if (readings + tests + duplicates === 0 && refused.length > 0)
          return sendProblem(reply, 'api-readings-refused', refused[0]?.detail, { rejections: refused });
        return reply.code(200).send({ readings, tests, duplicates, rejections: refused });
      },
    );
    done();
  });
}
