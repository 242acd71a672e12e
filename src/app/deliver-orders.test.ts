import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { answerWith, openReceiver, SECRET, type Answer, type Receiver } from '../deliver/test-rig.ts';
import type { OrderRecord } from '../journal/views.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App } from './app.ts';
import { CHECKOUT, receiptOf } from './test-rig.ts';

/*
 * The whole server with a real journal, a real broker and real receivers, over changes of its configuration.
 */
const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const NOWHERE = 'http://127.0.0.1:9/orders';
let directory: string;
let apps: App[];
let receivers: Receiver[];
let emitted: TelemetryEvent[];
let watchers: (() => void)[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-deliver-'));
  [apps, receivers, emitted, watchers] = [[], [], [], []];
});
afterEach(async () => {
  for (const app of apps) await app.stop();
  for (const receiver of receivers) await receiver.close();
  rmSync(directory, { recursive: true, force: true });
});

async function receive(answer: Answer = answerWith(200)): Promise<Receiver> {
  const receiver = await openReceiver(answer);
  receivers.push(receiver);
  return receiver;
}

interface Party {
  readonly webhooks: readonly { readonly url: string; readonly secrets: readonly string[] }[];
  readonly byStreet?: Readonly<Record<string, Pick<Party, 'webhooks'>>>;
}

const party = (...urls: string[]): Party => ({ webhooks: urls.map((url) => ({ url, secrets: [SECRET] })) });

async function start(parties: Readonly<Record<string, Party>>, clock: 'wall' | 'events' = 'wall'): Promise<App> {
  const env = {
    MAIBO_DATA_DIR: join(directory, 'data'),
    MAIBO_RULES_DIR: join(CHECKOUT, 'rules'),
    MAIBO_CITY_DIR: join(CHECKOUT, 'fixtures/xuhui'),
    MAIBO_HTTP_PORT: '0',
    MAIBO_MQTT_PORT: '0',
  };
  const file = join(directory, 'maibo.json');
  writeFileSync(file, JSON.stringify({ parties }));
  const app = await startApp({
    config: loadConfig({ file, cwd: CHECKOUT, env }),
    clock,
    version: '0.0.0',
    emit: (event) => {
      emitted.push(event);
      for (const look of watchers) look();
    },
    metrics: createMetrics(),
    fatal: (error) => {
      throw error;
    },
    journal: { worker },
  });
  apps.push(app);
  return app;
}

async function stop(app: App): Promise<void> {
  apps.splice(apps.indexOf(app), 1);
  await app.stop();
}

/** Resolves when it has been emitted. */
function seen(what: (event: TelemetryEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!emitted.some(what)) return;
      watchers = watchers.filter((one) => one !== look);
      resolve();
    };
    watchers.push(look);
    look();
  });
}

const tried = (to: string, result: string): Promise<void> =>
  seen((event) => event.name === 'deliver.attempt-finished' && event.party === to && event.result === result);

/** Two smoke alarms at one place: fire, police and the street office are called. @returns the order's id. */
async function burn(app: App): Promise<string> {
  const client = await mqtt.connectAsync(app.mqtt, { clientId: 'gw-01' });
  for (const sensor of ['smoke-iapm-01', 'smoke-iapm-02'])
    await client.publishAsync(`city/gw-01/${sensor}`, JSON.stringify({ values: { smoke: 1 } }), { qos: 1 });
  await client.endAsync();
  const [order] = [...app.core.orders.open()];
  return order?.id ?? 'none';
}

function record(app: App, id: string): OrderRecord {
  const found = app.journal.views.order(id);
  if (found === null) throw new Error(`no order ${id}`);
  return found;
}

const states = (app: App, id: string, to: string): Set<string> =>
  new Set(
    record(app, id).deliveries.flatMap(({ delivery }) => (delivery.party === to ? [`${delivery.endpoint.kind} ${delivery.state}`] : [])),
  );

