import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { readCity } from '../../config/city-folder.ts';
import type { City } from '../../model/place.ts';
import { createEmitter } from '../../telemetry/emitter.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { startApp } from '../app.ts';
import type { App, AppOptions } from '../app.ts';
import { Cleanup } from '../cleanup.ts';
import { VERSION } from '../version.ts';
import type { ClosedSummary, DeliveredLine, DemoBanner, ReceiptLine } from './console-lines.ts';
import { startPublisher } from './publisher.ts';
import type { Publisher, PublisherSummary } from './publisher.ts';
import { openReceivers } from './receivers.ts';
import { createScenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import type { Caption } from './scene.ts';
import { wallOf } from './speed-plan.ts';
import { createStory } from './story.ts';
import type { Story, StoryCounts } from './story.ts';

export interface DemoOptions {
  /** Parties and the data directory are the demo's own; the rest is taken from here. */
  readonly config: Config;
  readonly seed: number;
  /** 1 is the readable pace; 10 plays ten times as fast. */
  readonly hurry: number;
  /** Ends when the day is over and its orders are closed; otherwise the server runs on until it is stopped. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  readonly show: DemoShow;
  /** For trials: how the journal is opened. */
  readonly journal?: NonNullable<AppOptions['journal']>;
}

/** What a person sees, as it happens. */
export interface DemoShow {
  readonly banner: (banner: DemoBanner) => void;
  readonly caption: (caption: Caption) => void;
  readonly delivered: (line: DeliveredLine) => void;
  readonly receipt: (line: ReceiptLine) => void;
  readonly closed: (summary: ClosedSummary) => void;
  readonly over: (result: DemoResult) => void;
}

export interface DemoResult extends PublisherSummary, StoryCounts {
  readonly open: number;
}

const LAST_ORDERS = 60_000;

/** The server with embedded parts, a scripted day published into it, and receivers that answer. @throws Error when the journal failed. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const cleanup = new Cleanup();
  // Its own stop, so that the end of the demo also ends what waits for a signal.
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  try {
    return await play(options, cleanup, signal);
  } finally {
    stop.abort();
    await cleanup.run();
  }
}

async function play(options: DemoOptions, cleanup: Cleanup, signal: AbortSignal): Promise<DemoResult> {
  const { config, seed, hurry, show } = options;
  const city = await readCity(config.cityDir);
  const scenario = createScenario(city, seed);
  let publisher: Publisher | null = null;
  const story = createStory({
    city,
    sentAt: (moment) => publisher?.sentAt(moment) ?? null,
    now: () => performance.now(),
    delivered: show.delivered,
    receipt: show.receipt,
    closed: show.closed,
  });
  let failed: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_resolve, reject) => (failed = reject));
  failure.catch(() => undefined);
  const app = await openServer(options, { city, story, cleanup, failed });
  show.banner(bannerOf(options, app, { city, scenario }));
  publisher = await startPublisher({ scenario, url: config.mqtt.url ?? app.mqtt, signal, hurry, caption: show.caption });
  const played = await Promise.race([publisher.done, failure]);
  if (!signal.aborted) await Promise.race([until(() => story.openOrders() === 0, LAST_ORDERS / hurry, signal), failure]);
  const result = { ...played, ...story.counts(), open: story.openOrders() };
  show.over(result);
  if (!options.once) await Promise.race([aborted(signal), failure]);
  return result;
}

interface Parts {
  readonly city: City;
  readonly story: Story;
  readonly cleanup: Cleanup;
  readonly failed: (error: Error) => void;
}

async function openServer(options: DemoOptions, { city, story, cleanup, failed }: Parts): Promise<App> {
  const { config, hurry } = options;
  // Each demo begins with an empty city: a day that was already played would be late, word for word.
  const dataDir = await mkdtemp(join(tmpdir(), 'maibo-demo-'));
  cleanup.add('data', () => rm(dataDir, { recursive: true, force: true }));
  const server: { url: string } = { url: '' };
  const receivers = await openReceivers({
    parties: city.parties,
    directory: dataDir,
    server: () => server.url,
    hurry,
    print: story.received,
  });
  cleanup.add('receivers', receivers.close);
  const metrics = createMetrics({ process: true });
  const logger = createLogger({ level: 'error' });
  const app = await startApp({
    config: { ...config, dataDir, parties: receivers.parties },
    clock: 'events',
    version: VERSION,
    emit: createEmitter({ logger, metrics }),
    metrics,
    fatal: failed,
    onCommitted: story.committed,
    ...(options.journal === undefined ? {} : { journal: options.journal }),
  });
  cleanup.add('server', () => app.stop());
  void app.journal.failure.then(failed);
  server.url = app.http;
  return app;
}

function bannerOf(options: DemoOptions, app: App, { city, scenario }: { readonly city: City; readonly scenario: Scenario }): DemoBanner {
  return {
    city: city.title,
    seed: options.seed,
    seconds: wallOf(scenario.speedPlan, scenario.end) / 1_000 / options.hurry,
    addresses: [
      { label: { zh: '工单', en: 'orders' }, url: `${app.http}/api/v1/orders` },
      { label: { zh: '体征', en: 'signs' }, url: `${app.http}/api/v1/signs` },
      { label: { zh: '接口文档', en: 'API docs' }, url: `${app.http}/docs` },
      { label: { zh: '遥测入口', en: 'telemetry in' }, url: app.mqtt },
    ],
  };
}

async function until(done: () => boolean, patience: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + patience;
  while (!done() && performance.now() < end && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 50));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
