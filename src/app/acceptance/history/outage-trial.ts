import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MODES, type OutageMode } from '../../../history/influx/test-outage-modes.ts';
import type { Millis } from '../../../model/time.ts';
import { ROOT, startServer, type ServerProcess } from '../server-process.ts';
import { makeTrial, type Trial } from '../trial-city.ts';
import { until } from '../until.ts';
import { NumberedPublisher } from './numbered-publisher.ts';
import { isBad, type OutageFigures, type OutageRequest } from './outage-modes.ts';
import type { Numbering } from './numbered.ts';
import { historianOf, residentOf } from './processes.ts';
import { caughtUpAt, standingAt } from './standing.ts';
import { quantile, Steadily } from './steadily.ts';

export interface OutageTrialOptions {
  /** All modes together. */
  readonly outage: Millis;
  /** With the store well: before, and after it is back at the most. */
  readonly calm: Millis;
  /** Readings a second. */
  readonly rate: number;
  readonly progress?: (line: string) => void;
}

export interface PhaseFigures {
  readonly phase: OutageMode | 'before' | 'after';
  readonly seconds: number;
  readonly sent: number;
  readonly stored: number;
  readonly requests: number;
  readonly p99: Millis;
  /** Most resident memory, bytes. */
  readonly server: number;
  readonly historian: number;
}

export interface OutageResult {
  readonly phases: readonly PhaseFigures[];
  readonly sent: number;
  readonly stored: OutageFigures;
  /** Numbers that the store refused alone, and that lie beside the data with its words. */
  readonly aside: ReadonlySet<number>;
  /** Readings a second that were stored between the first that was stored after the outage and the end of the phase, or having caught up. */
  readonly catchUp: number;
  /** Readings a second that came in meanwhile. */
  readonly input: number;
  /** From the moment the store was back to the first request that it took, s. */
  readonly silence: number;
  /** What was not stored when the store was back. */
  readonly backlog: number;
  /** Median before the outage, bytes. */
  readonly rest: { readonly server: number; readonly historian: number };
  readonly lost: number;
}

const SENSORS = 2_000;
const STORE = fileURLToPath(new URL('../../../../dist/app/acceptance/history/outage-store.js', import.meta.url));
const SAMPLE: Millis = 1_000;
const DRAIN: Millis = 900_000;

/** Sends readings at a fixed rate to a whole server, whose store of history fails in one way after the other, and then is back. */
export async function runOutageTrial(options: OutageTrialOptions): Promise<OutageResult> {
  const step = Math.max(1, Math.round((2_000 * SENSORS) / options.rate));
  const numbering: Numbering = { begin: Date.now(), sensors: SENSORS, step };
  const store = await FailingStore.start(numbering);
  const trial = await makeTrial({ root: ROOT, places: 20, loadSensors: SENSORS, receiver: 'http://127.0.0.1:9/none' });
  const influx = { MAIBO_INFLUX_URL: store.url, MAIBO_INFLUX_BUCKET: 'pulse', MAIBO_INFLUX_ORG: 'city', MAIBO_INFLUX_TOKEN: 'trial' };
  const env = { ...trial.env, ...influx, MAIBO_HISTORY: 'influxdb' };
  const server = await startServer({ entry: join(ROOT, 'dist/main.js'), args: ['serve'], env }, trial.http);
  const run = new Run(options, { store, trial, server }, numbering);
  try {
    return await run.toEnd();
  } finally {
    run.end();
    await server.kill('SIGKILL');
    store.stop();
    trial.remove();
  }
}

/** The program that plays the store. */
class FailingStore {
  readonly url: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(numbering: Numbering): Promise<FailingStore> {
    const child = fork(STORE, [JSON.stringify(numbering)], { execArgv: [] });
    const [port] = (await once(child, 'message')) as [number];
    return new FailingStore(child, port);
  }

  async become(mode: OutageMode | 'ok'): Promise<void> {
    await this.ask({ kind: 'mode', mode });
  }

  async figures(): Promise<OutageFigures> {
    return (await this.ask({ kind: 'figures' })) as OutageFigures;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }

  private async ask(request: OutageRequest): Promise<unknown> {
    const answer = once(this.child, 'message');
    this.child.send(request);
    return (await answer)[0];
  }
}

interface Parts {
  readonly store: FailingStore;
  readonly trial: Trial;
  readonly server: ServerProcess;
}

class Run {
  private readonly options: OutageTrialOptions;
  private readonly parts: Parts;
  private readonly publisher: NumberedPublisher;
  private readonly steadily: Steadily;
  private readonly phases: PhaseFigures[] = [];

  constructor(options: OutageTrialOptions, parts: Parts, numbering: Numbering) {
    this.options = options;
    this.parts = parts;
    this.publisher = new NumberedPublisher(parts.trial.mqttPort, numbering);
    this.steadily = new Steadily(this.publisher, options.rate);
  }

  async toEnd(): Promise<OutageResult> {
    const { calm, outage } = this.options;
    const { store, trial } = this.parts;
    await until('a process that keeps history', () => historianOf(this.parts.server.pid));
    // The first half only warms up.
    await this.phase('before', calm / 2);
    this.steadily.p99();
    this.phases.length = 0;
    const rest = await this.phase('before', calm / 2);
    for (const mode of MODES) {
      await store.become(mode);
      await this.phase(mode, outage / MODES.length);
    }
    await store.become('ok');
    const back = await this.catchUp();
    this.steadily.stop();
    await this.publisher.drained();
    await caughtUpAt(trial.http, DRAIN);
    const { lost } = await standingAt(trial.http);
    const { acknowledged: sent } = this.publisher;
    const stored = await store.figures();
    return { phases: this.phases, sent, stored, aside: this.aside(), ...back, rest, lost };
  }

