import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runDeliveries } from '../cli/deliveries.ts';
import { runEndpoints } from '../cli/endpoints.ts';
import { heardIo } from '../cli/test-rig.ts';
import { loadConfig } from '../config/load-config.ts';
import { openReceiver, SECRET, type Receiver } from '../deliver/test-rig.ts';
import { verifySignature } from '../deliver/sign.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App } from './app.ts';
import type { DeliveryRow, EndpointRow } from './delivery-client.ts';
import { CHECKOUT } from './test-rig.ts';

/*
 * The whole server with a real journal, broker and receivers: what was refused is sent again when a person says so.
 */
const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const NEWER = `whsec_${Buffer.from('the newer secret of a receiver').toString('base64')}`;
const TOKEN = 'token-of-the-duty-officer';
const AUTH = { authorization: `Bearer ${TOKEN}` };
let directory: string;
let app: App | null;
let receivers: Receiver[];
let known: readonly string[];
let status: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-redelivery-'));
  [app, receivers, known, status] = [null, [], [SECRET], 404];
});
afterEach(async () => {
  await app?.stop();
  for (const receiver of receivers) await receiver.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Takes what is signed with a secret that it knows, once `status` lets it. */
async function receive(): Promise<Receiver> {
  const receiver = await openReceiver(({ headers, body }, response) => {
    const signed = verifySignature({ headers, body, secrets: known, now: Date.now() }).kind === 'verified';
    response.writeHead(signed ? status : 401).end();
  });
  receivers.push(receiver);
  return receiver;
}

type Parties = Readonly<Record<string, { readonly webhooks: readonly { readonly url: string; readonly secrets: readonly string[] }[] }>>;
const party = (url: string, ...secrets: string[]): Parties[string] => ({ webhooks: [{ url, secrets }] });

function write(parties: Parties): ReturnType<typeof loadConfig> {
  const file = join(directory, 'maibo.json');
  const hash = createHash('sha256').update(TOKEN).digest('hex');
  writeFileSync(file, JSON.stringify({ parties, tokens: [{ name: 'duty', hash, role: 'operator' }] }));
  const env = {
    MAIBO_DATA_DIR: join(directory, 'data'),
    MAIBO_RULES_DIR: join(CHECKOUT, 'rules'),
    MAIBO_CITY_DIR: join(CHECKOUT, 'fixtures/xuhui'),
  };
  return loadConfig({ file, cwd: CHECKOUT, env: { ...env, MAIBO_HTTP_PORT: '0', MAIBO_MQTT_PORT: '0' } });
}

async function start(parties: Parties): Promise<App> {
  await app?.stop();
  const fatal = (error: Error): never => {
    throw error;
  };
  app = await startApp({
    config: write(parties),
    clock: 'wall',
    version: '0.0.0',
    emit: () => undefined,
    metrics: createMetrics(),
    fatal,
    journal: { worker },
  });
  return app;
}

async function burn({ mqtt: url, core }: App): Promise<string> {
  const client = await mqtt.connectAsync(url, { clientId: 'gw-01' });
  for (const sensor of ['smoke-iapm-01', 'smoke-iapm-02'])
    await client.publishAsync(`city/gw-01/${sensor}`, JSON.stringify({ values: { smoke: 1 } }), { qos: 1 });
  await client.endAsync();
  return [...core.orders.open()][0]?.id ?? 'none';
}

async function deliveries({ http, journal }: App, query: string): Promise<readonly DeliveryRow[]> {
  await journal.flush();
  return (
    (await (await fetch(`${http}/api/v1/deliveries?${query}`, { headers: AUTH })).json()) as { items: DeliveryRow[] }
  ).items.toReversed();
}

const post = async ({ http }: App, path: string, body: object = {}) => {
  const init = { method: 'POST', headers: { ...AUTH, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${http}/api/v1/${path}`, init);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const idsOf = (receiver: Receiver): string[] => receiver.received.map(({ id }) => id);

/** Fire refuses all three that it is told of one order; the others take theirs. */
async function refusedAll(): Promise<{ fire: Receiver; parties: Parties; order: string; parked: readonly DeliveryRow[] }> {
  const fire = await receive();
  const others = await openReceiver((_, response) => void response.writeHead(204).end());
  receivers.push(others);
  const parties = {
    fire: party(fire.url, SECRET),
    police: party(others.url, SECRET),
    street: party(others.url, SECRET),
    ops: party(others.url, SECRET),
  };
  const running = await start(parties);
  const order = await burn(running);
  await expect.poll(async () => (await deliveries(running, 'state=parked&party=fire')).length, { timeout: 8_000 }).toBe(3);
  return { fire, parties, order, parked: await deliveries(running, 'state=parked') };
}

describe('a parked delivery', { timeout: 30_000 }, () => {
  it('R1 R3 is replayed with all of its endpoint in order, under its ids, by somebody, and is durable before the answer', async () => {
    const { fire, parties, parked } = await refusedAll();
    const first = app as App;
    const [endpoint] = (
      await ((await fetch(`${first.http}/api/v1/endpoints`, { headers: AUTH })).json() as Promise<{ items: EndpointRow[] }>)
    ).items;
    expect(endpoint).toMatchObject({
      serves: [{ party: 'fire', street: null }],
      to: new URL(fire.url).origin,
      parked: 3,
      waiting: 0,
      down: false,
    });
    expect(endpoint?.lastFailure).toMatchObject({ text: { zh: '应答 404：没有这个地址', en: 'Answered 404: it has no such address' } });
    expect(await (await fetch(`${first.http}/metrics`, { headers: AUTH })).text()).toMatch(/^maibo_endpoint_parked\{.*party="fire"\} 3$/m);
    // Busy, so that what was answered is only on disk when the server ends.
    status = 503;
    const answer = await post(first, `endpoints/${endpoint?.id}/replay`);
    expect(answer).toMatchObject({ status: 200, body: { replayed: parked.map(({ id }) => id), refused: [] } });
    status = 200;
    const second = await start(parties);
    await expect
      .poll(async () => (await deliveries(second, 'state=accepted&party=fire')).filter(({ to }) => to.startsWith('http')).length, {
        timeout: 8_000,
      })
      .toBe(3);
    const accepted = idsOf(fire).slice(-3);
    expect(accepted).toEqual(parked.map(({ id }) => id.split('@')[0]));
    const now = await deliveries(second, 'state=accepted&party=fire');
    expect(now.find(({ id }) => id === parked[0]?.id)?.replays).toMatchObject([{ by: 'duty' }]);
  });

  it('R3 is not sent after a later message that was taken, unless a person says so', async () => {
    const { fire, parked } = await refusedAll();
    const running = app as App;
    status = 200;
    expect((await post(running, `deliveries/${encodeURIComponent(parked[2]?.id ?? '')}/replay`)).status).toBe(200);
    await expect.poll(async () => (await deliveries(running, 'state=parked')).length).toBe(2);
    await expect.poll(() => idsOf(fire).length).toBe(4);
    // Taken is not yet noted: what asks before that is known is sent, and rightly.
    await expect
      .poll(async () => (await deliveries(running, 'state=accepted&party=fire')).some(({ id }) => id === parked[2]?.id), { timeout: 5_000 })
      .toBe(true);
    const path = `deliveries/${encodeURIComponent(parked[0]?.id ?? '')}/replay`;
    expect((await post(running, path)).body).toMatchObject({
      status: 409,
      code: 'api-delivery-overtaken',
      titleZh: '之后的消息已送达，内容更新',
    });
    expect((await post(running, path, { evenIfOvertaken: true })).status).toBe(200);
    expect((await post(running, path)).body).toMatchObject({ status: 409, code: 'api-delivery-not-parked' });
    await expect.poll(() => idsOf(fire).length).toBe(5);
    expect((await post(running, 'deliveries/msg_none/replay')).body).toMatchObject({ status: 404, code: 'api-delivery-unknown' });
  });

  it('R4 is sent while its order is resolved, which may be opened again, and goes on being tried over a restart', async () => {
    const { order, parties, parked } = await refusedAll();
    const running = app as App;
    for (const who of ['fire', 'police', 'street', 'ops'])
      await post(running, `orders/${order}/receipts`, { party: who, state: 'resolved', id: who });
    expect(running.journal.views.order(order)?.order.state).toBe('resolved');
    status = 503;
    expect((await post(running, `deliveries/${encodeURIComponent(parked[0]?.id ?? '')}/replay`)).status).toBe(200);
    await expect.poll(async () => (await deliveries(running, 'state=waiting')).map(({ id }) => id)).toContain(parked[0]?.id);
    expect(running.journal.closedWaiting()).toEqual([]);
    status = 200;
    const second = await start(parties);
    await expect
      .poll(async () => (await deliveries(second, 'state=accepted&party=fire')).map(({ id }) => id), { timeout: 8_000 })
      .toContain(parked[0]?.id);
  });

  it('R4 is not sent once the order is over', async () => {
    const { order, parked, fire } = await refusedAll();
    const running = app as App;
    for (const who of ['fire', 'police', 'street', 'ops'])
      await post(running, `orders/${order}/receipts`, { party: who, state: 'resolved', id: who });
    expect((await post(running, `orders/${order}/commands`, { do: 'verify', by: 'Li' })).status).toBe(201);
    await expect
      .poll(async () => (await deliveries(running, 'state=parked')).some(({ type }) => type === 'order.closed'), { timeout: 8_000 })
      .toBe(true);
    const answer = await post(running, `deliveries/${encodeURIComponent(parked[0]?.id ?? '')}/replay`);
    expect(answer.body).toMatchObject({ status: 409, code: 'api-delivery-order-over' });
    // Its last word still matters.
    status = 200;
    const before = idsOf(fire).length;
    const last = (await deliveries(running, 'state=parked')).find(({ type }) => type === 'order.closed');
    expect((await post(running, `deliveries/${encodeURIComponent(last?.id ?? '')}/replay`)).status).toBe(200);
    await expect.poll(() => idsOf(fire).slice(before)).toEqual([last?.id.split('@')[0]]);
  });

  it('R2 goes to the address of today where its own is no longer configured', async () => {
    const { parties, parked, order } = await refusedAll();
    const mended = await receive();
    status = 200;
    const second = await start({ ...parties, fire: party(mended.url, SECRET) });
    const { heard, io } = heardIo();
    const endpoint = (JSON.parse(await listed(second)) as EndpointRow[]).find(({ configured }) => !configured);
    expect(endpoint).toMatchObject({ parked: 3, serves: [{ party: 'fire', street: null }] });
    expect(await runDeliveries(['replay', '--endpoint', endpoint?.id ?? '', '--url', second.http, '--token', TOKEN], io)).toBe(0);
    expect(heard.out).toContain('重投 replayed 3 · 未重投 refused 0');
    await mended.arrived(3);
    expect(idsOf(mended)).toEqual(parked.map(({ id }) => id.split('@')[0]));
    await expect.poll(() => second.core.orders.get(order)?.attention).toEqual([]);
  });

  const attention = (order: string): readonly string[] | undefined => app?.core.orders.get(order)?.attention;
  const taken = (order: string): number =>
    app?.core.orders.get(order)?.trail.filter(({ what }) => what === 'order.delivery-taken').length ?? 0;

  async function replayAll(running: App): Promise<void> {
    status = 200;
    const [endpoint] = JSON.parse(await listed(running)) as EndpointRow[];
    expect((await post(running, `endpoints/${endpoint?.id}/replay`)).status).toBe(200);
  }

  it('asks for attention until its receiver takes it, over restarts', async () => {
    const { parties, parked, order } = await refusedAll();
    expect(attention(order)).toEqual(['delivery-parked:fire']);
    const second = await start(parties);
    expect(attention(order)).toEqual(['delivery-parked:fire']);
    status = 200;
    expect((await post(second, `deliveries/${encodeURIComponent(parked[0]?.id ?? '')}/replay`)).status).toBe(200);
    await expect.poll(() => taken(order)).toBe(1);
    // Two that told more are parked still.
    expect(attention(order)).toEqual(['delivery-parked:fire']);
    await replayAll(second);
    await expect.poll(() => attention(order)).toEqual([]);
    const last = await start(parties);
    expect([attention(order), taken(order)]).toEqual([[], 3]);
    const shown = (await (await fetch(`${last.http}/api/v1/orders/${order}`, { headers: AUTH })).json()) as { attention: string[] };
    expect(shown.attention).toEqual([]);
  });

  it('asks no more once it was taken, where a restart has the log alone', async () => {
    const { parties, order } = await refusedAll();
    await replayAll(app as App);
    await expect.poll(() => attention(order)).toEqual([]);
    await app?.stop();
    app = null;
    const data = join(directory, 'data');
    const snapshots = readdirSync(data).filter((one) => one.startsWith('snapshot-'));
    expect(snapshots).not.toEqual([]);
    for (const name of snapshots) rmSync(join(data, name));
    await start(parties);
    expect([attention(order), taken(order)]).toEqual([[], 3]);
  });
});

async function listed({ http }: App): Promise<string> {
  const { heard, io } = heardIo();
  expect(await runEndpoints(['list', '--json', '--url', http, '--token', TOKEN], io)).toBe(0);
  return heard.out;
}

describe('a secret that is changed while the server runs', { timeout: 30_000 }, () => {
  it('old, old and new, new: nothing is refused, and what waits is signed anew under its id', async () => {
    const fire = await receive();
    const parties = (...secrets: string[]): Parties => ({
      fire: party(fire.url, ...secrets),
      police: party(fire.url, ...secrets),
      street: party(fire.url, ...secrets),
    });
    const running = await start(parties(SECRET));
    status = 503;
    await burn(running);
    await fire.arrived(1);
    const [waiting] = idsOf(fire);
    expect(running.rotateSecrets(write(parties(SECRET, NEWER)))).toEqual({ changed: 3, ignored: [] });
    known = [NEWER];
    status = 200;
    await expect.poll(() => idsOf(fire).filter((id) => id === waiting).length, { timeout: 8_000 }).toBeGreaterThan(1);
    expect(running.rotateSecrets(write(parties(NEWER)))).toEqual({ changed: 3, ignored: [] });
    await expect.poll(async () => (await deliveries(running, 'state=waiting')).length, { timeout: 8_000 }).toBe(0);
    expect(await deliveries(running, 'state=parked')).toEqual([]);
    expect(running.rotateSecrets(write(parties(NEWER)))).toEqual({ changed: 0, ignored: [] });
  });

  it('negative control: changed in the wrong order, the receiver refuses, and a replay brings it after all', async () => {
    const fire = await receive();
    known = [NEWER];
    status = 200;
    const running = await start({ fire: party(fire.url, SECRET) });
    await burn(running);
    await expect.poll(async () => (await deliveries(running, 'state=parked&party=fire')).length, { timeout: 8_000 }).toBe(3);
    const parked = await deliveries(running, 'state=parked');
    expect(running.rotateSecrets(write({ fire: party(fire.url, NEWER) })).changed).toBe(1);
    const [endpoint] = JSON.parse(await listed(running)) as EndpointRow[];
    expect((await post(running, `endpoints/${endpoint?.id}/replay`)).body).toMatchObject({ replayed: parked.map(({ id }) => id) });
    await expect.poll(async () => (await deliveries(running, 'state=parked')).length, { timeout: 8_000 }).toBe(0);
  });

  it('takes nothing else: another address is named, and waits for a restart', async () => {
    const fire = await receive();
    const running = await start({ fire: party(fire.url, SECRET) });
    const next = write({ fire: party(`${fire.url}/other`, NEWER), police: party(fire.url, NEWER) });
    expect(running.rotateSecrets(next)).toEqual({ changed: 0, ignored: ['/parties/fire/webhooks/0', '/parties/police'] });
  });
});
