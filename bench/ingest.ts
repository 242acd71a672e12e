import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../src/app/acceptance/trial-city.ts';
import { LoadClient } from './mqtt-load.ts';
import { openTrialServer } from './trial-server.ts';

/** Messages and readings a second, by way. */
export interface IngestResult {
  readonly name: string;
  readonly messagesPerSecond: number;
  readonly readingsPerSecond: number;
}

interface Published {
  readonly messages: number;
  readonly readings: number;
  readonly seconds: number;
}

export interface IngestJob {
  readonly count: number;
  readonly values: number;
}

const CONNECTIONS = 4;
const WINDOW = 500;
/** Large messages: fewer of them in flight, so that what is not yet durable stays below the bound that pauses sockets. */
const BATCH_WINDOW = 100;

/** The same publisher against each way in turn: bare broker, Maibo without and with durability, Mosquitto with its own subscriber. */
export async function benchIngest(root: string, here: string, job: IngestJob): Promise<IngestResult[]> {
  const results: IngestResult[] = [];
  const bare = await bareBroker(here);
  results.push(rated('aedes, bare (acknowledges from memory)', await publish(here, bare.port, job)));
  bare.stop();
  for (const durability of ['none', 'durable'] as const) {
    const running = await openTrialServer({ root, durability, places: 10, receiver: 'http://127.0.0.1:9/none' });
    const name = durability === 'durable' ? 'Maibo, durable (fsync before PUBACK)' : 'Maibo, the same without durability';
    results.push(rated(name, await publish(here, running.trial.mqttPort, job)));
    await running.stop();
  }
  const mosquitto = await mosquittoSubscriber(job);
  if (mosquitto !== null) results.push(mosquitto);
  return results;
}

function rated(name: string, { messages, readings, seconds }: Published): IngestResult {
  return { name, messagesPerSecond: Math.round(messages / seconds), readingsPerSecond: Math.round(readings / seconds) };
}

async function publish(here: string, port: number, job: IngestJob): Promise<Published> {
  const child = spawn(
    process.execPath,
    [
      join(here, 'publisher.js'),
      JSON.stringify({ port, connections: CONNECTIONS, window: job.values === 1 ? WINDOW : BATCH_WINDOW, ...job }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return JSON.parse(await output(child)) as Published;
}

async function bareBroker(here: string): Promise<{ port: number; stop: () => void }> {
  const child = spawn(process.execPath, [join(here, 'bare-broker.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))));
  return { port, stop: () => child.kill('SIGTERM') };
}

/** What a subscriber written in C gets out of Mosquitto at QoS 1, until the last message has come. */
async function mosquittoSubscriber(job: IngestJob): Promise<IngestResult | null> {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-bench-'));
  const port = await freePort();
  writeFileSync(
    join(directory, 'conf'),
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\n`,
  );
  const broker = spawn('mosquitto', ['-c', join(directory, 'conf')], { stdio: 'ignore' });
  const missing = new Promise<'missing'>((resolve) => broker.once('error', () => resolve('missing')));
  if ((await Promise.race([missing, listening(port)])) === 'missing') return null;
  const subscriber = spawn('mosquitto_sub', ['-p', String(port), '-q', '1', '-c', '-i', 'bench', '-t', 'city/#', '-F', '%l'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const client = await LoadClient.open({
    host: '127.0.0.1',
    port,
    clientId: 'bench-load',
    window: WINDOW * CONNECTIONS,
    message: (n) => ({ topic: `city/gw/load-${n % 2_000}`, payload: `{"at":${Date.now()},"seq":${n},"values":{"temperature":21}}` }),
  });
  let received = 0;
  const all = new Promise<number>((resolve) => {
    subscriber.stdout.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 10) received += 1;
      if (received >= job.count) resolve(performance.now());
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const started = performance.now();
  await client.send(job.count);
  const seconds = ((await all) - started) / 1_000;
  client.close();
  subscriber.kill();
  broker.kill();
  rmSync(directory, { recursive: true, force: true });
  const rate = Math.round(job.count / seconds);
  return { name: 'Mosquitto → mosquitto_sub (C, from memory)', messagesPerSecond: rate, readingsPerSecond: rate };
}

async function listening(port: number): Promise<'listening'> {
  for (;;) {
    try {
      (
        await LoadClient.open({ host: '127.0.0.1', port, clientId: 'probe', window: 1, message: () => ({ topic: 'x', payload: '' }) })
      ).close();
      return 'listening';
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
}

async function output(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await new Promise((resolve) => child.once('exit', resolve));
  return text;
}
