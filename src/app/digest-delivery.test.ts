import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { openReceiver, SECRET, type Received, type Receiver } from '../deliver/test-rig.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App } from './app.ts';
import { listAudit } from './audit-record.ts';
import { CHECKOUT } from './test-rig.ts';

/*
 * The whole server with a real journal, broker and receivers, where each party gets one message in two seconds.
 */
const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const PLACES = ['iapm', 'jianyeli', 'changqiao', 'ecust'];
const LIMIT = { messages: 1, within: '2s' };
let directory: string;
let app: App | null;
let receivers: Receiver[];
/** What a party answers to a digest. */
let toDigest: Record<string, number>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-digest-'));
  cpSync(join(CHECKOUT, 'fixtures/xuhui'), join(directory, 'city'), { recursive: true });
  [app, receivers, toDigest] = [null, [], {}];
});
afterEach(async () => {
  await app?.stop();
  for (const receiver of receivers) await receiver.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Told {
  readonly type: string;
  readonly order: { readonly id: string };
  readonly assignment: { readonly state: string };
}

function toldIn({ body }: Received): Told[] {
  const { type, data } = JSON.parse(body) as { type: string; data: Told & { digest?: Told[] } };
  return [{ ...data, type }, ...(data.digest ?? [])];
}

async function receive(party: string): Promise<Receiver> {
  const receiver = await openReceiver((request, response) => {
    response.writeHead(toldIn(request).length > 1 ? (toDigest[party] ?? 204) : 204).end();
  });
  receivers.push(receiver);
  return receiver;
}

async function start(urls: Readonly<Record<string, string>>, limit: object | null = LIMIT): Promise<App> {
  await app?.stop();
  const handling = join(directory, 'city/handling.json');
  const { lifeSafety: _, ...rest } = JSON.parse(readFileSync(handling, 'utf8')) as Record<string, unknown>;
  writeFileSync(handling, JSON.stringify({ ...rest, limit, lifeSafety: [] }));
  const file = join(directory, 'maibo.json');
  const parties = Object.fromEntries(Object.entries(urls).map(([id, url]) => [id, { webhooks: [{ url, secrets: [SECRET] }] }]));
  writeFileSync(file, JSON.stringify({ parties }));
  const env = {
    MAIBO_DATA_DIR: join(directory, 'data'),
    MAIBO_RULES_DIR: join(CHECKOUT, 'rules'),
    MAIBO_CITY_DIR: join(directory, 'city'),
  };
  app = await startApp({
    config: loadConfig({ file, cwd: CHECKOUT, env: { ...env, MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0' } }),
    clock: 'wall',
    version: '0.0.0',
    emit: () => undefined,
    metrics: createMetrics(),
    fatal: (error) => {
      throw error;
    },
    journal: { worker },
  });
  return app;
}

/** One fire at each of the places. @returns the ids of the orders */
async function burn({ mqtt: url, core }: App): Promise<string[]> {
  const client = await mqtt.connectAsync(url, { clientId: 'gw-01' });
  for (const place of PLACES)
    await client.publishAsync(`city/gw-01/smoke-${place}-01`, JSON.stringify({ values: { smoke: 1 } }), { qos: 1 });
  await client.endAsync();
  return [...core.orders.open()].map(({ id }) => id);
}

const get = async <T>(path: string): Promise<T> => (await (await fetch(`${app?.http}/api/v1/${path}`)).json()) as T;
const post = async (path: string, body: object = {}) => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${app?.http}/api/v1/${path}`, init);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

interface Detail {
  readonly attention: readonly string[];
  readonly deliveries: readonly {
    readonly id: string;
    readonly webhookId: string;
    readonly party: string;
    readonly to: string;
    readonly state: string;
  }[];
}

/** How the webhook of a party stands with an order. */
async function standing(order: string, party: string): Promise<string[]> {
  await app?.journal.flush();
  const { deliveries } = await get<Detail>(`orders/${order}`);
  return deliveries.filter((one) => one.party === party && one.to.startsWith('http')).map(({ state }) => state);
}

async function scene(limit: object = LIMIT) {
  const [fire, ops, police] = [await receive('fire'), await receive('ops'), await receive('police')];
  const urls = { fire: fire.url, ops: ops.url, police: police.url };
  await start(urls, limit);
  const orders = await burn(app as App);
  expect(orders).toHaveLength(PLACES.length);
  return { fire, ops, urls, orders };
}

describe('a digest', { timeout: 40_000 }, () => {
  it('shows in each of its orders, in the measures and in the audit record', async () => {
    const { fire, orders } = await scene();
    await expect.poll(() => fire.received.length, { timeout: 8_000 }).toBe(2);
    const [, digest] = fire.received as [Received, Received];
    expect(
      toldIn(digest)
        .map(({ order }) => order.id)
        .toSorted(),
    ).toEqual(orders.slice(1).toSorted());
    for (const order of orders) await expect.poll(() => standing(order, 'fire')).toEqual(['accepted']);
    const { groups } = await get<{ groups: { key: string; steps: { deliver: Record<string, number> } }[] }>(
      `orders/stats?by=party&from=${encodeURIComponent(new Date(Date.now() - 3_600_000).toISOString())}`,
    );
    expect(groups.find(({ key }) => key === 'fire')?.steps.deliver).toMatchObject({ count: PLACES.length, missed: 0, waiting: 0 });
    const lines = [...listAudit(join(directory, 'data'), orders[3] as string)].map(({ record }) => record);
    const made = lines.find((one) => one?.kind === 'deliveries' && JSON.stringify(one.body).includes(digest.id));
    expect(made?.body['orders']).toContain(orders[3]);
    expect(
      lines.some((one) => one?.kind === 'delivery.outcome' && one.subject.startsWith(digest.id) && one.body['state'] === 'accepted'),
    ).toBe(true);
  });

  it('that is refused is parked, told of in each of its orders while others go on, and replayed while one of them is open', async () => {
    toDigest = { fire: 400 };
    const { fire, ops, orders } = await scene();
    const inDigest = orders.slice(1);
    for (const order of inDigest) await expect.poll(() => standing(order, 'fire'), { timeout: 8_000 }).toEqual(['parked']);
    expect(await standing(orders[0] as string, 'fire')).toEqual(['accepted']);
    const warned = (): Set<string> => new Set(ops.received.flatMap((one) => toldIn(one).map(({ order }) => order.id)));
    await expect.poll(() => inDigest.filter((order) => warned().has(order)), { timeout: 10_000 }).toEqual(inDigest);
    for (const order of inDigest) expect((await get<Detail>(`orders/${order}`)).attention).toContain('delivery-parked:fire');

    // All but one are over.
    for (const order of inDigest.slice(1))
      expect((await post(`orders/${order}/commands`, { do: 'cancel', by: 'Li', reason: 'x' })).status).toBe(201);
    toDigest = {};
    const [parked] = (await get<{ items: { id: string }[] }>('deliveries?state=parked&party=fire')).items;
    const answer = await post(`deliveries/${encodeURIComponent(parked?.id ?? '')}/replay`);
    expect(answer).toMatchObject({ status: 200, body: { result: 'replayed', waiting: [parked?.id] } });
    await expect.poll(() => standing(inDigest[0] as string, 'fire'), { timeout: 8_000 }).toEqual(['accepted']);
    expect(fire.received.filter(({ id }) => id === parked?.id.split('@')[0])).toHaveLength(2);
    await expect.poll(async () => (await get<Detail>(`orders/${inDigest[0]}`)).attention).not.toContain('delivery-parked:fire');
  });

  it('that waits goes to the address of today, and to no other that has it', async () => {
    toDigest = { fire: 503 };
    const { urls, orders } = await scene();
    const order = orders[1] as string;
    await expect.poll(() => standing(order, 'fire'), { timeout: 8_000 }).toEqual(['waiting']);
    const today = await receive('fire2');
    await start({ ...urls, fire: today.url });
    await expect.poll(() => standing(order, 'fire'), { timeout: 8_000 }).toEqual(['superseded', 'accepted']);
    expect(new Set(today.received.flatMap((one) => toldIn(one).map((told) => told.order.id)))).toEqual(new Set(orders.slice(1)));
    await start({ ...urls, fire: today.url });
    expect(await standing(order, 'fire')).toEqual(['superseded', 'accepted']);
  });

  it('is not needed any more where the limit is gone: what was held comes at the next start', async () => {
    const { fire, urls } = await scene({ messages: 1, within: '1h' });
    await expect.poll(() => fire.received.length).toBe(1);
    await start(urls, null);
    await expect.poll(() => fire.received.length, { timeout: 8_000 }).toBe(2);
  });
});
