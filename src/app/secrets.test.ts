import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { createEmitter } from '../telemetry/emitter.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App } from './app.ts';
import { CHECKOUT } from './test-rig.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const SECRET = 'hunter2';
let directory: string;
let app: App | null;
let logged: string;
let emitted: TelemetryEvent[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-secrets-'));
  app = null;
  logged = '';
  emitted = [];
});
afterEach(async () => {
  await app?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** With the real log, at its most talkative. */
async function start(content: object, env: Readonly<Record<string, string>> = {}): Promise<App> {
  const file = join(directory, 'maibo.json');
  writeFileSync(file, JSON.stringify(content));
  const metrics = createMetrics();
  const logger = createLogger({ level: 'trace', destination: { write: (line: string) => void (logged += line) } });
  const emit = createEmitter({ logger, metrics });
  const places = { MAIBO_RULES_DIR: join(CHECKOUT, 'rules'), MAIBO_CITY_DIR: join(CHECKOUT, 'fixtures/xuhui') };
  app = await startApp({
    config: loadConfig({ file, env: { MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0', ...places, ...env } }),
    clock: 'wall',
    version: '0.0.0',
    emit: (event) => {
      emitted.push(event);
      emit(event);
    },
    metrics,
    fatal: (error) => {
      throw error;
    },
    journal: { worker },
  });
  return app;
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const named = (name: TelemetryEvent['name']): TelemetryEvent[] => emitted.filter((event) => event.name === name);

describe('secrets are said by no event, no line of the log and no announcement', () => {
  it('the password of an existing broker', async () => {
    const { mqtt } = await start({}, { MAIBO_MQTT_URL: `mqtt://maibo:${SECRET}@127.0.0.1:${await deadPort()}` });
    expect(mqtt).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
    await expect.poll(() => named('ingest.broker-lost').length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(logged).toContain('ingest.broker-lost');
    expect(logged + JSON.stringify(emitted)).not.toContain(SECRET);
  });

  it('the path of a webhook, and what it is signed with', async () => {
    const secret = `whsec_${Buffer.from(`${SECRET}${SECRET}${SECRET}`).toString('base64')}`;
    const url = `http://127.0.0.1:${await deadPort()}/${SECRET}?key=${SECRET}`;
    const { http } = await start({ parties: { fire: { webhooks: [{ url, secrets: [secret] }] } } });
    const readings = ['01', '02'].map((n) => ({ sensor: `smoke-iapm-${n}`, values: { smoke: 1 } }));
    await fetch(`${http}/api/v1/readings`, { method: 'POST', body: JSON.stringify(readings) });
    await expect.poll(() => named('deliver.attempt-finished').length, { timeout: 20_000 }).toBeGreaterThan(0);
    const { items } = (await (await fetch(`${http}/api/v1/orders`)).json()) as { items: { id: string }[] };
    const order = await (await fetch(`${http}/api/v1/orders/${items[0]?.id}`)).text();
    expect(order).toContain('http://127.0.0.1');
    for (const said of [logged, JSON.stringify(emitted), order, await (await fetch(`${http}/metrics`)).text()]) {
      expect(said).not.toContain(SECRET);
      expect(said).not.toContain(secret.slice(6));
    }
  });
});
