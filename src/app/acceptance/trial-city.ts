import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The secret that trials sign with; it protects nothing. */
export const TRIAL_SECRET = `whsec_${Buffer.from('a secret of the trial, not of a city').toString('base64')}`;
export const TRIAL_PARTIES = ['fire', 'police', 'street'] as const;

export interface Trial {
  readonly directory: string;
  readonly http: string;
  readonly mqttPort: number;
  /** Environment of a server that serves this trial. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

export interface TrialOptions {
  readonly root: string;
  /** Places `place-0 …`, each with two smoke alarms `smoke-0-a` and `smoke-0-b`. */
  readonly places: number;
  /** Thermometers `load-0 …` that make traffic. */
  readonly loadSensors: number;
  /** Where the webhooks of all parties go. */
  readonly receiver: string;
}

/** A city made for a trial, from the real one's streets, parties and measures, with a configuration and free ports. */
export async function makeTrial(options: TrialOptions): Promise<Trial> {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-trial-'));
  const city = join(directory, 'city');
  mkdirSync(city);
  for (const file of ['city.json', 'streets.json', 'parties.json', 'measures.json'])
    cpSync(join(options.root, 'fixtures/xuhui', file), join(city, file));
  const { streets } = JSON.parse(readFileSync(join(city, 'streets.json'), 'utf8')) as { streets: { code: string }[] };
  const count = Array.from({ length: options.places }, (_, i) => i);
  const places = count.map((i) => ({
    id: `place-${i}`,
    title: { zh: `地点${i}`, en: `Place ${i}` },
    street: streets[i % streets.length]?.code,
    at: [121.44, 31.18],
    attributes: { capacity: 1_000 },
  }));
  const alarms = count.flatMap((i) =>
    ['a', 'b'].map((half) => ({ id: `smoke-${i}-${half}`, model: 'smoke-alarm', place: `place-${i}`, cadence: '24h' })),
  );
  const load = Array.from({ length: options.loadSensors }, (_, i) => ({
    id: `load-${i}`,
    model: 'weather-station',
    place: `place-${i % options.places}`,
    cadence: null,
  }));
  writeFileSync(join(city, 'places.json'), JSON.stringify({ crs: 'WGS84', places }));
  writeFileSync(join(city, 'sensors.json'), JSON.stringify({ sensors: [...alarms, ...load] }));
  const webhooks = [{ url: options.receiver, secrets: [TRIAL_SECRET] }];
  const parties = Object.fromEntries(
    TRIAL_PARTIES.map((party) => [party, { webhooks: [{ ...webhooks[0], url: `${options.receiver}/${party}` }] }]),
  );
  const config = join(directory, 'maibo.json');
  writeFileSync(config, JSON.stringify({ parties, log: { level: 'warn' } }));
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  return {
    directory,
    http: `http://127.0.0.1:${httpPort}`,
    mqttPort,
    env: {
      MAIBO_CONFIG: config,
      MAIBO_DATA_DIR: join(directory, 'data'),
      MAIBO_HISTORY: 'none',
      MAIBO_CITY_DIR: city,
      MAIBO_RULES_DIR: join(options.root, 'rules'),
      MAIBO_HTTP_PORT: String(httpPort),
      MAIBO_MQTT_PORT: String(mqttPort),
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A port that was free a moment ago: a server that is killed and started again must come back under the same one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
