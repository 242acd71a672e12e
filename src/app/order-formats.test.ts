import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HTTP, type CloudEvent } from 'cloudevents';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { checkCap, readXml, textOf } from '../deliver/formats/test-cap-checker.ts';
import { verifySignature } from '../deliver/sign.ts';
import { answerWith, openReceiver, SECRET, type Receiver } from '../deliver/test-rig.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startApp, type App } from './app.ts';
import { CHECKOUT } from './test-rig.ts';

/*
 * The whole server, with a receiver of each format and a real broker.
 */
const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const CAP = { sender: 'maibo@ops.xuhui.example', division: '310104', sector: '416' };
let directory: string;
let app: App | null;
let receiver: Receiver;
let clients: MqttClient[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-order-formats-'));
  [app, clients] = [null, []];
  receiver = await openReceiver(answerWith(200));
});
afterEach(async () => {
  for (const client of clients) await client.endAsync();
  await app?.stop();
  await receiver.close();
  rmSync(directory, { recursive: true, force: true });
});

async function start(config: object, clock: 'wall' | 'events' = 'wall'): Promise<App> {
  const file = join(directory, 'maibo.json');
  writeFileSync(file, JSON.stringify(config));
  const env = {
    MAIBO_DATA_DIR: join(directory, 'data'),
    MAIBO_RULES_DIR: join(CHECKOUT, 'rules'),
    MAIBO_CITY_DIR: join(CHECKOUT, 'fixtures/xuhui'),
    MAIBO_HTTP_PORT: '0',
    MAIBO_MQTT_PORT: '0',
  };
  app = await startApp({
    config: loadConfig({ file, cwd: CHECKOUT, env }),
    clock,
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

async function connect(server: App, clientId: string): Promise<MqttClient> {
  const client = await mqtt.connectAsync(server.mqtt, { clientId });
  clients.push(client);
  return client;
}

/** Two smoke alarms at one place: fire, police and the street office of 310104003 are called. */
async function burn(server: App): Promise<void> {
  const client = await connect(server, 'gw-01');
  for (const sensor of ['smoke-iapm-01', 'smoke-iapm-02'])
    await client.publishAsync(`city/gw-01/${sensor}`, JSON.stringify({ values: { smoke: 1 } }), { qos: 1 });
}

const hook = (path: string, more: object = {}): object => ({ url: `${receiver.url}/${path}`, secrets: [SECRET], ...more });
const at = (path: string) => receiver.received.filter((one) => one.path === `/orders/${path}`);

it('one order reaches every receiver in its format, signed over what was sent', async () => {
  const server = await start({
    formats: { cap: CAP },
    parties: {
      fire: {
        webhooks: [hook('own'), hook('event', { format: 'cloudevents' }), hook('headers', { format: 'cloudevents', mode: 'binary' })],
      },
      police: { webhooks: [hook('cap', { format: 'cap' })] },
      street: { webhooks: [hook('street')] },
    },
  });
  await burn(server);
  await receiver.arrived(5);
  for (const { headers, body } of receiver.received)
    expect(verifySignature({ headers, body, secrets: [SECRET], now: Date.now() }).kind).toBe('verified');

  const own = JSON.parse(at('own')[0]?.body ?? '') as { id: string; type: string; data: { order: { id: string; sort: string } } };
  expect([own.type, own.data.order.sort]).toEqual(['order.dispatched', 'fire']);
  for (const path of ['event', 'headers']) {
    const { headers, body } = at(path)[0] as (typeof receiver.received)[number];
    const event = HTTP.toEvent<unknown>({ headers: { ...headers }, body }) as CloudEvent<unknown>;
    expect(event.validate()).toBe(true);
    expect(event).toMatchObject({
      id: own.id,
      source: '/maibo/xuhui',
      type: 'cn.maibo.workorder.dispatched.v1',
      subject: own.data.order.id,
      data: own.data,
    });
  }
  const alert = at('cap')[0]?.body ?? '';
  expect(checkCap(alert)).toEqual([]);
  expect(['status', 'msgType', 'addresses'].map((name) => textOf(readXml(alert), name))).toEqual(['Actual', 'Alert', 'police']);
});

it('a topic carries events where its listener asks for them, and our own body elsewhere', async () => {
  const server = await start({
    formats: { cloudevents: { source: 'https://ops.xuhui.example/maibo' } },
    parties: { fire: { mqtt: { format: 'cloudevents' } }, street: { byStreet: { '310104003': { mqtt: { format: 'cloudevents' } } } } },
  });
  const listener = await connect(server, 'wall');
  const heard = new Map<string, Record<string, unknown>>();
  const everything = new Promise<void>((resolve) => {
    listener.on('message', (topic, payload) => {
      heard.set(topic, JSON.parse(payload.toString()) as Record<string, unknown>);
      if (heard.size === 4) resolve();
    });
  });
  await listener.subscribeAsync(['orders/fire', 'orders/police', 'orders/street', 'orders/street/310104003'], { qos: 1 });
  await burn(server);
  await everything;
  expect(Object.fromEntries([...heard].map(([topic, { type, source }]) => [topic, [type, source]]))).toEqual({
    'orders/fire': ['cn.maibo.workorder.dispatched.v1', 'https://ops.xuhui.example/maibo'],
    'orders/police': ['order.dispatched', undefined],
    'orders/street': ['order.dispatched', undefined],
    'orders/street/310104003': ['cn.maibo.workorder.dispatched.v1', 'https://ops.xuhui.example/maibo'],
  });
  expect(heard.get('orders/street/310104003')).toMatchObject({
    id: heard.get('orders/street')?.['id'],
    data: heard.get('orders/street')?.['data'],
  });
});

it('a drill reaches only who takes drills, and says in every format that it is one', async () => {
  const takes = { drills: true };
  const server = await start(
    {
      formats: { cap: CAP },
      parties: {
        fire: { webhooks: [hook('cap', { format: 'cap', ...takes }), hook('production', { format: 'cap' })] },
        police: { webhooks: [hook('headers', { format: 'cloudevents', mode: 'binary', ...takes })] },
        street: { webhooks: [hook('event', { format: 'cloudevents', ...takes })] },
      },
    },
    'events',
  );
  await burn(server);
  await receiver.arrived(3);
  expect(textOf(readXml(at('cap')[0]?.body ?? ''), 'status')).toBe('Exercise');
  expect(at('headers')[0]?.headers['ce-drill']).toBe('true');
  expect(JSON.parse(at('event')[0]?.body ?? '')).toMatchObject({ drill: true });
  expect(at('production')).toEqual([]);
});
