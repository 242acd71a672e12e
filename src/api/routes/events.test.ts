import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { TelemetryEvent } from '../../telemetry/events.ts';
import type { ApiPorts, ServerEvent } from '../ports.ts';
import { alertOf, apiOf, orderOf } from '../test-rig.ts';

const open: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A feed that a test publishes into by hand. */
class Source {
  readonly lastIds: (string | null)[] = [];
  readonly readers = new Set<(event: ServerEvent) => void>();
  backlog: readonly ServerEvent[] = [];
  gap = false;

  readonly follow: ApiPorts['follow'] = (lastId, send) => {
    this.lastIds.push(lastId);
    for (const event of this.backlog) send(event);
    this.readers.add(send);
    return { gap: this.gap, stop: () => void this.readers.delete(send) };
  };

  publish(event: ServerEvent): void {
    for (const send of this.readers) send(event);
  }
}

interface Stream {
  readonly text: () => string;
  readonly response: IncomingMessage;
  readonly request: ClientRequest;
  readonly ended: Promise<void>;
  until(sign: string): Promise<void>;
}

async function serve(source: Source): Promise<{ port: number; emitted: TelemetryEvent[]; sockets: Socket[]; close: () => Promise<void> }> {
  const { api, emitted } = await apiOf({ follow: source.follow });
  const sockets: Socket[] = [];
  api.server.on('connection', (socket) => sockets.push(socket));
  await api.listen({ host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => void (await api.close());
  open.push(close);
  return { port: (api.server.address() as AddressInfo).port, emitted, sockets, close };
}

async function connect(port: number, headers: Record<string, string> = {}): Promise<Stream> {
  const sent = request({ port, path: '/api/v1/events', headers, agent: false }).end();
  open.push(() => void sent.destroy());
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject));
  let text = '';
  let wake = (): void => undefined;
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    wake();
  });
  response.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => response.on('close', () => resolve()));
  const until = async (sign: string): Promise<void> => {
    while (!text.includes(sign)) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { text: () => text, response, request: sent, ended, until };
}

function orderEvent(id: string, note = ''): ServerEvent {
  return { id, name: 'order', data: orderOf({ id: `wo_${id}`, title: { zh: note, en: note } }) };
}

describe('GET /api/v1/events', () => {
  it('streams signs, alerts and orders in the shapes of the lists', async () => {
    const source = new Source();
    const { port } = await serve(source);
    const stream = await connect(port);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    await stream.until(': maibo');
    source.publish({
      id: '1.1',
      name: 'sign',
      data: { id: 'rain', key: 'sensor:s1', place: null, street: null, level: 'red', pending: null, value: 3 },
    });
    source.publish({ id: '1.2', name: 'alert', data: alertOf() });
    source.publish(orderEvent('1.3'));
    await stream.until('wo_1.3');
    const events = stream
      .text()
      .split('\n\n')
      .slice(1, -1)
      .map((block) => block.split('\n'));
    expect(events.map(([id, name]) => `${id} ${name}`)).toEqual(['id: 1.1 event: sign', 'id: 1.2 event: alert', 'id: 1.3 event: order']);
    expect(JSON.parse(events[1]?.[2]?.slice('data: '.length) ?? '')).toMatchObject({ id: 'al_1', since: '2026-11-23T00:00:00.000Z' });
    expect(JSON.parse(events[2]?.[2]?.slice('data: '.length) ?? '')).toMatchObject({ id: 'wo_1.3', openedAt: '2026-11-23T00:00:00.000Z' });
  });

  it('goes on after Last-Event-ID, and says so when what was missed is gone', async () => {
    const source = new Source();
    source.backlog = [orderEvent('8.1')];
    const { port } = await serve(source);
    const resumed = await connect(port, { 'last-event-id': '7.2' });
    await resumed.until('wo_8.1');
    expect(source.lastIds).toEqual(['7.2']);
    expect(resumed.text()).not.toContain('event: gap');
    source.gap = true;
    const late = await connect(port, { 'last-event-id': '1.1' });
    await late.until('event: gap');
  });

  it('a backlog larger than a reader may be behind is sent in parts: it comes back for the rest', async () => {
    const source = new Source();
    const note = 'x'.repeat(60_000);
    source.backlog = Array.from({ length: 40 }, (_, n) => orderEvent(`9.${n}`, note));
    const { port, emitted } = await serve(source);
    const stream = await connect(port, { 'last-event-id': '8.9' });
    await stream.ended;
    const ids = [...stream.text().matchAll(/^id: (\S+)$/gm)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(3);
    expect(ids).toEqual(source.backlog.slice(0, ids.length).map(({ id }) => id));
    expect(stream.text().endsWith('\n\n')).toBe(true);
    expect(emitted).toContainEqual({ name: 'api.stream-closed', stream: 'events', reason: 'too-far-behind' });
  });

  it('a quiet stream is not ended by the idle limit of other connections', async () => {
    const { port, sockets } = await serve(new Source());
    const stream = await connect(port);
    await stream.until(': maibo');
    expect(sockets.map((socket) => socket.timeout)).toEqual([0]);
  });

  it('forgets a reader that leaves', async () => {
    const source = new Source();
    const { port, emitted } = await serve(source);
    const stream = await connect(port);
    await stream.until(': maibo');
    expect(source.readers.size).toBe(1);
    stream.request.destroy();
    await expect.poll(() => source.readers.size).toBe(0);
    expect(emitted).toContainEqual({ name: 'api.stream-closed', stream: 'events', reason: 'reader-left' });
  });

  it('does not hold up a server that stops', async () => {
    const { port, close } = await serve(new Source());
    const stream = await connect(port);
    await stream.until(': maibo');
    await close();
    await stream.ended;
  });
});
