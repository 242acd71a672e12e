import type { AddressInfo } from 'node:net';
import { createApi } from '../api/server.ts';
import type { Config } from '../config/config.ts';
import { topicFormatOf } from '../config/endpoints.ts';
import { assertSafe, openDoors } from '../config/safety.ts';
import { wallClock } from '../deliver/clock.ts';
import type { Deliverer } from '../deliver/deliverer.ts';
import { writeAs, type FormatSettings } from '../deliver/formats/write-as.ts';
import type { Broker } from '../ingest/broker.ts';
import type { Intake } from '../ingest/intake.ts';
import { openJournal, type JournalOptions } from '../journal/open-journal.ts';
import type { Journal } from '../journal/journal.ts';
import type { City } from '../model/place.ts';
import { Refusal } from '../model/problem.ts';
import { safeUrl } from '../model/safe-url.ts';
import type { Millis } from '../model/time.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { addressMessages } from './addressing.ts';
import { apiPorts } from './api-ports.ts';
import { Cleanup } from './cleanup.ts';
import type { Core, Configured } from './core.ts';
import { startDeliverer } from './deliver-orders.ts';
import { EventFeed } from './event-feed.ts';
import { ForbiddenRequests } from './forbidden-requests.ts';
import { formatSettings } from './format-settings.ts';
import type { Historian } from './history/historian.ts';
import type { Baselines } from './history/baselines.ts';
import { startBaselines, type StartBaselines } from './history/start-baselines.ts';
import { sampleSigns } from './history/sample-signs.ts';
import { startHistory, type StartHistory } from './history/start-history.ts';
import { checkRules, loadDefinition } from './load-definition.ts';
import { openBroker } from './open-broker.ts';
import { noticeFirstAcceptances } from './order-measures.ts';
import { PartyEndpoints, type Rotation } from './party-endpoints.ts';
import { publishOrders } from './publish-orders.ts';
import { Pipeline, type CommittedBatch } from './pipeline.ts';
import { recover, sameDefinition, storeBaselines, storeDefinition } from './recover.ts';
import { reportBatch } from './report-batch.ts';
import { RulesReload } from './rules-reload.ts';
import { signAudit } from './sign-audit.ts';
import { Snapshots } from './snapshots.ts';
import { watchFolder } from './watch-folder.ts';

export interface AppOptions {
  readonly config: Config;
  /** `events`: the clock follows the data, and every order is a drill. */
  readonly clock: 'wall' | 'events';
  readonly version: string;
  readonly emit: Emit;
  readonly metrics: Metrics;
  /** The journal failed; nothing is acknowledged any more and the process must end. */
  readonly fatal: (error: Error) => void;
  readonly onCommitted?: (batch: CommittedBatch) => void;
  /** Keeps history, as the configuration says, in a process of its own; trials that are not about it leave it out. */
  readonly history?: { readonly program?: URL };
  /** For trials: how the journal is opened, and what stands between the doors and the pipeline. */
  readonly journal?: Partial<JournalOptions>;
  readonly intake?: (intake: Intake) => Intake;
}

export interface App {
  readonly http: string;
  readonly mqtt: string;
  readonly core: Core;
  readonly journal: Journal;
  readonly feed: EventFeed;
  readonly reload: RulesReload;
  /** Signs with the secrets of this configuration from now on; whatever else differs in it waits for a restart. */
  rotateSecrets(next: Config): Rotation;
  stop(): Promise<void>;
}

/** After a start nobody is called silent for this long: gateways must first find the door again. */
const SETTLE: Millis = 60_000;
/** How long deliveries under way may take at a stop; what still waits is sent after the next start. */
const DRAIN: Millis = 3_000;
const TICK: Millis = 250;
/** How long requests under way have at a stop. */
const GRACE: Millis = 1_000;

