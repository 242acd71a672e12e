import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import type { AuditRecord } from '../journal/audit/audit-line.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App } from './app.ts';
import { listAudit, verifyAudit } from './audit-record.ts';
import { CHECKOUT } from './test-rig.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
let directory: string;
let app: App | null;
let emitted: TelemetryEvent[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-app-audit-'));
  [app, emitted] = [null, []];
});
afterEach(async () => {
  await app?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(file?: string): Promise<App> {
  const env = { MAIBO_DATA_DIR: directory, MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0' };
  app = await startApp({
    config: loadConfig({ cwd: CHECKOUT, env, ...(file === undefined ? {} : { file }) }),
    clock: 'wall',
    version: '0.0.0',
    emit: (event) => void emitted.push(event),
    metrics: createMetrics(),
    fatal: (error) => {
      throw error;
    },
    journal: { worker },
  });
  return app;
}

async function stop(): Promise<void> {
  await app?.stop();
  app = null;
}

async function say(http: string, path: string, body: unknown): Promise<Response> {
  return fetch(`${http}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function records(order: string | null = null): AuditRecord[] {
  return [...listAudit(directory, order)].map(({ record }) => record as AuditRecord);
}

const kindsOf = (list: readonly AuditRecord[]): Set<string> => new Set(list.map(({ kind }) => kind));

/** Two smoke sensors of one place: an alert, an order, deliveries; then an answer and one that is refused. */
async function happen(http: string): Promise<string> {
  const readings = ['smoke-iapm-01', 'smoke-iapm-02'].map((sensor) => ({ sensor, values: { smoke: 1 } }));
  expect((await say(http, 'readings?gateway=gw', readings)).ok).toBe(true);
  const { items } = (await (await fetch(`${http}/api/v1/orders`)).json()) as { items: { id: string }[] };
  const id = items[0]?.id ?? '';
  expect((await say(http, `orders/${id}/receipts`, { party: 'fire', state: 'accepted', by: '张三', id: 'r1' })).ok).toBe(true);
  expect((await say(http, `orders/${id}/receipts`, { party: 'fire', state: 'accepted', by: '李四', id: 'r2' })).status).toBe(409);
  return id;
}

describe('the audit record of a server', () => {
  it('holds what a token of another party was refused: who, which door, what, why and how often', async () => {
    const file = join(directory, 'maibo.json');
    const hash = createHash('sha256').update('token-of-fire').digest('hex');
    writeFileSync(file, JSON.stringify({ tokens: [{ name: 'fire desk', hash, role: 'operator', party: 'fire' }] }));
    const { http } = await start(file);
    const authorization = { authorization: 'Bearer token-of-fire', 'content-type': 'application/json' };
    const body = JSON.stringify({ party: 'police', state: 'accepted' });
    for (let i = 0; i < 30; i += 1) {
      const answer = await fetch(`${http}/api/v1/orders/wo_1/receipts`, { method: 'POST', headers: authorization, body });
      expect(answer.status).toBe(403);
    }
    await stop();
    const told = records('wo_1');
    expect(told.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['event.forbidden wo_1', 'event.forbidden wo_1']);
    expect(told.map(({ body: { since: _, result: __, ...rest } }) => rest)).toEqual(
      [1, 29].map((count) => ({
        door: 'http',
        token: 'fire desk',
        route: 'POST /api/v1/orders/:id/receipts',
        order: 'wo_1',
        party: 'police',
        detail: 'The token "fire desk" answers for itself only; send "party": "fire".',
        count,
      })),
    );
    expect(verifyAudit({ directory }).damage).toBeNull();
  });

  it('tells of an order from its alert to its receipts, and never of a reading', async () => {
    const { http } = await start();
    const order = await happen(http);
    await stop();
    expect(kindsOf(records())).toEqual(
      new Set(['genesis', 'event.configured', 'event.started', 'alert', 'order', 'deliveries', 'receipt', ...unheard(records())]),
    );
    const told = records(order);
    expect(
      told.filter(({ kind }) => kind === 'receipt').map(({ body }) => [body['by'], (body['outcome'] as { kind: string }).kind]),
    ).toEqual([
      ['张三', 'moved'],
      ['李四', 'refused'],
    ]);
    expect(told[0]?.kind).toBe('alert');
    expect(JSON.stringify(records())).not.toContain('"values"');
  });

  it('R2: a restart that replays the whole log appends its own start, and nothing that was decided before', async () => {
    const order = await happen((await start()).http);
    await stop();
    const before = records();
    // As after a crash before the first snapshot.
    const snapshots = readdirSync(directory).filter((name) => name.startsWith('snapshot-'));
    expect(snapshots.length).toBeGreaterThan(0);
    for (const name of snapshots) rmSync(join(directory, name));
    const restarted = Date.now();
    await start();
    await stop();
    const replayed = emitted.filter((event) => event.name === 'pipeline.replay-finished').at(-1);
    expect(replayed).toMatchObject({ entries: expect.any(Number) as number });
    expect(replayed?.entries).toBeGreaterThan(2);
    const after = records();
    expect(after.slice(0, before.length)).toEqual(before);
    const decided = new Set(before.map(decision));
    const added = after.slice(before.length);
    expect(added.map(({ kind }) => kind)).toContain('event.started');
    // That nobody listens is found anew by whoever lives long enough to try: that is no decision of before.
    const foundAnew = ({ at, kind }: AuditRecord): boolean => kind === 'event.unheard' && Date.parse(at) >= restarted;
    expect(added.filter((record) => decided.has(decision(record)) && !foundAnew(record))).toEqual([]);
    // Control: the same check finds every record of before, were it appended again.
    expect(before.filter((record) => decided.has(decision(record)))).toHaveLength(before.length);
    expect(added.filter(({ kind }) => ['alert', 'receipt', 'deliveries'].includes(kind))).toEqual([]);
    expect(records(order).filter(({ kind }) => kind === 'receipt')).toHaveLength(2);
  });

  it('is signed at the start and at the stop, the signature leaves by MQTT and the log, and all of it verifies', async () => {
    const { http, mqtt } = await start();
    await expect.poll(() => signatures().length).toBe(1);
    const heard: string[] = [];
    const client = await connectAsync(mqtt);
    client.on('message', (_topic, payload) => void heard.push(payload.toString()));
    await client.subscribeAsync('audit/checkpoint');
    await expect.poll(() => heard).toEqual(signatures());
    await client.endAsync(true);
    await happen(http);
    await stop();
    expect(signatures()).toHaveLength(2);
    const { records: count, ...verdict } = verifyAudit({ directory });
    expect(verdict).toMatchObject({ damage: null, faults: [], checkpoints: 2, signedUpTo: count });
    expect(count).toBe(records().length);
  });
});

const decision = ({ kind, subject, body }: AuditRecord): string => JSON.stringify([kind, subject, body]);

function signatures(): string[] {
  return emitted.flatMap((event) => (event.name === 'journal.audit-checkpoint-made' ? [event.checkpoint] : []));
}

/** Whether somebody was told meanwhile that nobody listens is a matter of when the server stopped. */
const isUnheard = (kind: string): boolean => kind === 'event.unheard' || kind === 'delivery.outcome' || kind === 'order';
const unheard = (list: readonly AuditRecord[]): string[] => [...kindsOf(list)].filter((kind) => isUnheard(kind));