describe('a street office that nothing reaches', () => {
  it('is not taken for reached because another street has a webhook: attention, operations, and it waits', async () => {
    const receiver = await receive();
    const elsewhere: Party = { webhooks: [], byStreet: { '310104014': party(receiver.url) } };
    const app = await start({ fire: party(receiver.url), police: party(receiver.url), ops: party(receiver.url), street: elsewhere });
    const id = await burn(app);
    await seen((event) => event.name === 'deliver.party-unreachable' && event.party === 'street');
    await seen((event) => event.name === 'deliver.delivery-unheard' && event.party === 'fire');
    await seen((event) => event.name === 'deliver.attempt-finished' && event.party === 'ops' && event.result === 'accepted');
    await app.journal.flush();
    expect(record(app, id).order.attention).toEqual(['unreachable:street/310104003']);
    expect(states(app, id, 'street')).toEqual(new Set(['mqtt waiting']));
    expect(states(app, id, 'fire')).toContain('mqtt unheard');
    const detail = (await (await fetch(`${app.http}/api/v1/orders/${id}`)).json()) as { deliveries: { party: string; state: string }[] };
    expect(new Set(detail.deliveries.map((one) => `${one.party} ${one.state}`))).toContain('fire unheard');

    // Whoever listens at last gets it.
    const office = await mqtt.connectAsync(app.mqtt, { clientId: 'office' });
    await office.subscribeAsync('orders/street/310104003', { qos: 1 });
    await tried('street', 'accepted');
    await office.endAsync();
  });

  it('worries nobody in a drill', async () => {
    const app = await start({}, 'events');
    const id = await burn(app);
    await seen((event) => event.name === 'deliver.delivery-unheard' && event.party === 'street');
    await app.journal.flush();
    expect(record(app, id).order).toMatchObject({ drill: true, attention: [] });
    expect(states(app, id, 'street')).toEqual(new Set(['mqtt unheard']));
  });
});

describe('a webhook that was mended between two starts', () => {
  it('has what waited under the same webhook-id, once; the wrong address is superseded', async () => {
    const receiver = await receive();
    const first = await start({ fire: party(NOWHERE), police: party(NOWHERE), street: party(NOWHERE) });
    const id = await burn(first);
    await tried('fire', 'retry');
    const messages = record(first, id).deliveries.filter(
      ({ delivery }) => delivery.party === 'fire' && delivery.endpoint.kind === 'webhook',
    );
    await stop(first);
    emitted = [];
    const second = await start({ fire: party(receiver.url), police: party(NOWHERE), street: party(NOWHERE) });
    await receiver.arrived(messages.length);
    await tried('fire', 'accepted');
    await stop(second);
    const third = await start({ fire: party(receiver.url), police: party(NOWHERE), street: party(NOWHERE) });
    await stop(third);
    expect(receiver.received.map((one) => one.id)).toEqual(messages.map(({ delivery }) => delivery.message));
    expect(emitted.filter(({ name }) => name === 'deliver.delivery-parked')).toEqual([]);
    expect(emitted.filter(({ name }) => name === 'deliver.delivery-superseded')).toHaveLength(messages.length);
    const last = await start({});
    expect(states(last, id, 'fire')).toContain('webhook accepted');
    expect(states(last, id, 'fire')).toContain('webhook superseded');
    expect(states(last, id, 'fire')).not.toContain('webhook parked');
  });

  it('gone altogether, MQTT is tried again as the only way, and that nobody listens is told', async () => {
    const first = await start({ fire: party(NOWHERE), police: party(NOWHERE), street: party(NOWHERE) });
    const id = await burn(first);
    await seen((event) => event.name === 'deliver.delivery-unheard' && event.party === 'fire');
    await stop(first);
    const second = await start({ police: party(NOWHERE), street: party(NOWHERE) });
    await seen((event) => event.name === 'deliver.party-unreachable' && event.party === 'fire');
    await second.journal.flush();
    expect(states(second, id, 'fire')).toEqual(new Set(['webhook superseded', 'mqtt waiting']));
    expect(record(second, id).order.attention).toEqual(['unreachable:fire']);
  });
});

describe('an order that is closed', () => {
  it('stops calling a dead receiver, and has its last word when the receiver is back, over a restart', async () => {
    let down = true;
    const receiver = await receive((request, response) => answerWith(down ? 503 : 200)(request, response));
    const others = await receive();
    const parties = { fire: party(receiver.url), police: party(others.url), street: party(others.url) };
    const first = await start(parties);
    const id = await burn(first);
    await tried('fire', 'retry');
    for (const who of ['police', 'street', 'fire']) {
      const { kind: _, order: __, door: ___, ...body } = receiptOf(id, who, 'resolved');
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      expect((await fetch(`${first.http}/api/v1/orders/${id}/receipts`, init)).status).toBe(201);
    }
    const verify = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ do: 'verify', by: 'Li' }) };
    expect((await fetch(`${first.http}/api/v1/orders/${id}/commands`, verify)).status).toBe(201);
    await seen((event) => event.name === 'deliver.delivery-superseded' && event.party === 'fire');
    await stop(first);
    down = false;
    const second = await start(parties);
    await tried('fire', 'accepted');
    await second.journal.flush();
    const fire = record(second, id).deliveries.filter(({ delivery }) => delivery.party === 'fire' && delivery.endpoint.kind === 'webhook');
    expect(fire.at(-1)?.delivery).toMatchObject({ type: 'order.closed', state: 'accepted' });
    expect(fire[0]?.delivery).toMatchObject({ type: 'order.dispatched', state: 'superseded', reason: 'order-closed' });
    expect(second.journal.closedWaiting()).toEqual([]);
  });
});
