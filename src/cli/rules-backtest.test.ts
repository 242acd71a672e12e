import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApp, type App } from '../app/app.ts';
import { loadConfig } from '../config/load-config.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { runRulesBacktest } from './rules-backtest.ts';
import { heardIo } from './test-rig.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = new URL('../../dist/', import.meta.url);
const program = new URL('app/backtest/backtest-thread.js', DIST);
let directory: string;
let rules: string;
let app: App | null = null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-cli-backtest-'));
  rules = join(directory, 'rules');
  cpSync(join(ROOT, 'rules'), rules, { recursive: true });
});
afterEach(async () => {
  await app?.stop();
  app = null;
  rmSync(directory, { recursive: true, force: true });
});

const environment = (): Record<string, string> => ({ MAIBO_DATA_DIR: join(directory, 'data'), MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0' });

async function start(): Promise<App> {
  app = await startApp({
    config: loadConfig({ cwd: ROOT, env: environment() }),
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
  return app;
}

/** A smoke alarm in a mall, which history keeps. */
async function smoke(server: App): Promise<void> {
  const say = async (smoke: boolean): Promise<void> => {
    const body = JSON.stringify([{ sensor: 'smoke-iapm-01', values: { smoke } }]);
    await fetch(`${server.http}/api/v1/readings?gateway=gw`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  };
  await say(true);
  await say(false);
  await expect
    .poll(async () => ((await (await fetch(`${server.http}/api/v1/history`)).json()) as { points: number; behind: number }).points, {
      timeout: 20_000,
    })
    .toBeGreaterThan(2);
}

/** Smoke raises nothing any more. */
function deafen(): void {
  const file = join(rules, 'fire/smoke-alarm.rule.json');
  const rule = JSON.parse(readFileSync(file, 'utf8')) as { levels: Record<string, unknown> };
  const [highest] = Object.keys(rule.levels).reverse();
  for (const level of Object.keys(rule.levels)) if (level !== highest) delete rule.levels[level];
  writeFileSync(file, JSON.stringify({ ...rule, version: 99, levels: { red: { ...(rule.levels[highest ?? ''] as object), for: '5m' } } }));
}

async function run(...args: readonly string[]): Promise<{ code: number; out: string }> {
  const { io, heard } = heardIo();
  const code = await runRulesBacktest(args, { ...io, env: { ...environment(), ...io.env } }, { program });
  return { code, out: heard.out };
}

describe('a back-test at the terminal', () => {
  test('of a running server: the rules in force come to what was done, and a deaf smoke alarm loses it', async () => {
    const server = await start();
    await smoke(server);
    const same = await run('--from', '1h', '--url', server.http, '--json');
    const report = JSON.parse(same.out) as { against: string; diff: { alerts: { same: number; lost: unknown[]; gained: unknown[] } } };
    expect(report.against).toBe('recorded');
    expect(report.diff.alerts.lost).toEqual([]);
    deafen();
    const { code, out } = await run('--from', '1h', '--rules', rules, '--url', server.http);
    expect(code).toBe(0);
    expect(out).toContain('变更 changed 1: smoke-alarm');
    expect(out).toMatch(/消失告警 alerts lost 1\n {2}- .* smoke-alarm {2}sensor:smoke-iapm-01/);
    expect(out).toMatch(/消失工单 orders lost 1/);
  }, 60_000);

  test('without a server it reads the history itself', async () => {
    const server = await start();
    await smoke(server);
    await server.stop();
    app = null;
    deafen();
    const { code, out } = await run('--from', '1h', '--rules', rules);
    expect([code, out.includes('消失告警 alerts lost 1')]).toEqual([0, true]);
    const none = await run('--from', '1h', '--rules', join(ROOT, 'rules'));
    expect(none.out).toContain('变更 changed 0');
  }, 60_000);

  test.each([
    [[], /--from/],
    [['--from', 'tomorrow'], /RFC 3339/],
    [['--from', '1h', '--to', '2h'], /before --to/],
    [['--from', '1h', '--handled', 'soon'], /--handled/],
    [['nothing.rule.json', '--from', '1h'], /does not exist/],
  ])('what cannot be meant is refused with the mend: %j', async (args, said) => {
    await expect(run(...args)).rejects.toThrow(said);
  });

  test('rules with faults are named, and nothing is run', async () => {
    writeFileSync(join(rules, 'fire/smoke-alarm.rule.json'), '{');
    await expect(run('--from', '1h', '--rules', rules)).rejects.toMatchObject({ code: 'rules-invalid' });
  });
});
