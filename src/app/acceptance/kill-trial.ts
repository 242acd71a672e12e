import { join } from 'node:path';
import { openJournal } from '../../journal/open-journal.ts';
import { judge, Ledger, type Findings } from './ledger.ts';
import { openLedgerReceiver } from './ledger-receiver.ts';
import { cutPower, readUnflushed, tracedBy } from './power-cut.ts';
import { ROOT, startServer, type ServerProcess } from './server-process.ts';
import { TrialPublisher } from './trial-publisher.ts';
import { makeTrial, TRIAL_PARTIES, TRIAL_SECRET, type Trial } from './trial-city.ts';

export interface KillTrialOptions {
  readonly kills: number;
  /** Readings a second, beside the alarms. */
  readonly rate: number;
  /** How long a life lasts: shortest and longest, ms. */
  readonly life: readonly [number, number];
  /** `power`: after each kill what was not flushed is taken from the disk as well. */
  readonly fault: 'kill' | 'power';
  /** The compiled entry point and its arguments; another one for the negative control. */
  readonly entry?: string;
  readonly args?: readonly string[];
  /** The compiled commit worker, for reading the log at the end. */
  readonly worker: URL;
  readonly random: () => number;
  /** How long to wait for the last orders, ms; default a minute, for retries back off. */
  readonly patience?: number;
  readonly progress?: (kills: number, ledger: Ledger) => void;
}

export interface KillTrialResult extends Findings {
  readonly kills: number;
  readonly receipts: number;
  readonly badSignatures: number;
  /** Bytes that the power cuts took. */
  readonly cutBytes: number;
  /** From the start of the process to its first answer, ms. */
  readonly starts: readonly number[];
}

/**
 * Kills a real server again and again under load, and holds what survived against what was acknowledged: to the publisher
 * (PUBACK), to the parties (2xx on a receipt), and what the parties were told.
 */
export async function runKillTrial(options: KillTrialOptions): Promise<KillTrialResult> {
  const ledger = new Ledger();
  const receiver = await openLedgerReceiver(ledger, [TRIAL_SECRET]);
  const trial = await makeTrial({ root: ROOT, places: 40 + options.kills * 20, loadSensors: 200, receiver: receiver.url });
  const lives = new Lives(options, trial);
  try {
    await lives.start();
    receiver.onArrival = (body) => {
      if (body.type !== 'order.dispatched' || options.random() < 0.5) return;
      void answer(trial, ledger, { order: body.data.order.id, party: body.data.assignment.party });
    };
    const load = new Load(options, trial, ledger);
    for (let i = 0; i < options.kills; i += 1) {
      const [least, most] = options.life;
      await pause(least + options.random() * (most - least));
      await lives.killAndRestart();
      options.progress?.(i + 1, ledger);
    }
    await load.finish();
    await ordersArrive(ledger, options.patience ?? 60_000);
    await lives.stop();
    const survived = await readSurvivors(trial, options.worker);
    const findings = judge(ledger, survived, TRIAL_PARTIES);
    const { starts, cutBytes } = lives;
    return { ...findings, kills: options.kills, receipts: ledger.receipts.size, badSignatures: receiver.badSignatures(), cutBytes, starts };
  } finally {
    await lives.end();
    await receiver.close();
    trial.remove();
  }
}

/** One server after another over the same data. */
class Lives {
  readonly starts: number[] = [];
  cutBytes = 0;
  private readonly options: KillTrialOptions;
  private readonly trial: Trial;
  private server: ServerProcess | null = null;

  constructor(options: KillTrialOptions, trial: Trial) {
    this.options = options;
    this.trial = trial;
  }

  private get trace(): string {
    return join(this.trial.directory, 'trace');
  }

  async start(): Promise<void> {
    const began = performance.now();
    const { fault, entry, args } = this.options;
    const command = {
      entry: entry ?? join(ROOT, 'dist/main.js'),
      args: args ?? ['serve'],
      env: this.trial.env,
      ...(fault === 'power' ? { under: tracedBy(this.trace) } : {}),
    };
    this.server = await startServer(command, this.trial.http);
    this.starts.push(performance.now() - began);
  }