/** Starts everything, in the order of the flow backwards: what receives stands before what sends. */
export async function startApp(options: AppOptions): Promise<App> {
  const cleanup = new Cleanup();
  try {
    assertSafe(options.config);
    return await start(options, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function start(options: AppOptions, cleanup: Cleanup): Promise<App> {
  const { config, emit } = options;
  const definition = await loadDefinition(config, options.clock);
  const journal = await openJournal({ directory: config.dataDir, emit, ...options.journal });
  cleanup.add('journal', () => journal.close());
  void journal.failure.then(options.fatal);
  const output: { broker: Broker | null } = { broker: null };
  const checkpoints = await signAudit({ config, journal, broker: () => output.broker, cleanup, emit });
  const { core, configured } = recover(journal, emit);
  const inForce = await storeDefinition(journal, definition);
  refuseClockChange(core, options.clock);

  const endpoints = new PartyEndpoints(config);
  const feed = new EventFeed();
  const snapshots = new Snapshots(journal, core, () => reload.inForce);
  const historian = historianOf(options, { journal, cleanup, inForce });
  const committed = (batch: CommittedBatch): void => {
    deliver(deliverer, batch, core);
    historian?.committed(batch.offset);
  };
  const pipeline = createPipeline(options, { core, journal, endpoints, feed, snapshots, committed });
  const formats = formatSettings(config, definition.city);
  const publish = orderPublisher({ config, formats, endpoints, broker: () => output.broker });
  const deliverer = await startDeliverer({
    endpoints,
    journal,
    pipeline,
    refused: ({ id, order, party }) => core.orders.refused({ delivery: id, order, party }),
    publish,
    formats,
    version: options.version,
    emit,
    onSettled: noticeFirstAcceptances(journal.views, emit),
  });
  cleanup.add('deliverer', () => deliverer.close());
  cleanup.add('outbox', async () => void (await deliverer.drain(Date.now() + DRAIN)));
  cleanup.add('pipeline', () => stopPipeline(pipeline, snapshots));
  const forbidden = noteForbidden(pipeline, cleanup);

  const reload = createReload(options, { core, journal, pipeline, inForce, city: definition.city });
  await putInForce(pipeline, configured, inForce);
  const baselines = await besideHistory(options, { core, journal, historian, pipeline, reload, cleanup });
  startClock(pipeline, cleanup, watchRules(config, reload));
  const doors = openDoors(config);
  const broker = await openBroker(config, { intake: options.intake?.(pipeline) ?? pipeline, open: doors.mqtt, emit });
  output.broker = broker;
  void checkpoints.consider();
  cleanup.add('mqtt', () => closeBroker(output));
  const sides = { ...ownOf(options), historian, baselines, forbidden };
  const ports = apiPorts({ ...sides, core, journal, pipeline, feed, broker, reload, deliverer, endpoints, emit });
  const http = await openApi(options, { ports, tokens: doors.http ? null : config.tokens }, cleanup);
  return {
    http,
    mqtt: mqttAddress(config, broker),
    core,
    journal,
    feed,
    reload,
    rotateSecrets: (next) => endpoints.rotate(next),
    stop: () => cleanup.run(),
  };
}

/** @returns the address at which it answers */
async function openApi(
  { config, emit, version }: AppOptions,
  to: Pick<Parameters<typeof createApi>[0], 'ports' | 'tokens'>,
  cleanup: Cleanup,
): Promise<string> {
  const api = await createApi({ ...to, version, emit });
  cleanup.add('api', () => closeApi(api));
  await listen(api, config);
  const http = `http://${inUrl(config.http.host)}:${(api.server.address() as AddressInfo).port}`;
  emit({ name: 'api.door-opened', address: http });
  return http;
}

function ownOf({ clock, config, metrics }: AppOptions): {
  readonly drill: boolean;
  readonly titles: Config['parties'];
  readonly metrics: Metrics;
} {
  return { drill: clock === 'events', titles: config.parties, metrics };
}

function historianOf(
  { config, emit, history }: AppOptions,
  parts: Pick<StartHistory, 'journal' | 'cleanup' | 'inForce'>,
): Historian | null {
  return history === undefined ? null : startHistory({ ...history, ...parts, config, emit });
}

/** What the signs say goes to history, and what was usual comes from it. */
async function besideHistory(
  { clock, config, emit }: AppOptions,
  {
    pipeline,
    reload,
    ...parts
  }: Pick<StartBaselines, 'core' | 'journal' | 'historian' | 'cleanup'> & {
    readonly pipeline: Pipeline;
    readonly reload: RulesReload;
  },
): Promise<Baselines | null> {
  if (parts.historian !== null) sampleSigns({ core: parts.core, pipeline, emit }, parts.cleanup);
  await storeBaselines(parts.journal, parts.core);
  const baselines = startBaselines({
    ...parts,
    clock,
    config,
    emit,
    submit: (event) => pipeline.submit(event),
    inForce: () => reload.inForce,
  });
  reload.changed = () => void baselines?.refresh();
  return baselines;
}

/** What fails here fails with the journal, and that ends the process by itself. */
function noteForbidden(pipeline: Pipeline, cleanup: Cleanup): ForbiddenRequests {
  const forbidden = new ForbiddenRequests({ clock: wallClock, submit: (event) => void pipeline.submit(event).catch(() => undefined) });
  cleanup.add('forbidden', () => forbidden.close());
  return forbidden;
}

function startClock(pipeline: Pipeline, cleanup: Cleanup, unwatch: () => void): void {
  cleanup.add('rules', unwatch);
  const timer = setInterval(() => pipeline.tick(), TICK);
  cleanup.add('clock', () => clearInterval(timer));
}

function orderPublisher(to: {
  readonly config: Config;
  readonly formats: FormatSettings;
  readonly endpoints: PartyEndpoints;
  readonly broker: () => Broker | null;
}): ReturnType<typeof publishOrders> {
  return publishOrders(
    to.broker,
    (...whom) => to.endpoints.of(...whom).length > 0,
    (party, street, body) => writeAs(body, topicFormatOf(to.config, party, street), to.formats).body,
  );
}

/** What is new is queued before the order counts as over: its last word must find its lane. */
function deliver(deliverer: Deliverer, { deliveries, outcome }: CommittedBatch, core: Core): void {
  deliverer.offer(deliveries);
  // What was held may speak of an order that has ended meanwhile.
  for (const { digest = [] } of deliveries) for (const { order } of digest) if (!core.orders.get(order)) deliverer.orderClosed(order);
  for (const { id, state } of outcome.orders.values()) if (state === 'closed' || state === 'cancelled') deliverer.orderClosed(id);
}

interface Joined {
  readonly core: Core;
  readonly journal: Journal;
  readonly endpoints: PartyEndpoints;
  readonly feed: EventFeed;
  readonly snapshots: Snapshots;
  readonly committed: (batch: CommittedBatch) => void;
}

function createPipeline(options: AppOptions, joined: Joined): Pipeline {
  const { emit } = options;
  return new Pipeline({
    core: joined.core,
    journal: joined.journal,
    now: Date.now,
    address: (outcome, at) => addressMessages(outcome.messages, joined.endpoints.of, at),
    closed: (offset, at, events) => joined.snapshots.consider(offset, at, events),
    committed: (batch) => {
      joined.committed(batch);
      reportBatch(batch, joined.feed, emit);
      options.onCommitted?.(batch);
    },
    fatal: options.fatal,
  });
}

function createReload(
  { config, emit }: AppOptions,
  parts: {
    readonly core: Core;
    readonly journal: Journal;
    readonly pipeline: Pipeline;
    readonly inForce: Configured;
    readonly city: City;
  },
): RulesReload {
  return new RulesReload(parts.inForce, {
    read: (city) => checkRules(config.rulesDir, city),
    city: () => parts.core.inForce?.city ?? parts.city,
    journal: parts.journal,
    submit: (event) => parts.pipeline.submit(event),
    emit,
    now: Date.now,
  });
}

/** A fault in reading is told by its event; the rules in force go on whatever happens. */
function watchRules(config: Config, reload: RulesReload): () => void {
  return watchFolder(config.rulesDir, () => void reload.request().catch(() => undefined));
}

function mqttAddress({ mqtt }: Config, { address }: Broker): string {
  return mqtt.url === null ? `mqtt://${inUrl(address.host)}:${address.port}` : safeUrl(mqtt.url);
}

async function putInForce(pipeline: Pipeline, configured: Configured | null, inForce: Configured): Promise<void> {
  if (!sameDefinition(configured, inForce)) await pipeline.submit(inForce);
  await pipeline.submit({ kind: 'started', settled: Date.now() + SETTLE });
}

/** Data under one clock cannot go on under the other: the times of a replayed year would meet those of today. */
function refuseClockChange(core: Core, clock: 'wall' | 'events'): void {
  const before = core.inForce?.settings.clock;
  if (before === undefined || before === clock) return;
  throw new Refusal(
    'clock-changed',
    `This data directory was made with --clock ${before}; start with --clock ${before}, or give another MAIBO_DATA_DIR.`,
  );
}

/** Whose door we shut must not count as somebody who does not listen. */
async function closeBroker(output: { broker: Broker | null }): Promise<void> {
  const { broker } = output;
  output.broker = null;
  await broker?.close();
}

async function stopPipeline(pipeline: Pipeline, snapshots: Snapshots): Promise<void> {
  await pipeline.drained();
  await snapshots.last();
}

async function listen(api: { listen(address: { host: string; port: number }): Promise<string> }, config: Config): Promise<void> {
  try {
    await api.listen({ host: config.http.host, port: config.http.port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const address = `HTTP port ${config.http.port} on ${config.http.host}`;
    if (code === 'EADDRINUSE') throw new Refusal('port-taken', `${address} is taken; set MAIBO_HTTP_PORT to another, or 0 for a free one.`);
    if (code === undefined || !UNUSABLE.has(code)) throw error;
    throw new Refusal(
      'address-unusable',
      `${address} cannot be used (${code}); set MAIBO_HTTP_HOST and MAIBO_HTTP_PORT to an address of this machine.`,
    );
  }
}

/** The port needs a privilege; the address is none of this machine's; the name is unknown. */
const UNUSABLE: ReadonlySet<string> = new Set(['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);

/** An IPv6 address stands in brackets there. */
function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** A connection that somebody keeps open must not hold a stop for half a minute. */
async function closeApi(api: Awaited<ReturnType<typeof createApi>>): Promise<void> {
  const impatience = setTimeout(() => api.server.closeAllConnections(), GRACE);
  await api.close();
  clearTimeout(impatience);
}
