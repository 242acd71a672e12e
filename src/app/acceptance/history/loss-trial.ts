import { join } from 'node:path';
import { ROOT, startServer, type ServerProcess } from '../server-process.ts';
import { makeTrial, type Trial } from '../trial-city.ts';
import { until } from '../until.ts';
import { NumberedPublisher } from './numbered-publisher.ts';
import { historianOf } from './processes.ts';
import { caughtUpAt, standingAt } from './standing.ts';
import type { Stored, TrialStore, Victim } from './trial-store.ts';

export interface LossTrialOptions {
  readonly store: () => Promise<TrialStore>;
  readonly readings: number;
  /** The compiled entry point and its arguments; another one for the negative control. */
  readonly entry?: string;
  readonly args?: readonly string[];
  readonly random: () => number;
  /** How long history may take to catch up at the end, ms. */
  readonly patience: number;
  readonly progress?: (line: string) => void;
}

export interface LossTrialResult {
  readonly store: TrialStore['kind'];
  readonly asked: number;
  /** Readings that were sent, each acknowledged by a PUBACK. */
  readonly sent: number;
  readonly stored: Stored;
  readonly victims: readonly Victim[];
  /** Readings that were acknowledged and not yet stored, at each kill. */
  readonly behindAtKill: readonly number[];
  readonly quarantined: number;
  /** Entries of the log that went before they were stored. */
  readonly lost: number;
  readonly publishSeconds: number;
  /** From the first reading that was sent to the last that was stored. */
  readonly seconds: number;
}

const SENSORS = 20;
/** Sent to a store that is away, so that it is missed. */
const NOTICED = 2_000;
const LONGEST_AWAY = 4_000;

/**
 * Sends numbered readings over MQTT to a whole server, kills where history is kept again and again meanwhile, and holds what the
 * store then has against what was acknowledged.
 */
export async function runLossTrial(options: LossTrialOptions): Promise<LossTrialResult> {
  const store = await options.store();
  const trial = await makeTrial({ root: ROOT, places: 1, loadSensors: SENSORS, receiver: 'http://127.0.0.1:9/none' });
  const run = new Run(options, trial, store);
  try {
    return await run.toEnd();
  } finally {
    await run.end();
    await store.stop();
    trial.remove();
  }
}

class Run {
  private readonly options: LossTrialOptions;
  private readonly trial: Trial;
  private readonly store: TrialStore;
  private readonly publisher: NumberedPublisher;
  private readonly behindAtKill: number[] = [];
  private server: ServerProcess | null = null;

  constructor(options: LossTrialOptions, trial: Trial, store: TrialStore) {
    this.options = options;
    this.trial = trial;
    this.store = store;
    // Two of each millisecond of a sensor. All in the past: a reading from the future would be refused.
    const begin = Date.now() - Math.ceil(options.readings / SENSORS / 2) - 1_000;
    this.publisher = new NumberedPublisher(trial.mqttPort, { begin, sensors: SENSORS, step: 1 });
  }

  async toEnd(): Promise<LossTrialResult> {
    const { publisher, store, trial } = this;
    const { patience, readings: asked } = this.options;
    await this.start();
    await until('a process that keeps history', () => this.historian());
    const began = performance.now();
    const { victims } = store;
    for (const [i, victim] of victims.entries()) {
      const mark = (part: number): number => Math.round((asked * (i + part)) / victims.length);
      publisher.upTo(mark(1));
      await until('half of a part', () => publisher.acknowledged >= mark(0.5), patience);
      await this.hit(victim);
    }
    await publisher.drained();
    const publishSeconds = (performance.now() - began) / 1_000;
    const standing = await caughtUpAt(trial.http, patience);
    const seconds = (performance.now() - began) / 1_000;
    this.options.progress?.(`caught up after ${Math.round(seconds)} s`);
    await this.server?.kill('SIGTERM');
    this.server = null;
    const stored = await store.count(trial.env['MAIBO_DATA_DIR'] as string);
    const { behindAtKill } = this;
    const { lost, quarantined } = standing;
    return {
      store: store.kind,
      asked,
      sent: publisher.acknowledged,
      stored,
      victims,
      behindAtKill,
      quarantined,
      lost,
      publishSeconds,
      seconds,
    };
  }

  async end(): Promise<void> {
    this.publisher.close();
    await this.server?.kill('SIGKILL');
  }

  private async start(): Promise<void> {
    const { entry = join(ROOT, 'dist/main.js'), args = ['serve'] } = this.options;
    const env = { ...this.trial.env, ...this.store.env };
    this.server = await startServer({ entry, args, env }, this.trial.http);
  }

  private historian(): number | null {
    return this.server === null ? null : historianOf(this.server.pid);
  }

  /** Somewhere in the work, and not always at the same place of it. */
  private async hit(victim: Victim): Promise<void> {
    const { http } = this.trial;
    await until(
      'history that is at work',
      async () => (await standingAt(http)).behind > 0 || this.publisher.acknowledged === this.publisher.sent,
    );
    await new Promise((resolve) => setTimeout(resolve, this.options.random() * 200));
    this.behindAtKill.push((await standingAt(http)).behind);
    this.options.progress?.(`kill -9 ${victim} at ${this.publisher.acknowledged} readings`);
    if (victim === 'influxd') await this.killStore();
    else if (victim === 'server') await this.killServer();
    else await this.killHistorian();
  }

  /** Away until somebody has noticed; whoever does not look at the answers never does. */
  private async killStore(): Promise<void> {
    const { publisher } = this;
    await this.store.kill();
    publisher.upTo(Math.min(this.options.readings, publisher.sent + NOTICED));
    const back = performance.now() + LONGEST_AWAY;
    const noticed = async (): Promise<boolean> => performance.now() > back || (await standingAt(this.trial.http)).state === 'waiting';
    await until('a history that waits', noticed, this.options.patience);
    await this.store.restart();
  }

  private async killServer(): Promise<void> {
    await this.server?.kill('SIGKILL');
    await this.start();
  }

  private async killHistorian(): Promise<void> {
    const before = await until('a process that keeps history', () => this.historian());
    process.kill(before, 'SIGKILL');
    await until(
      'another process that keeps history',
      () => {
        const now = this.historian();
        return now === before ? null : now;
      },
      this.options.patience,
    );
  }
}

/** What speaks against the store; empty: every reading is there, and once. */
export function faultsOf({ asked, sent, stored, quarantined, lost }: LossTrialResult): readonly string[] {
  const faults: string[] = [];
  if (sent !== asked) faults.push(`${sent} acknowledged of ${asked}`);
  if (stored.distinct < sent) faults.push(`${sent - stored.distinct} missing`);
  if (stored.points !== stored.distinct) faults.push(`${stored.points - stored.distinct} double`);
  if (stored.distinct > sent) faults.push(`${stored.distinct - sent} that nobody sent`);
  if (stored.values !== stored.distinct) faults.push(`${stored.distinct} points of ${stored.values} values`);
  if (quarantined + lost > 0) faults.push(`${quarantined} refused, ${lost} gaps`);
  return faults;
}
