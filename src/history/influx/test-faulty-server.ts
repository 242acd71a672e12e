import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (response: ServerResponse, asked: Asked) => void;

/** An answer with this status, words and headers. */
export function says(status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  return (response) => void response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}

export const ok: Answer = says(204);
export const hangs: Answer = () => undefined;
export const resets: Answer = (response) => void response.socket?.resetAndDestroy();
/** Says the whole of 204, then cuts. */
export const okThenResets: Answer = (response) => void response.writeHead(204).end(() => response.socket?.resetAndDestroy());
/** Promises more than it sends. */
export const breaksOff: Answer = (response) => {
  response.writeHead(500, { 'content-length': '100' });
  response.write('half', () => response.socket?.destroy());
};

/** A server that fails in the way that a test asks for, and keeps what it heard. */
export class FaultyServer {
  readonly asked: Asked[] = [];
  answer: Answer = ok;
  /** Requests that are open now, and the most there have been at once. */
  open = 0;
  peak = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor() {
    this.server = createServer((request, response) => {
      this.open += 1;
      this.peak = Math.max(this.peak, this.open);
      response.on('close', () => (this.open -= 1));
      void this.hear(request, response);
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  /** `port`: one that was in use before, to come back under; 0 for any. */
  static async start(answer: Answer = ok, port = 0): Promise<FaultyServer> {
    const server = new FaultyServer();
    server.answer = answer;
    server.server.listen(port, '127.0.0.1');
    await once(server.server, 'listening');
    return server;
  }

  private async hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const bytes = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
    const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    this.asked.push(asked);
    this.answer(response, asked);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** From here on nobody listens at the address. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
