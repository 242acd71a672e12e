import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PartyReceiver } from './party-receivers.ts';
import { ROOT, startServer, type ServerProcess } from './server-process.ts';
import { freePort, TRIAL_SECRET } from './trial-city.ts';
import { until } from './until.ts';

/*
 * A flood of one street on a whole server, over real MQTT: 400 roads and 100 rivers rise within seconds, and among them a smoke
 * alarm. The real rules, but that nothing is held and nothing waited for: the holds are tried on a virtual clock elsewhere.
 */
const ROADS = 400;
const RIVERS = 100;
const STREET = '310104014';
const PARTIES = ['fire', 'water', 'traffic-police', 'street', 'police'] as const;
type Json = Record<string, unknown>;

let directory: string;
let server: ServerProcess;
let http: string;
let mqttPort: number;
const receivers = new Map<string, PartyReceiver>();

function floodedCity(): string {
  const city = join(directory, 'city');
  cpSync(join(ROOT, 'fixtures/xuhui'), city, { recursive: true });
  const change = (file: string, more: (value: Json) => void): void => {
    const value = JSON.parse(readFileSync(join(city, file), 'utf8')) as Json;
    more(value);
    writeFileSync(join(city, file), JSON.stringify(value));
  };
  const ids = Array.from({ length: ROADS + RIVERS }, (_, i) => (i < ROADS ? `road-${i}` : `river-${i}`));
  change('places.json', ({ places }) => {
    for (const id of ids) {
      const attributes = { sort: id.startsWith('road') ? 'road' : 'river' };
      (places as Json[]).push({ id, title: { zh: id, en: id }, street: STREET, crs: 'WGS84', at: [121.43, 31.19], attributes });
    }
  });
  change('sensors.json', ({ sensors }) => {
    for (const id of ids) {
      const road = id.startsWith('road');
      const attributes = road ? {} : { 'control-level': 2.7 };
      (sensors as Json[]).push({ id, model: road ? 'ponding-gauge' : 'river-gauge', place: id, cadence: '1m', attributes });
    }
  });
  return city;
}

/** The three rules of the scene, without holds and without waiting for late readings. */
function hastyRules(): string {
  const rules = join(directory, 'rules');
  mkdirSync(rules);
  const wanted = ['road-ponding-depth', 'inland-river-level', 'smoke-alarm'];
  for (const file of readdirSync(join(ROOT, 'rules'), { recursive: true }) as string[]) {
    const name = file.split(/[\\/]/).at(-1) as string;
    if (!wanted.some((id) => name === `${id}.rule.json`)) continue;
    const rule = JSON.parse(readFileSync(join(ROOT, 'rules', file), 'utf8')) as Json & { levels: Record<string, Json> };
    const levels = Object.fromEntries(Object.entries(rule.levels).map(([level, one]) => [level, { ...one, for: '0s' }]));
    writeFileSync(join(rules, name), JSON.stringify({ ...rule, lateness: '0s', levels }));
  }
  return rules;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-flood-'));
  for (const party of PARTIES) receivers.set(party, await PartyReceiver.open(TRIAL_SECRET));
  const parties = Object.fromEntries([...receivers].map(([party, { url }]) => [party, { webhooks: [{ url, secrets: [TRIAL_SECRET] }] }]));
  const config = join(directory, 'maibo.json');
  writeFileSync(config, JSON.stringify({ parties, log: { level: 'warn' } }));
  const port = await freePort();
  mqttPort = await freePort();
  http = `http://127.0.0.1:${port}`;
  const env = {
    MAIBO_CONFIG: config,
    MAIBO_DATA_DIR: join(directory, 'data'),
    MAIBO_HISTORY: 'none',
    MAIBO_CITY_DIR: floodedCity(),
    MAIBO_RULES_DIR: hastyRules(),
    MAIBO_HTTP_PORT: String(port),
    MAIBO_MQTT_PORT: String(mqttPort),
  };
  server = await startServer({ entry: join(ROOT, 'dist/main.js'), args: ['serve'], env }, http);
});
afterAll(async () => {
  await server.kill('SIGKILL');
  for (const receiver of receivers.values()) await receiver.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a flood of five hundred alerts over a whole server', () => {
  it('is one order a kind; nobody gets more than five messages; the fire among it is there within a second', async () => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId: 'gw' });
    const say = (sensor: string, values: Json): Promise<unknown> =>
      client.publishAsync(`city/gw/${sensor}`, JSON.stringify({ values }), { qos: 1 });
    const rise = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i += 1) {
        if (i < ROADS) for (const depth of [18, 18]) await say(`road-${i}`, { depth });
        else await say(`river-${i}`, { level: 2.95 });
      }
    };
    // Both kinds are there before the fire and after it.
    await rise(ROADS, ROADS + RIVERS / 2);
    await rise(0, ROADS / 2);
    const burns = performance.now();
    await say('smoke-iapm-01', { smoke: 1 });
    const [, fire] = await Promise.all([
      rise(ROADS / 2, ROADS),
      until('the fire at the fire brigade', () => receivers.get('fire')?.arrivals[0]),
    ]);
    expect(fire.verified).toBe(true);
    expect(fire.at - burns).toBeLessThan(1_000);
    await rise(ROADS + RIVERS / 2, ROADS + RIVERS);
    await client.endAsync();
    const items = await until('all alerts in the two orders', async () => {
      const { items: all } = (await (await fetch(`${http}/api/v1/orders`)).json()) as {
        items: { place: { id: string }; alerts: unknown[] }[];
      };
      const wet = all.filter(({ place }) => place.id === STREET);
      return wet.reduce((sum, { alerts }) => sum + alerts.length, 0) === ROADS + RIVERS ? all : null;
    });
    expect(items.map(({ place, alerts }) => `${place.id} ${alerts.length}`).sort()).toEqual([
      `${STREET} ${RIVERS}`,
      `${STREET} ${ROADS}`,
      'iapm 1',
    ]);
    for (const party of ['water', 'traffic-police']) {
      const { length } = receivers.get(party)?.arrivals ?? [];
      expect(length, party).toBeGreaterThan(0);
      expect(length, party).toBeLessThanOrEqual(5);
    }
  }, 60_000);
});
