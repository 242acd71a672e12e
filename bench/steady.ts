import { LoadClient } from './mqtt-load.ts';

/* Readings at a fixed rate, whatever the answer (open loop), until standard input ends; then prints the rate achieved. */
const { port, rate } = JSON.parse(process.argv[2] as string) as { port: number; rate: number };
const client = await LoadClient.open({
  host: '127.0.0.1',
  port,
  clientId: `steady-${process.pid}`,
  window: 60_000,
  message: (n) => ({
    topic: `city/steady/load-${n % 2_000}`,
    payload: `{"at":${Date.now()},"seq":${n},"values":{"temperature":${20 + (n % 7)}}}`,
  }),
});
const started = performance.now();
let released = 0;
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - started) / 1_000) * rate);
  if (due > released) client.release(due - released);
  released = due;
}, 2);
process.stdin.on('end', () => {
  clearInterval(timer);
  process.stdout.write(`${Math.round(client.acknowledged / ((performance.now() - started) / 1_000))}\n`);
  client.close();
  process.exit(0);
});
process.stdin.resume();
