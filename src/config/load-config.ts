import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Refusal } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import { parseDuration } from '../model/time.ts';
import { countOf } from './count-of.ts';
import { readCheckedFile } from './checked-file.ts';
import type { Address, Config, DeskConfig, GatewayConfig, InfluxConfig, PartyConfig, WebhookConfig } from './config.ts';
import { applyEnvironment } from './environment.ts';
import { checkHistory, historyOf } from './history-settings.ts';
import type { Environment, RawConfig, RawDesk, RawParty } from './environment.ts';
import { checkLogIns } from './log-ins.ts';
import { checkFormats, formatOf, formatsOf } from './output-formats.ts';

export interface ConfigSources {
  /** Wins over `MAIBO_CONFIG`, which wins over `./maibo.json`; the first two must exist. */
  readonly file?: string;
  readonly env: Environment;
  /** Where relative paths of the environment count from. */
  readonly cwd?: string;
}

/** File, then environment, then defaults → one frozen value; or a `Refusal` that names every fault with its pointer. */
export function loadConfig(sources: ConfigSources): Config {
  const cwd = sources.cwd ?? process.cwd();
  const problems: Problem[] = [];
  const file = findFile(sources, cwd);
  const raw = file === null ? {} : ((readCheckedFile(file, 'config', 'config', problems) ?? {}) as RawConfig);
  if (file !== null) anchorPaths(raw, dirname(file));
  checkUrls(raw, file ?? '', problems);
  checkLogIns(raw, file ?? '', problems);
  checkFormats(raw, file ?? '', problems);
  applyEnvironment(raw, sources.env, cwd, problems);
  if (raw.influx !== undefined && (raw.influx.url === undefined || raw.influx.bucket === undefined))
    problems.push({
      code: 'config-environment',
      file: 'environment',
      pointer: '/MAIBO_INFLUX_URL',
      message: 'InfluxDB needs both MAIBO_INFLUX_URL and MAIBO_INFLUX_BUCKET; set both or neither.',
    });
  problems.push(...checkHistory(raw.history, raw.influx !== undefined, file ?? 'environment'));
  if (problems.length > 0) throw invalid(problems);
  return deepFreeze(withDefaults(raw, file, cwd));
}

function findFile({ file, env }: ConfigSources, cwd: string): string | null {
  const named = file ?? (env['MAIBO_CONFIG'] === '' ? undefined : env['MAIBO_CONFIG']);
  if (named !== undefined) return resolve(cwd, named);
  const standard = resolve(cwd, 'maibo.json');
  return existsSync(standard) ? standard : null;
}

/** Every fault stands in the list; the sentence before it only says how many. A file that is not there is no list of one. */
function invalid(problems: readonly Problem[]): Refusal {
  const unread = problems.find(({ code }) => code === 'config-unreadable');
  if (unread !== undefined) return new Refusal('config-unreadable', `${unread.file}: ${unread.message}`);
  return new Refusal('config-invalid', `The configuration has ${countOf(problems)}.`, problems);
}

function anchorPaths(raw: RawConfig, folder: string): void {
  if (raw.dataDir !== undefined) raw.dataDir = resolve(folder, raw.dataDir);
  if (raw.rulesDir !== undefined) raw.rulesDir = resolve(folder, raw.rulesDir);
  if (raw.cityDir !== undefined) raw.cityDir = resolve(folder, raw.cityDir);
}

/** What a pattern cannot say about a webhook address. */
function checkUrls(raw: RawConfig, file: string, problems: Problem[]): void {
  const check = (party: RawDesk, base: string): void => {
    (party.webhooks ?? []).forEach(({ url }, index) => {
      const parsed = URL.canParse(url) ? new URL(url) : null;
      if (parsed === null || parsed.username !== '' || parsed.password !== '' || parsed.hash !== '')
        problems.push({
          code: 'config-url',
          file,
          pointer: `${base}/webhooks/${index}/url`,
          message: 'Give a whole http or https address, without a user, a password or a fragment; the signature proves who sends.',
        });
    });
  };
  for (const [id, party] of Object.entries(raw.parties ?? {})) {
    check(party, `/parties/${id}`);
    for (const [street, desk] of Object.entries(party.byStreet ?? {})) check(desk, `/parties/${id}/byStreet/${street}`);
  }
}

function withDefaults(raw: RawConfig, file: string | null, cwd: string): Config {
  return {
    file,
    dataDir: raw.dataDir ?? resolve(cwd, 'data'),
    rulesDir: raw.rulesDir ?? resolve(cwd, 'rules'),
    cityDir: raw.cityDir ?? resolve(cwd, 'fixtures/xuhui'),
    security: raw.security ?? null,
    http: addressOf(raw.http, 8_080),
    mqtt: { ...addressOf(raw.mqtt, 1_883), url: raw.mqtt?.url ?? null },
    influx: raw.influx === undefined ? null : influxOf(raw.influx),
    history: historyOf(raw.history, raw.influx !== undefined),
    parties: record(raw.parties ?? {}, partyOf),
    gateways: record(
      raw.gateways ?? {},
      (gateway): GatewayConfig => ({ passwordHash: gateway.passwordHash ?? null, codec: gateway.codec ?? 'json' }),
    ),
    tokens: (raw.tokens ?? []).map((token) => ({ ...token, party: token.party ?? null, street: token.street ?? null })),
    formats: formatsOf(raw.formats),
    unknownSensors: raw.unknownSensors ?? null,
    ...boundsOf(raw),
    log: { level: raw.log?.level ?? 'info' },
  };
}

function addressOf(raw: { readonly host?: string; readonly port?: number } | undefined, port: number): Address {
  return { host: raw?.host ?? '127.0.0.1', port: raw?.port ?? port };
}

function boundsOf(raw: RawConfig): Pick<Config, 'ingest' | 'clock'> {
  return {
    ingest: { maxPacketBytes: raw.ingest?.maxPacketBytes ?? 524_288, undurableBytes: raw.ingest?.undurableBytes ?? 8_388_608 },
    clock: {
      maxAhead: parseDuration(raw.clock?.maxAhead ?? '5m') ?? 300_000,
      maxJump: parseDuration(raw.clock?.maxJump ?? '31d') ?? 2_678_400_000,
    },
  };
}

function influxOf(raw: NonNullable<RawConfig['influx']>): InfluxConfig {
  return { url: raw.url as string, token: raw.token ?? null, org: raw.org ?? null, bucket: raw.bucket as string, api: raw.api ?? 'v2' };
}

function partyOf(raw: RawParty): PartyConfig {
  return { ...deskOf(raw), byStreet: record(raw.byStreet ?? {}, deskOf) };
}

function deskOf(raw: RawDesk): DeskConfig {
  const { passwordHash, format } = raw.mqtt ?? {};
  return {
    title: raw.title ?? null,
    webhooks: webhooksOf(raw.webhooks),
    mqtt: passwordHash === undefined ? null : { passwordHash },
    ...(format === undefined ? {} : { topicFormat: format }),
  };
}

function webhooksOf(raw: RawParty['webhooks']): WebhookConfig[] {
  return (raw ?? []).map(({ url, secrets, drills, ...rest }) => ({ url, secrets, drills: drills ?? false, ...formatOf(rest) }));
}

/** Without a prototype, so that a gateway called `constructor` is not found where there is none. */
function record<A, B>(raw: Readonly<Record<string, A>>, make: (value: A) => B): Readonly<Record<string, B>> {
  const made: Record<string, B> = Object.create(null) as Record<string, B>;
  for (const [key, value] of Object.entries(raw)) made[key] = make(value);
  return made;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
