import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App, type AppOptions } from './app.ts';
import { CHECKOUT } from './test-rig.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
let directory: string;
let apps: App[];
let emitted: TelemetryEvent[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-app-'));
  apps = [];
  emitted = [];
});
afterEach(async () => {
  for (const app of apps) await app.stop();
  rmSync(directory, { recursive: true, force: true });
});

function configOf(env: Readonly<Record<string, string>> = {}): Config {
  return loadConfig({
    cwd: CHECKOUT,
    env: { MAIBO_DATA_DIR: join(directory, 'data'), MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0', ...env },
  });
}

async function start(over: Partial<AppOptions> = {}): Promise<App> {
  const app = await startApp({
    config: configOf(),
    clock: 'wall',
    version: '0.0.0',
    emit: (event) => void emitted.push(event),
    metrics: createMetrics(),
    fatal: (error) => {
      throw error;
    },
    journal: { worker },
    ...over,
  });
  apps.push(app);
  return app;
}

async function stop(app: App): Promise<void> {
  apps.splice(apps.indexOf(app), 1);
  await app.stop();
}

async function takenPort(): Promise<{ port: number; free: () => Promise<void> }> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const free = (): Promise<void> => new Promise((resolve) => other.close(() => resolve()));
  return { port: (other.address() as AddressInfo).port, free };
}

async function hasIpv6(): Promise<boolean> {
  const probe = createServer();
  const open = await new Promise<boolean>((resolve) => probe.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true)));
  probe.close();
  return open;
}

describe('the server', () => {
  it('starts on free ports, says where, and stops without leaving anything', async () => {
    const app = await start();
    expect(app.http).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect(app.mqtt).toMatch(/^mqtt:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect((await fetch(`${app.http}/readyz`)).status).toBe(200);
    await stop(app);
    await expect(fetch(`${app.http}/readyz`)).rejects.toThrow();
    const again = await start();
    expect((await fetch(`${again.http}/readyz`)).status).toBe(200);
  });

  it('writes an IPv6 address as addresses are written', async (context) => {
    if (!(await hasIpv6())) context.skip('this machine has no ::1');
    const app = await start({ config: configOf({ MAIBO_HTTP_HOST: '::1', MAIBO_MQTT_HOST: '::1' }) });
    expect(app.http).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect(app.mqtt).toMatch(/^mqtt:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${app.http}/healthz`)).status).toBe(200);
  });

  it('refused because of a taken port, it lets go of everything: the next start succeeds', async () => {
    const { port, free } = await takenPort();
    const refused = start({ config: configOf({ MAIBO_HTTP_PORT: String(port) }) });
    await expect(refused).rejects.toMatchObject({ code: 'port-taken', message: expect.stringContaining(String(port)) });
    await free();
    await start();
  });

  it('refuses to go on with data that another clock made', async () => {
    await stop(await start({ clock: 'events' }));
    await expect(start()).rejects.toMatchObject({ code: 'clock-changed', message: expect.stringContaining('--clock events') });
    await start({ clock: 'events' });
  });

  it('refuses a data directory that is in use', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'journal-locked' });
  });

  it('notes the rules in force once, and each start', async () => {
    await stop(await start());
    const app = await start();
    const kinds = [...app.journal.replay(0)].flatMap(({ events }) => events.map(({ kind }) => kind));
    expect(kinds.filter((kind) => kind !== 'tick')).toEqual(['configured', 'started', 'started']);
  });

  it('takes a receipt over HTTP by the judge of MQTT: what cannot be is refused with its place', async () => {
    const app = await start();
    const post = async (body: unknown): Promise<unknown> => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      return (await fetch(`${app.http}/api/v1/orders/wo_1/receipts`, init)).json();
    };
    const receipt = { party: 'fire', state: 'accepted' };
    expect(await post({ ...receipt, at: '2016-12-31T23:59:60Z' })).toMatchObject({ status: 400, pointer: '/at' });
    expect(await post({ ...receipt, party: 'constructor' })).toMatchObject({ status: 400, pointer: '/party' });
    expect(await post({ ...receipt, by: 7 })).toMatchObject({ status: 400, pointer: '/by' });
    expect(await post([])).toMatchObject({ status: 400, pointer: '' });
    expect(await post({ ...receipt, street: null, by: null, id: null })).toMatchObject({ status: 404, code: 'api-order-unknown' });
  });

  it('pages sensors to the last, and refuses a cursor that none of them is', async () => {
    const app = await start();
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = (await (await fetch(`${app.http}/api/v1/sensors?limit=50${cursor === '' ? '' : `&cursor=${cursor}`}`)).json()) as {
        items: { id: string }[];
        next: string | null;
      };
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(ids).toEqual(app.core.inForce?.city.sensors.map(({ id }) => id));
    for (const list of ['sensors', 'orders', 'alerts', 'rejections']) {
      expect(await (await fetch(`${app.http}/api/v1/${list}?cursor=bogus`)).json(), list).toMatchObject({
        status: 400,
        code: 'api-cursor-invalid',
      });
    }
  });
});
