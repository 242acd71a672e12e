import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Ledger } from '../src/app/acceptance/ledger.ts';
import { openLedgerReceiver } from '../src/app/acceptance/ledger-receiver.ts';
import { TRIAL_SECRET } from '../src/app/acceptance/trial-city.ts';
import { LoadClient } from './mqtt-load.ts';
import { openTrialServer } from './trial-server.ts';

/** From the publish of the second alarm to the arrival of the last of the three signed webhooks, ms. */
export interface LatencyResult {
  readonly readingsPerSecond: number;
  /** What the open loop really got through. */
  readonly achieved: number;
  readonly incidents: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const PARTIES = 3;
const GAP = 60;

/** 200 fires, one after another at different places, while other readings stream in at a fixed rate. */
export async function benchLatency(root: string, here: string, rate: number, incidents = 200): Promise<LatencyResult> {
  const ledger = new Ledger();
  const receiver = await openLedgerReceiver(ledger, [TRIAL_SECRET]);
  const running = await openTrialServer({ root, durability: 'durable', places: incidents + 10, receiver: receiver.url });
  const port = running.trial.mqttPort;
  const load =
    rate === 0
      ? null
      : spawn(process.execPath, [join(here, 'steady.js'), JSON.stringify({ port, rate })], { stdio: ['pipe', 'pipe', 'inherit'] });
  const counted =
    load === null
      ? Promise.resolve(0)
      : new Promise<number>((resolve) => load.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))));
  await pause(1_500);
  const times: number[] = [];
  for (let i = 0; i < incidents; i += 1) {
    times.push(await fire(i, port, receiver));
    await pause(GAP);
  }
  load?.stdin.end();
  const achieved = await counted;
  await running.stop();
  await receiver.close();
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) / 10;
  return { readingsPerSecond: rate, achieved, incidents, p50: at(0.5), p99: at(0.99), max: at(1) };
}

let client: { readonly port: number; readonly open: LoadClient; next: { topic: string; payload: string } } | null = null;

async function fire(i: number, port: number, receiver: Awaited<ReturnType<typeof openLedgerReceiver>>): Promise<number> {
  if (client === null || client.port !== port) {
    client?.open.close();
    const slot = { topic: '', payload: '' };
    client = {
      port,
      next: slot,
      open: await LoadClient.open({ host: '127.0.0.1', port, clientId: 'fires', window: 10, message: () => client?.next ?? slot }),
    };
  }
  const confirmed = new Set<string>();
  const done = new Promise<number>((resolve) => {
    receiver.onArrival = (body) => {
      if (body.data.order.place.id !== `place-${i}` || body.type !== 'order.escalated') return;
      confirmed.add(body.data.assignment.party);
      if (confirmed.size === PARTIES) resolve(performance.now());
    };
  });
  client.next = { topic: `city/fires/smoke-${i}-a`, payload: JSON.stringify({ at: Date.now(), values: { smoke: 1 } }) };
  await client.open.send(1);
  client.next = { topic: `city/fires/smoke-${i}-b`, payload: JSON.stringify({ at: Date.now(), values: { smoke: 1 } }) };
  const started = performance.now();
  void client.open.send(1);
  return (await done) - started;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
