import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backtest, type BacktestQuestion } from '../../src/app/backtest/backtest.ts';
import { openEmbeddedStore } from '../../src/history/embedded/open-embedded-store.ts';
import type { EmbeddedStore } from '../../src/history/embedded/embedded-store.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Rule } from '../../src/model/rule.ts';
import { Load } from '../engine/load.ts';
import { populate } from '../engine/population.ts';
import { readSamples } from '../engine/rule-files.ts';
import { StoredCity } from './stored-city.ts';

/** A back-test over stored readings. */
export interface BacktestBench {
  readonly readings: number;
  readonly sensors: number;
  readonly threads: number;
  /** The live engine alone, all rules, on the same city: readings a second. */
  readonly engine: number;
  /** All rules, beside what was recorded. */
  readonly all: Timed;
  /** One rule is changed, beside those in force. */
  readonly one: Timed & { readonly rule: string; readonly run: number };
}

export interface Timed {
  readonly seconds: number;
  /** Readings that were judged; of the others nobody asked. */
  readonly judged: number;
}

export interface BacktestJob {
  readonly root: string;
  readonly readings: number;
  readonly sensors: number;
  readonly say: (line: string) => void;
}

const START = Date.UTC(2026, 5, 1);
const BATCH = 20_000;
const CHANGED = 'venue-occupancy';
const program = new URL('../../src/app/backtest/backtest-thread.js', import.meta.url);

export async function benchBacktest(job: BacktestJob): Promise<BacktestBench> {
  const samples = readSamples(join(job.root, 'rules'));
  const { city, speakers } = populate(samples, job.sensors);
  const rules = samples.map(({ rule }) => rule);
  const directory = mkdtempSync(join(tmpdir(), 'maibo-bench-backtest-'));
  const store = await openEmbeddedStore({ directory });
  try {
    const stored = new StoredCity(speakers, START);
    const readings = await fill(store, stored, job);
    const settings = { clock: 'wall', maxAhead: 300_000, maxJump: 1e12, codecs: {} } as const;
    const span = { from: START, to: stored.end };
    const threads = availableParallelism();
    const ask = async (after: readonly Rule[], before: readonly Rule[] | null) => {
      const answering = { handledAfter: 1_800_000 };
      const question: BacktestQuestion = { span, after, before, only: null, warm: 0, answering, city, settings };
      return backtest(question, { store, threads, program, elapsed: () => performance.now() });
    };
    const changed = rules.map((rule) =>
      rule.id === CHANGED ? { ...rule, levels: rule.levels.map((level) => ({ ...level, hold: level.hold + 60_000 })) } : rule,
    );
    const one = await ask(changed, rules);
    job.say(`backtest: one rule of ${rules.length} in ${one.seconds.toFixed(1)} s`);
    const all = await ask(rules, null);
    job.say(`backtest: all in ${all.seconds.toFixed(1)} s`);
    return {
      readings,
      sensors: job.sensors,
      threads,
      engine: engineAlone(rules, job),
      all: { seconds: all.seconds, judged: all.readings },
      one: { seconds: one.seconds, judged: one.readings, rule: CHANGED, run: one.rules.length },
    };
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function fill(store: EmbeddedStore, stored: StoredCity, { readings, say }: BacktestJob): Promise<number> {
  let written = 0;
  let offset = 0;
  while (written < readings) {
    const points = stored.minute();
    for (let from = 0; from < points.length; from += BATCH)
      await store.write(points.slice(from, from + BATCH), { offset: (offset += 1), audit: 1 });
    written += points.length;
  }
  say(`backtest: ${written} readings stored`);
  return written;
}

function engineAlone(rules: readonly Rule[], job: BacktestJob): number {
  const { city, speakers } = populate(readSamples(join(job.root, 'rules')), job.sensors);
  const engine = new Engine();
  engine.configure(rules, city, START, []);
  const load = new Load(speakers);
  for (let i = 0; i < 10; i += 1) load.minute(engine);
  const turns = Array.from({ length: 5 }, () => load.minute(engine)).map(({ readings, seconds }) => readings / seconds);
  return turns.sort((a, b) => a - b)[2] ?? 0;
}

export function backtestLines({ all, engine, one, readings, sensors, threads }: BacktestBench): string[] {
  const whole = (n: number): string => Math.round(n).toLocaleString('en');
  const row = (what: string, { judged, seconds }: Timed): string =>
    `| ${what} | ${seconds.toFixed(1)} | ${whole(readings / seconds)} | ${whole(judged)} |`;
  return [
    `| back-test over ${whole(readings)} stored readings of ${whole(sensors)} sensors, ${threads} threads | s | readings of history/s | readings judged |`,
    '| --- | ---: | ---: | ---: |',
    row(`one rule changed, beside those in force (${one.run} rules run, twice)`, one),
    row('all 74 rules, beside what was recorded', all),
    `| the live engine alone, all 74, one thread | | ${whole(engine)} | |`,
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [readings = 1_000_000, sensors = 10_000] = process.argv.slice(2).map(Number);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  process.stdout.write(`${backtestLines(await benchBacktest({ root: process.cwd(), readings, sensors, say })).join('\n')}\n`);
}