  end(): void {
    this.steadily.stop();
    this.publisher.close();
  }

  /** @returns the medians of the memory */
  private async phase(phase: PhaseFigures['phase'], long: Millis): Promise<OutageResult['rest']> {
    const { server, store } = this.parts;
    const [began, before, sentBefore] = [performance.now(), await store.figures(), this.publisher.acknowledged];
    const [servers, historians]: [number[], number[]] = [[], []];
    while (performance.now() - began < long) {
      await pause(SAMPLE);
      servers.push(residentOf(server.pid) ?? 0);
      historians.push(residentOf(historianOf(server.pid) ?? 0) ?? 0);
    }
    const after = await store.figures();
    const seconds = (performance.now() - began) / 1_000;
    const memory = { server: Math.max(...servers), historian: Math.max(...historians) };
    const moved = { sent: this.publisher.acknowledged - sentBefore, stored: after.distinct - before.distinct };
    this.phases.push({ phase, seconds, ...moved, requests: after.requests - before.requests, p99: this.steadily.p99(), ...memory });
    this.options.progress?.(`${phase}: sent ${moved.sent}, stored ${moved.stored}, requests ${after.requests - before.requests}`);
    return { server: quantile(servers, 0.5), historian: quantile(historians, 0.5) };
  }

  /** The input goes on meanwhile. */
  private async catchUp(): Promise<Pick<OutageResult, 'catchUp' | 'input' | 'silence' | 'backlog'>> {
    const { store } = this.parts;
    const [backAt, atFirst] = [performance.now(), await store.figures()];
    const backlog = this.publisher.acknowledged - atFirst.distinct;
    await until('a first request after the outage', async () => (await store.figures()).distinct > atFirst.distinct, 120_000);
    const [began, first, sentFirst] = [performance.now(), (await store.figures()).distinct, this.publisher.acknowledged];
    const silence = (began - backAt) / 1_000;
    let now = { at: began, distinct: first };
    const watched = this.phase('after', this.options.calm);
    const done = (): boolean => now.at - began > this.options.calm || this.publisher.acknowledged - now.distinct < this.options.rate / 2;
    while (!done()) {
      await pause(SAMPLE / 4);
      now = { at: performance.now(), distinct: (await store.figures()).distinct };
    }
    const seconds = (now.at - began) / 1_000;
    const input = (this.publisher.acknowledged - sentFirst) / seconds;
    await watched;
    return { catchUp: (now.distinct - first) / seconds, input, silence, backlog };
  }

  /** Each is a line beside the data; a point may stand there more than once. */
  private aside(): ReadonlySet<number> {
    const directory = this.parts.trial.env['MAIBO_DATA_DIR'] as string;
    const numbers = new Set<number>();
    for (const name of ['history-refused.1.ndjson', 'history-refused.ndjson']) {
      for (const line of linesOf(join(directory, name))) numbers.add((JSON.parse(line) as { point: { value: number } }).point.value);
    }
    return numbers;
  }
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

const pause = (ms: Millis): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const MEGABYTE = 1_048_576;

export interface Bar {
  readonly name: string;
  readonly figure: string;
  readonly held: boolean;
}

/** What is promised of an outage. The first must hold. */
export function barsOf({ phases, sent, stored, aside, lost, rest, ...back }: OutageResult): readonly [Bar, ...Bar[]] {
  const missing = sent - stored.distinct - aside.size;
  const wrongly = [...aside].filter((number) => !isBad(number)).length;
  const outage = phases.filter(({ phase }) => phase !== 'before' && phase !== 'after');
  const during = quantile(
    outage.map(({ p99 }) => p99),
    0.5,
  );
  const before = phases.find(({ phase }) => phase === 'before')?.p99 ?? Number.NaN;
  const all = phases.filter(({ phase }) => phase !== 'before');
  const grown = (who: 'server' | 'historian'): number => (Math.max(...all.map((phase) => phase[who])) - rest[who]) / MEGABYTE;
  const growth = (who: 'server' | 'historian', name: string): Bar => {
    return { name, figure: `${grown(who).toFixed(0)} MB ≤ 100`, held: grown(who) <= 100 };
  };
  return [
    {
      name: 'missing, set aside without cause, gaps 缺失、误隔离、缺口',
      figure: `${missing}, ${wrongly}, ${lost}`,
      held: missing === 0 && wrongly === 0 && lost === 0,
    },
    growth('server', 'memory of the server 服务内存增长'),
    growth('historian', 'memory of the historian 历史进程内存增长'),
    {
      name: 'PUBACK p99, outage ÷ before 应答时延',
      figure: `${during.toFixed(1)} ÷ ${before.toFixed(1)} ms = ${(during / before).toFixed(2)} ≤ 1.2`,
      held: during <= 1.2 * before,
    },
    {
      name: 'catch-up ÷ input 追赶速度',
      figure: `${Math.round(back.catchUp)} ÷ ${Math.round(back.input)} /s = ${(back.catchUp / back.input).toFixed(2)} ≥ 2`,
      held: back.catchUp >= 2 * back.input,
    },
    { name: 'requests in flight 同时的请求', figure: `${stored.peak} ≤ 2`, held: stored.peak <= 2 },
  ];
}
