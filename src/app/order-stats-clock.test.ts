import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App } from './app.ts';
import type { OrderStatsView } from './order-stats-client.ts';
import { CHECKOUT } from './test-rig.ts';

/*
 * Where the clock follows the data, orders are measured by it: the last thirty days are those of the data, and all are drills.
 */
const BEGAN = Date.parse('2015-07-01T00:00:00.000Z');
const HOUR = 3_600_000;
let directory: string;
let app: App;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-stats-clock-'));
  const env = {
    MAIBO_DATA_DIR: join(directory, 'data'),
    MAIBO_RULES_DIR: join(CHECKOUT, 'rules'),
    MAIBO_CITY_DIR: join(CHECKOUT, 'fixtures/xuhui'),
    MAIBO_HTTP_PORT: '0',
    MAIBO_MQTT_PORT: '0',
  };
  app = await startApp({
    config: loadConfig({ cwd: CHECKOUT, env }),
    clock: 'events',
    version: '0.0.0',
    emit: () => undefined,
    metrics: createMetrics(),
    fatal: (error) => {
      throw error;
    },
    journal: { worker: new URL('../../dist/journal/commit-worker.js', import.meta.url) },
  });
});
afterEach(async () => {
  await app.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function read(at: number, smoke: number): Promise<void> {
  const body = JSON.stringify([{ sensor: 'smoke-iapm-01', at, values: { smoke } }]);
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${app.http}/api/v1/readings`, { method: 'POST', headers, body })).status).toBe(200);
}

async function stats(query = ''): Promise<OrderStatsView> {
  return (await (await fetch(`${app.http}/api/v1/orders/stats${query}`)).json()) as OrderStatsView;
}

describe('order statistics under an event clock', () => {
  it('reach to the time of the data, and judge due times by it', async () => {
    await read(BEGAN, 1);
    const before = await stats('?drills=only');
    expect(before).toMatchObject({ to: new Date(BEGAN + 1).toISOString(), all: { orders: 1 }, leftOut: 0 });
    expect(before.all.steps.accept).toMatchObject({ count: 0, breached: 0 });
    await read(BEGAN + HOUR, 0);
    const after = await stats('?drills=only');
    expect(after.all.steps.accept.breached).toBe(after.all.assignments);
    expect(await stats()).toMatchObject({ all: { orders: 0 }, leftOut: 1 });
  });
});
