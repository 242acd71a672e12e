import type { FastifyInstance } from 'fastify';
import type { Emit } from '../../telemetry/events.ts';
import { alertView } from '../alert-view.ts';
import { orderView, titlesOf } from '../order-view.ts';
import type { ApiPorts, ServerEvent } from '../ports.ts';

const HEARTBEAT = 10_000;
/** A reader that is this far behind is let go; it comes back with Last-Event-ID and goes on where it was. */
const BEHIND_LIMIT = 1_048_576;
/** How long a reader that was let go may take for what is already written to it. */
const PARTING = 10_000;

/** Server-sent events: signs, alerts, orders; resumable by `Last-Event-ID`. */
export function eventRoutes(server: FastifyInstance, ports: ApiPorts, emit: Emit): void {
  const closers = new Set<(reason: string) => void>();
  // An open stream would hold the server's close for ever.
  server.addHook('preClose', async () => {
    for (const close of closers) close('server-stops');
  });

  server.get(
    '/api/v1/events',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['events'],
        summary: 'Stream of changes · 事件流',
        description: 'Server-sent events `sign`, `alert`, `order`, and `gap`: what was missed is no longer kept, read the lists anew.',
      },
    },
    (request, reply) => {
      const lastId = request.headers['last-event-id'];
      reply.hijack();
      const { raw } = reply;
      const headers = reply.getHeaders() as Record<string, string>;
      raw.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      // A quiet stream is no dead connection: the server's own limit would end it between two heartbeats.
      raw.setTimeout(0);
      raw.write(': maibo\n\n');
      let open = true;
      let stop = (): void => undefined;
      const heartbeat = setInterval(() => raw.write(': \n\n'), HEARTBEAT);
      const close = (reason: string): void => {
        if (!open) return;
        open = false;
        clearInterval(heartbeat);
        stop();
        closers.delete(close);
        raw.end();
        raw.setTimeout(PARTING, () => raw.destroy());
        emit({ name: 'api.stream-closed', stream: 'events', reason });
      };
      const send = (event: ServerEvent): void => {
        if (!open) return;
        raw.write(`id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(viewOf(event, ports))}\n\n`);
        if (raw.writableLength > BEHIND_LIMIT) close('too-far-behind');
      };
      closers.add(close);
      raw.on('close', () => close('reader-left'));
      emit({ name: 'api.stream-opened', stream: 'events' });
      const followed = ports.follow(typeof lastId === 'string' && lastId !== '' ? lastId : null, send);
      stop = followed.stop;
      if (!open) stop();
      else if (followed.gap) raw.write('event: gap\ndata: {}\n\n');
    },
  );
}

/** The same shapes as the lists have. */
function viewOf(event: ServerEvent, ports: ApiPorts): unknown {
  switch (event.name) {
    case 'sign':
      return event.data;
    case 'alert':
      return alertView(event.data);
    case 'order':
      return orderView(event.data, titlesOf(ports));
  }
}