  async killAndRestart(): Promise<void> {
    await this.server?.kill('SIGKILL');
    if (this.options.fault === 'power') {
      await traceComplete();
      this.cutBytes += cutPower(readUnflushed(this.trace), this.trial.env['MAIBO_DATA_DIR'] as string);
    }
    await this.start();
  }

  async stop(): Promise<void> {
    await this.server?.kill('SIGTERM');
    this.server = null;
  }

  async end(): Promise<void> {
    await this.server?.kill('SIGKILL');
  }
}

/** The tracer writes its last lines when its program is gone. */
function traceComplete(): Promise<void> {
  return pause(150);
}

/** Readings at a steady rate, and two alarms at a new place ten times a second. */
class Load {
  private readonly publisher: TrialPublisher;
  private readonly ledger: Ledger;
  private readonly timer: NodeJS.Timeout;
  private seq = 0;
  private place = 0;

  constructor(options: KillTrialOptions, trial: Trial, ledger: Ledger) {
    this.publisher = new TrialPublisher(trial.mqttPort);
    this.ledger = ledger;
    const places = 40 + options.kills * 20;
    let turn = 0;
    this.timer = setInterval(() => {
      turn += 1;
      if (!this.publisher.hasRoom) return;
      for (let i = 0; i < options.rate / 100; i += 1) this.send(`load-${this.seq % 200}`, { temperature: 20 + (this.seq % 5) });
      if (turn % 10 === 0 && this.place < places) this.alarm();
    }, 10);
  }

  /** Resolves when every message that was sent is acknowledged. */
  async finish(): Promise<void> {
    clearInterval(this.timer);
    await this.publisher.drained();
    this.publisher.close();
  }

  private alarm(): void {
    const { place } = this;
    this.place += 1;
    let acknowledged = 0;
    for (const half of ['a', 'b']) {
      this.send(`smoke-${place}-${half}`, { smoke: 1 }, () => {
        acknowledged += 1;
        if (acknowledged === 2) this.ledger.owed.add(`place-${place}`);
      });
    }
  }

  private send(sensor: string, values: Readonly<Record<string, number>>, then?: () => void): void {
    this.seq += 1;
    const { seq } = this;
    this.publisher.publish(`city/trial/${sensor}`, JSON.stringify({ at: Date.now(), seq, values }), () => {
      this.ledger.acknowledged.add(`${sensor}#${seq}`);
      then?.();
    });
  }
}

/** A party answers; only an answer that was taken counts as promised. */
async function answer(trial: Trial, ledger: Ledger, to: { readonly order: string; readonly party: string }): Promise<void> {
  const id = `rc-${to.order}-${to.party}`;
  try {
    const response = await fetch(`${trial.http}/api/v1/orders/${to.order}/receipts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, party: to.party, state: 'accepted', by: 'trial' }),
    });
    if (response.ok) ledger.receipts.add(id);
  } catch {
    // The server was killed: nothing was promised.
  }
}

/** What is still to be delivered may take its time: retries back off. */
async function ordersArrive(ledger: Ledger, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  const missing = (): boolean =>
    [...ledger.owed].some((place) => TRIAL_PARTIES.some((party) => !ledger.dispatched.has(`${place} ${party}`)));
  while (missing() && Date.now() < deadline) await pause(50);
}

async function readSurvivors(trial: Trial, worker: URL): Promise<{ readings: Set<string>; receipts: Set<string> }> {
  const journal = await openJournal({ directory: trial.env['MAIBO_DATA_DIR'] as string, worker, emit: () => undefined });
  const readings = new Set<string>();
  const receipts = new Set<string>();
  for (const entry of journal.replay(0)) {
    for (const event of entry.events) {
      if (event.kind === 'receipt') receipts.add(event.receipt.id);
      if (event.kind !== 'message' || !event.topic.startsWith('city/')) continue;
      const { seq } = JSON.parse(Buffer.from(event.payload).toString()) as { seq: number };
      readings.add(`${event.topic.split('/')[2]}#${seq}`);
    }
  }
  await journal.close();
  return { readings, receipts };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
