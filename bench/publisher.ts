import { LoadClient } from './mqtt-load.ts';

/*
 * A publisher in a process of its own: `node publisher.js '{"port":…,"connections":…,"window":…,"count":…,"values":…}'`.
 * Prints one JSON line: messages, readings, seconds.
 */
interface Job {
  readonly port: number;
  readonly connections: number;
  readonly window: number;
  readonly count: number;
  /** Readings in a message; 1 uses the topic of the sensor, more the batch topic. */
  readonly values: number;
}

const job = JSON.parse(process.argv[2] as string) as Job;

function messageOf(connection: number, n: number): { topic: string; payload: string } {
  const at = Date.now();
  if (job.values === 1) {
    const sensor = (n * job.connections + connection) % 2_000;
    return { topic: `city/gw-${connection}/load-${sensor}`, payload: `{"at":${at},"seq":${n},"values":{"temperature":${20 + (n % 7)}}}` };
  }
  const items: string[] = [];
  for (let i = 0; i < job.values; i += 1)
    items.push(`{"sensor":"load-${(n * job.values + i) % 2_000}","at":${at},"seq":${n},"values":{"temperature":${20 + (i % 7)}}}`);
  return { topic: `city/gw-${connection}`, payload: `[${items.join(',')}]` };
}

const clients = await Promise.all(
  Array.from({ length: job.connections }, (_, i) =>
    LoadClient.open({
      host: '127.0.0.1',
      port: job.port,
      clientId: `load-${process.pid}-${i}`,
      window: job.window,
      message: (n) => messageOf(i, n),
    }),
  ),
);
const warmup = Math.min(Math.ceil(job.count / 10), 5_000);
await Promise.all(clients.map((client) => client.send(Math.ceil(warmup / clients.length))));
const each = Math.ceil(job.count / clients.length);
const started = performance.now();
await Promise.all(clients.map((client) => client.send(each)));
const seconds = (performance.now() - started) / 1_000;
for (const client of clients) client.close();
process.stdout.write(`${JSON.stringify({ messages: each * clients.length, readings: each * clients.length * job.values, seconds })}\n`);
