import type { FastifyInstance } from 'fastify';
import type { ApiPorts, ServerEvent } from '../ports.ts';

const HEARTBEAT = 15_000;
/** A reader that is this far behind is dropped; it comes back with Last-Event-ID. */
const BEHIND_LIMIT = 1_048_576;

/** Server-sent events: signs, alerts, orders; resumable by `Last-Event-ID`. */
export function eventRoutes(server: FastifyInstance, ports: ApiPorts): void {
  const closers = new Set<() => void>();
  // An open stream would hold the server's close for ever.
  server.addHook('preClose', async () => {
    for (const close of closers) close();
  });

  server.get('/api/v1/events', { config: { role: 'viewer' }, schema: { tags: ['events'], summary: 'Stream of changes · 事件流' } }, (request, reply) => {
    const lastId = request.headers['last-event-id'];
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    raw.write(': maibo\n\n');
    const send = (event: ServerEvent): void => {
      raw.write(`id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`);
      if (raw.writableLength > BEHIND_LIMIT) close();
    };
    const heartbeat = setInterval(() => raw.write(': \n\n'), HEARTBEAT);
    const stop = ports.follow(typeof lastId === 'string' ? lastId : null, send);
    const close = (): void => {
      clearInterval(heartbeat);
      stop();
      closers.delete(close);
      raw.end();
    };
    closers.add(close);
    raw.on('close', close);
  });
}
