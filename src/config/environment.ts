import { resolve } from 'node:path';
import type { Problem } from '../model/problem.ts';
import type { RawHistory } from './history-settings.ts';

/** What `maibo.json` may hold, before defaults: the shape that `config.schema.json` admits. */
export interface RawConfig {
  dataDir?: string;
  rulesDir?: string;
  cityDir?: string;
  security?: 'open' | 'closed';
  http?: { host?: string; port?: number };
  mqtt?: { host?: string; port?: number; url?: string };
  influx?: { url?: string; token?: string; org?: string; bucket?: string; api?: 'v1' | 'v2' };
  history?: RawHistory;
  parties?: Record<string, RawParty>;
  gateways?: Record<string, { passwordHash?: string; codec?: string }>;
  tokens?: { name: string; hash: string; role: 'viewer' | 'operator' | 'admin'; party?: string; street?: string }[];
  formats?: RawFormats;
  unknownSensors?: 'adopt' | 'quarantine';
  ingest?: { maxPacketBytes?: number; undurableBytes?: number };
  clock?: { maxAhead?: string; maxJump?: string };
  log?: { level?: LogLevel };
}

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
type Bilingual = { zh: string; en: string };
type RawWebhook = {
  url: string;
  secrets: string[];
  drills?: boolean;
  format?: 'maibo' | 'cloudevents' | 'cap';
  mode?: 'structured' | 'binary';
};
export interface RawFormats {
  cloudevents?: { source: string };
  cap?: { sender: string; division: string; sector: string; unit?: string; extension?: string };
}
export interface RawDesk {
  title?: Bilingual;
  webhooks?: RawWebhook[];
  mqtt?: { passwordHash?: string; format?: 'maibo' | 'cloudevents' };
}
export interface RawParty extends RawDesk {
  byStreet?: Record<string, RawDesk>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Puts one value in its place; a string that it returns says what is wrong with the value. */
type Setter = (raw: RawConfig, value: string, cwd: string) => string | null;

const STORES = ['embedded', 'influxdb', 'none'];
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** `MAIBO_CONFIG` is read before these. */
export const ENVIRONMENT: Readonly<Record<string, Setter>> = {
  MAIBO_DATA_DIR: (raw, value, cwd) => set(() => (raw.dataDir = resolve(cwd, value))),
  MAIBO_RULES_DIR: (raw, value, cwd) => set(() => (raw.rulesDir = resolve(cwd, value))),
  MAIBO_CITY_DIR: (raw, value, cwd) => set(() => (raw.cityDir = resolve(cwd, value))),
  MAIBO_HTTP_HOST: (raw, value) => setHost(value, () => (raw.http = { ...raw.http, host: value })),
  MAIBO_HTTP_PORT: (raw, value) => setPort(value, (port) => (raw.http = { ...raw.http, port })),
  MAIBO_MQTT_HOST: (raw, value) => setHost(value, () => (raw.mqtt = { ...raw.mqtt, host: value })),
  MAIBO_MQTT_PORT: (raw, value) => setPort(value, (port) => (raw.mqtt = { ...raw.mqtt, port })),
  MAIBO_MQTT_URL: (raw, value) => setUrl(value, ['mqtt:', 'mqtts:', 'ws:', 'wss:'], () => (raw.mqtt = { ...raw.mqtt, url: value })),
  MAIBO_INFLUX_URL: (raw, value) => setUrl(value, ['http:', 'https:'], () => (raw.influx = { ...raw.influx, url: value })),
  MAIBO_INFLUX_TOKEN: (raw, value) => set(() => (raw.influx = { ...raw.influx, token: value })),
  MAIBO_INFLUX_ORG: (raw, value) => set(() => (raw.influx = { ...raw.influx, org: value })),
  MAIBO_INFLUX_BUCKET: (raw, value) => set(() => (raw.influx = { ...raw.influx, bucket: value })),
  MAIBO_INFLUX_API: (raw, value) => setChoice(value, ['v1', 'v2'], () => (raw.influx = { ...raw.influx, api: value as 'v1' | 'v2' })),
  MAIBO_HISTORY: (raw, value) =>
    setChoice(value, STORES, () => (raw.history = { ...raw.history, store: value as NonNullable<RawHistory['store']> })),
  MAIBO_LOG_LEVEL: (raw, value) => setChoice(value, LEVELS, () => (raw.log = { level: value as LogLevel })),
};

/** The environment wins over the file. An empty variable counts as absent, as shells and compose files make them. */
export function applyEnvironment(raw: RawConfig, environment: Environment, cwd: string, problems: Problem[]): string[] {
  const used: string[] = [];
  for (const [name, setter] of Object.entries(ENVIRONMENT)) {
    const value = environment[name];
    if (value === undefined || value === '') continue;
    used.push(name);
    const wrong = setter(raw, value, cwd);
    if (wrong !== null) problems.push({ code: 'config-environment', file: 'environment', pointer: `/${name}`, message: wrong });
  }
  return used;
}

function set(assign: () => unknown): null {
  assign();
  return null;
}

function setHost(value: string, assign: () => unknown): string | null {
  return /^[^\s/]+$/.test(value) ? set(assign) : 'Give a host name or an address, without a scheme or a path.';
}

function setPort(value: string, assign: (port: number) => unknown): string | null {
  const port = Number(value);
  return /^\d{1,5}$/.test(value) && port <= 65_535 ? set(() => assign(port)) : 'Give a port from 0 to 65535; 0 picks a free one.';
}

function setChoice(value: string, choices: readonly string[], assign: () => unknown): string | null {
  return choices.includes(value) ? set(assign) : `Use one of ${choices.join(', ')}.`;
}

function setUrl(value: string, protocols: readonly string[], assign: () => unknown): string | null {
  const mend = `Give an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}.`;
  if (!URL.canParse(value)) return mend;
  return protocols.includes(new URL(value).protocol) ? set(assign) : mend;
}
