import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BADNESS, type Badness } from './badness.ts';

/*
 * The receivers, in a process of their own: one good server, and one for each kind of badness. Prints their addresses as one line
 * of JSON and runs until its standard input ends.
 */
function answering(status: number, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end());
  };
}

function slowly(response: ServerResponse): void {
  setTimeout(() => response.destroyed || response.writeHead(204).end(), 30_000).unref();
}

const CONDUCT: Readonly<Record<Exclude<Badness, 'refuses the connection' | 'good (control)'>, RequestListener>> = {
  'never answers': (request) => void request.resume(),
  'answers after 30 s': (request, response) => void request.resume().on('end', () => slowly(response)),
  'answers 503': answering(503),
  'answers 429, Retry-After 1 s': answering(429, { 'retry-after': '1' }),
  'answers 404': answering(404),
  'redirects 302': answering(302, { location: '/elsewhere' }),
  'resets the connection': (request) => void request.resume().on('end', () => request.socket.destroy()),
};

async function open(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const addresses: Record<string, string> = { good: await open(answering(204)) };
for (const kind of BADNESS) {
  if (kind === 'good (control)') addresses[kind] = await open(answering(204));
  else addresses[kind] = kind === 'refuses the connection' ? 'http://127.0.0.1:9' : await open(CONDUCT[kind]);
}
process.stdout.write(`${JSON.stringify(addresses)}\n`);
process.stdin.resume().on('end', () => process.exit(0));
