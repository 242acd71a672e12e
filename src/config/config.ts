import type { OrderFormat } from '../model/delivery.ts';
import type { Text } from '../model/text.ts';
import type { Millis } from '../model/time.ts';
import type { HistoryConfig } from './history-settings.ts';

/** Everything that a person may set, validated and frozen. Paths are absolute. */
export interface Config {
  /** The file that was read; `null` when there was none. */
  readonly file: string | null;
  readonly dataDir: string;
  readonly rulesDir: string;
  readonly cityDir: string;
  /** As set; `null` leaves it to the addresses and the credentials. */
  readonly security: 'open' | 'closed' | null;
  readonly http: Address;
  readonly mqtt: Address & { /** An existing broker instead of the embedded one. */ readonly url: string | null };
  readonly influx: InfluxConfig | null;
  readonly history: HistoryConfig;
  /** Without a prototype, like `gateways`: names come from outside. */
  readonly parties: Readonly<Record<string, PartyConfig>>;
  readonly gateways: Readonly<Record<string, GatewayConfig>>;
  readonly tokens: readonly TokenConfig[];
  readonly formats: FormatsConfig;
  /** `null` leaves it to city.json. */
  readonly unknownSensors: 'adopt' | 'quarantine' | null;
  readonly ingest: { readonly maxPacketBytes: number; readonly undurableBytes: number };
  readonly clock: { readonly maxAhead: Millis; readonly maxJump: Millis };
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' };
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface InfluxConfig {
  readonly url: string;
  readonly token: string | null;
  readonly org: string | null;
  readonly bucket: string;
  readonly api: 'v1' | 'v2';
}

export interface WebhookConfig {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly drills: boolean;
  /** Absent: our own body. */
  readonly format?: OrderFormat;
}

/** What is written on MQTT topics, which have no headers: our own body, or an event with all in it. */
export type TopicFormat = Extract<OrderFormat, 'maibo' | 'cloudevents'>;

/** Who we are in formats of other people. */
export interface FormatsConfig {
  /** Source of CloudEvents, a URI-reference; `null` makes one of the city's id. */
  readonly source: string | null;
  /** `null` where nobody asks for CAP. */
  readonly cap: CapConfig | null;
}

/** The sender of CAP alerts, and the parts of its identifier after GB/T 35965.1. */
export interface CapConfig {
  readonly sender: string;
  readonly division: string;
  readonly sector: string;
  readonly unit: string;
  readonly extension: string;
}

export interface PartyConfig {
  readonly title: Text | null;
  readonly webhooks: readonly WebhookConfig[];
  /** `null`: no log-in of its own. */
  readonly mqtt: PartyLogIn | null;
  /** What its topic carries; absent: what the whole party's carries, and that is our own body. */
  readonly topicFormat?: TopicFormat;
  /** By street code. */
  readonly byStreet: Readonly<Record<string, DeskConfig>>;
}

export interface DeskConfig {
  readonly title: Text | null;
  readonly webhooks: readonly WebhookConfig[];
  readonly mqtt: PartyLogIn | null;
  /** What its topic carries; absent: what the whole party's carries, and that is our own body. */
  readonly topicFormat?: TopicFormat;
}

/** The user name is what stands behind `orders/` in the topic: `fire`, `street/310104014`. */
export interface PartyLogIn {
  readonly passwordHash: string;
}

export interface GatewayConfig {
  readonly passwordHash: string | null;
  readonly codec: string;
}

export interface TokenConfig {
  readonly name: string;
  /** Hex SHA-256 of the token. */
  readonly hash: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  /** Answers for this party only, and otherwise reads; `null`: for any. */
  readonly party: string | null;
  /** Of the party, this office only. */
  readonly street: string | null;
}
