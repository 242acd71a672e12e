import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbeddedStore } from '../history/embedded/open-embedded-store.ts';
import { startApp, type App } from '../app/app.ts';
import { loadConfig } from '../config/load-config.ts';
import { ABSENT, hasInfluxd, TestServer } from '../history/influx/test-influx-server.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { runCommand } from './commands.ts';
import { heardIo } from './test-rig.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = new URL('../../dist/', import.meta.url);
let directory: string;
let app: App | null = null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-cli-history-'));
});
afterEach(async () => {
  await app?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(store: 'embedded' | 'none'): Promise<void> {
  const env = { MAIBO_DATA_DIR: directory, MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0', MAIBO_HISTORY: store };
  app = await startApp({
    config: loadConfig({ cwd: ROOT, env }),
    clock: 'wall',
    version: '0.0.0',
    emit: () => undefined,
    metrics: createMetrics(),
    fatal: (error) => {
      throw error;
    },
    journal: { worker: new URL('journal/commit-worker.js', DIST) },
    history: { program: new URL('app/history/history-process.js', DIST) },
  });
}

async function status(...more: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const { io, heard } = heardIo();
  const code = await runCommand(['history', 'status', '--url', app?.http ?? '', ...more], io);
  return { code, out: heard.out };
}

test('a history that follows is told with where it is and how far', async () => {
  await start('embedded');
  await expect.poll(async () => (await status()).out, { timeout: 8_000 }).toContain('✓ 正常 following');
  const { code, out } = await status();
  expect(code).toBe(0);
  expect(out).toContain('history.duckdb');
  expect(out).toMatch(/entries behind \d+ · .*points written \d+/);
  expect(JSON.parse((await status('--json')).out)).toMatchObject({ state: 'following', quarantined: 0, lost: 0 });
});

test('rules that are too young compare with what history knows, and the status says so', async () => {
  const store = await openEmbeddedStore({ directory });
  const names = { sensor: 'fever-zhongshan-01', measure: 'fever-visits', gateway: 'gw', place: null, street: null } as const;
  const days = Array.from({ length: 20 }, (_, i) => Date.now() - (i + 1) * 86_400_000);
  await store.write(
    days.map((at) => ({ kind: 'reading', ...names, value: 40, test: false, at, nth: 0, receivedAt: at, order: 0 })),
    { offset: 0, audit: 1 },
  );
  await store.close();
  await start('embedded');
  await expect.poll(async () => (await status()).out, { timeout: 9_000 }).toContain('取自历史的基线 baselines from history');
  expect(JSON.parse((await status('--json')).out)).toMatchObject({ baselines: { keys: 1, slots: 13 } });
});

test('no history is no fault', async () => {
  await start('none');
  expect(await status()).toMatchObject({ code: 0, out: expect.stringContaining('未启用 off') as string });
});

test.skipIf(!hasInfluxd())(`the place in InfluxDB is made, and found the second time${hasInfluxd() ? '' : ` (${ABSENT})`}`, async () => {
  const influx = await TestServer.influxd();
  try {
    const init = async (): Promise<string> => {
      const { io, heard } = heardIo();
      const env = { MAIBO_INFLUX_URL: influx.url, MAIBO_INFLUX_BUCKET: 'maibo', MAIBO_INFLUX_API: 'v1' };
      expect(await runCommand(['history', 'init'], { ...io, env })).toBe(0);
      return heard.out;
    };
    expect(await init()).toContain('已建 made  database maibo  保留 keeps 90d');
    expect(await init()).not.toContain('made');
    expect(JSON.stringify(await influx.ask('SHOW RETENTION POLICIES ON maibo'))).toContain('2160h0m0s');
  } finally {
    await influx.stop();
  }
});
