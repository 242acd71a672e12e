import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Engine, type Observation } from '../../src/engine/engine.ts';
import type { City } from '../../src/model/place.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { copiesOf } from './copies.ts';
import { Load } from './load.ts';
import { populate } from './population.ts';
import { allInOne, asShipped, indexedByHand, questionOf, takeTurn, type Contestant, type Question, type Turn } from './reference.ts';
import { readSamples, type RuleSample } from './rule-files.ts';

export interface EngineBench {
  readonly signs: number;
  readonly sensors: number;
  readonly perSecond: number;
  readonly shipped: Turn;
  readonly allInOne: Turn;
  readonly byHand: Turn;
  readonly rules: readonly { readonly count: number; readonly perSecond: number; readonly spread: boolean }[];
  readonly bytesPerPair: number;
  readonly heapPerPair: number;
  readonly pairs: number;
  readonly reload: { readonly changed: number; readonly milliseconds: number };
}

export interface EngineJob {
  readonly rulesDirectory: string;
  readonly sensors: number;
  /** Minutes of the city before the clock runs: windows are full then. */
  readonly warm: number;
  readonly timed: number;
  readonly asked: number;
  readonly say: (line: string) => void;
}

export function engineJob(root: string, quick: boolean, say: (line: string) => void): EngineJob {
  return {
    rulesDirectory: join(root, 'rules'),
    sensors: quick ? 20_000 : 100_000,
    warm: quick ? 10 : 65,
    timed: quick ? 3 : 7,
    asked: quick ? 500 : 5_000,
    say,
  };
}

/** The 74 signs over a city of sensors, beside json-rules-engine on the same questions. */
export async function benchEngine(job: EngineJob): Promise<EngineBench> {
  const samples = readSamples(job.rulesDirectory);
  const { city, speakers } = populate(samples, job.sensors);
  const collect = exposeGc();
  const before = used(collect);
  const engine = engineOf(
    samples.map(({ rule }) => rule),
    city,
  );
  const load = new Load(speakers);
  job.say(`engine: ${samples.length} signs, ${job.sensors} sensors, ${job.warm} minutes to fill the windows`);
  for (let i = 0; i < job.warm; i += 1) load.minute(engine);
  const heap = used(collect) - before;
  const pairs = engine.book.rules.reduce((sum, rule) => sum + rule.memory.members, 0);
  const questions: Question[] = [];
  const every = Math.floor(job.sensors / job.asked);
  let n = 0;
  load.minute(engine, (observation: Observation) => {
    if (n++ % every === 0 && questions.length < job.asked) questions.push(questionOf(engine, observation));
  });
  job.say(`json-rules-engine: ${questions.length} of the same messages, facts ready`);
  const rules = engine.book.rules.filter(({ compiled }) => compiled.rule.scope !== 'gateway');
  const rates: number[] = [];
  const shipped = racer(asShipped(rules), questions, job.asked / 10);
  const flat = racer(allInOne(rules), questions, job.asked / 10);
  const byHand = racer(indexedByHand(rules), questions, job.asked);
  // In turns, so that whatever else the machine does falls on all alike.
  for (let turn = 0; turn < job.timed; turn += 1) {
    rates.push(perSecond(load.minute(engine)));
    for (const one of [shipped, flat, byHand]) await one.run(turn, job.timed);
  }
  const reload = reloadAll(engine, samples, city, load);
  const bytes = engine.bytes;
  const many = growth(job, samples);
  return {
    signs: samples.length,
    sensors: job.sensors,
    perSecond: median(rates),
    shipped: shipped.result(),
    allInOne: flat.result(),
    byHand: byHand.result(),
    rules: many,
    bytesPerPair: bytes / pairs,
    heapPerPair: heap / pairs,
    pairs,
    reload,
  };
}

/** Asks one contestant its share of the questions in every turn; its middle turn counts. */
function racer(contestant: Contestant, all: readonly Question[], share: number) {
  const questions = all.filter((_, i) => i % Math.ceil(all.length / share) === 0);
  const turns: Turn[] = [];
  return {
    run: async (turn: number, of: number): Promise<void> => {
      turns.push(
        await takeTurn(
          contestant,
          questions.filter((_, i) => i % of === turn),
        ),
      );
    },
    result: (): Turn => ({
      perSecond: median(turns.map((turn) => turn.perSecond)),
      asked: questions.length,
      differences: turns.reduce((sum, turn) => sum + turn.differences, 0),
    }),
  };
}

/** The same readings beside more and more rules; and spread over all of them, where each finds its rule cold. */
function growth(job: EngineJob, samples: readonly RuleSample[]): EngineBench['rules'] {
  const sizes = [1, 10, 100];
  const parts = sizes.map((times) => {
    const copies = copiesOf(samples, times);
    const { city, speakers } = populate(samples, job.sensors);
    const engine = engineOf(
      copies.map(({ rule }) => rule),
      city,
    );
    const load = new Load(speakers);
    for (let i = 0; i < 3; i += 1) load.minute(engine);
    return { engine, load, rates: [] as number[], count: copies.length };
  });
  // In turns, so that whatever else the machine does falls on all alike.
  for (let i = 0; i < job.timed; i += 1) for (const { engine, load, rates } of parts) rates.push(perSecond(load.minute(engine)));
  const copies = copiesOf(samples, 100);
  const { city, speakers } = populate(copies, job.sensors);
  const engine = engineOf(
    copies.map(({ rule }) => rule),
    city,
  );
  const load = new Load(speakers);
  for (let i = 0; i < 3; i += 1) load.minute(engine);
  const cold = Array.from({ length: job.timed }, () => perSecond(load.minute(engine)));
  job.say('rules: 74, 740, 7,400');
  return [
    ...parts.map(({ count, rates }) => ({ count, perSecond: median(rates), spread: false })),
    { count: copies.length, perSecond: median(cold), spread: true },
  ];
}

/** Every rule has changed: a new version with other words and thresholds a little higher. */
function reloadAll(engine: Engine, samples: readonly RuleSample[], city: City, load: Load): EngineBench['reload'] {
  const changed = samples.map(
    ({ rule }): Rule => ({ ...rule, version: rule.version + 1, title: { zh: `${rule.title.zh}二`, en: `${rule.title.en} 2` } }),
  );
  const out: Verdict[] = [];
  const started = performance.now();
  engine.configure(changed, city, load.now, out);
  return { changed: changed.length, milliseconds: performance.now() - started };
}

function engineOf(rules: readonly Rule[], city: City): Engine {
  const engine = new Engine();
  const problems = engine.configure(rules, city, 0, []);
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  return engine;
}

function perSecond({ messages, seconds }: { readonly messages: number; readonly seconds: number }): number {
  return messages / seconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

function exposeGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function used(collect: () => void): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
