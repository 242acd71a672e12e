import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import { baselineNeeds, ownBaselines } from '../../engine/own-baselines.ts';
import { PastSlots } from '../../engine/past-slots.ts';
import type { EmbeddedStore } from '../../history/embedded/embedded-store.ts';
import { openEmbeddedStore } from '../../history/embedded/open-embedded-store.ts';
import type { BaselineTable, RuleBaselines } from '../../model/baseline.ts';
import type { ReadingPoint } from '../../model/history-point.ts';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Rule } from '../../model/rule.ts';
import { blocksOf } from '../backtest/test-live-run.ts';
import type { Millis } from '../../model/time.ts';
import { Random } from '../acceptance/arrival/random.ts';
import type { Definition } from '../definition.ts';
import { checkRules, loadDefinition } from '../load-definition.ts';
import { loadConfig } from '../../config/load-config.ts';
import { CHECKOUT } from '../test-rig.ts';
import { pastBaselines, type BaselinesAnswer, type BaselinesAsked } from './past-baselines.ts';
import { eachPastReport } from './past-reports.ts';

const DAY: Millis = 86_400_000;
const HOUR: Millis = 3_600_000;
const MINUTE: Millis = 60_000;
/** Wednesday, 03:00 in Shanghai. */
const NOW = Date.UTC(2026, 5, 9, 19);
const START = NOW - 30 * DAY;
const ASKING = ['metro-inflow', 'calls-110', 'fever-clinic-visits', 'ili-percentage'];
const EVER = { from: 0, to: NOW + 1_000 * DAY };

let definition: Definition;
let points: readonly ReadingPoint[];
let folder: string;
let store: EmbeddedStore;

beforeAll(async () => {
  const config = loadConfig({ env: { MAIBO_DATA_DIR: '/nowhere' }, cwd: CHECKOUT });
  const all = await loadDefinition(config, 'wall');
  const { rules } = await checkRules(config.rulesDir, all.city);
  definition = { ...all, rules: { ...all.rules, rules: rules.rules.filter(({ id }) => ASKING.includes(id)) } };
  points = month();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maibo-baselines-'));
  store = await openEmbeddedStore({ directory: folder });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
/** A month of gates, calls, a clinic and a weekly share: some late, some of maintenance, some that cannot be. */
function month(): ReadingPoint[] {
  const random = new Random(7);
  const made: ReadingPoint[] = [];
  const say = (sensor: string, measure: string, at: Millis, value: number): void => {
    const late = random.between(0, 9) === 0 ? random.between(0, 19) * 1_000 : 100;
    const test = random.between(0, 39) === 0;
    const named = { sensor, measure, gateway: 'gw', place: null, street: null } as const;
    made.push({ kind: 'reading', ...named, value, test, at, nth: made.length % 1_000_000, receivedAt: at + late, order: 0 });
  };
  for (let at = START; at < NOW; at += 20 * MINUTE) {
    for (const gates of ['gates-xujiahui-station']) {
      if (random.between(0, 19) > 0) say(gates, 'gate-in', at, random.between(0, 49) === 0 ? 999_990 : 200 + random.between(0, 99));
    }
    if (random.between(0, 3) === 0) say('calls-xujiahui-theft', 'call-110', at, 1);
  }
  for (let at = START + 8 * HOUR; at < NOW; at += DAY) say('fever-zhongshan-01', 'fever-visits', at, 40 + random.between(0, 19));
  for (let at = START; at < NOW; at += 7 * DAY) say('ili-sixth-01', 'ili-share', at, 3 + random.between(0, 3));
  made.sort((a, b) => a.receivedAt - b.receivedAt || a.at - b.at || a.nth - b.nth);
  let order = 0;
  return made.map((point, i) => {
    order = made[i - 1]?.receivedAt === point.receivedAt ? order + 1 : 0;
    return { ...point, order };
  });
}

/** An engine under these rules that has heard all of it as it came. */
async function longInForce(rules: readonly Rule[] = definition.rules.rules): Promise<Engine> {
  const engine = new Engine();
  const { city } = definition;
  engine.configure(rules, city, START, []);
  await eachPastReport({ arrivals: () => inBlocks(points) }, { span: EVER, measures: null, city }, (report, test) => {
    engine.advance(report.receivedAt, []);
    if (test) engine.hear(report, []);
    else engine.observe(report, []);
  });
  engine.advance(NOW, []);
  return engine;
}

async function* inBlocks(all: readonly ReadingPoint[]): AsyncGenerator<ReadingBlock> {
  for (const block of blocksOf(all, 16_384)) yield await Promise.resolve(block);
}

function fresh(): Engine {
  const engine = new Engine();
  engine.configure(definition.rules.rules, definition.city, NOW, []);
  return engine;
}

async function ask(over: Partial<BaselinesAsked> = {}, most?: number): Promise<BaselinesAnswer> {
  const needs = baselineNeeds(fresh().book, NOW);
  return pastBaselines(store, { needs, definition, inForce: null, at: NOW, ...over }, most);
}

const tableOf = ({ found }: BaselinesAnswer): BaselineTable => JSON.parse(found?.body ?? 'null') as BaselineTable;

const filled = (rules: readonly RuleBaselines[]): readonly RuleBaselines[] =>
  rules.map((rule) => ({
    ...rule,
    stores: rule.stores.map(({ of, rows }) => ({ of, rows: rows.filter(({ slots }) => slots.length > 0) })),
  }));

describe('baselines computed from history', () => {
  beforeEach(() => store.write(points, { offset: 1, audit: 1 }));

  it('W1 are what an engine remembers that was told the same readings as they came, slot by slot', async () => {
    const { rules } = tableOf(await ask());
    const expected = filled(ownBaselines((await longInForce()).book, NOW));
    expect(rules.map(({ rule }) => rule).sort()).toEqual([...ASKING].sort());
    expect(rules).toEqual(expected);
    const slots = rules.flatMap(({ stores }) => stores.flatMap(({ rows }) => rows.map((row) => row.slots.length)));
    expect(Math.max(...slots)).toBeGreaterThan(1_500);
  });

  it('control: of an engine that never heard of late and impossible values they are not', async () => {
    const rules = definition.rules.rules.map(
      (rule) => JSON.parse(JSON.stringify(rule).replaceAll('"within":[0,20000]', '"within":[0,2000000]')) as Rule,
    );
    const other = filled(ownBaselines((await longInForce(rules)).book, NOW));
    const values = (of: readonly RuleBaselines[]): unknown => of.map(({ stores }) => stores.map(({ rows }) => rows));
    expect(values(tableOf(await ask()).rules)).not.toEqual(values(other));
  });

  it('let a server that starts anew judge what one that ran all the while judges', async () => {
    const young = fresh();
    young.past = new PastSlots('v', tableOf(await ask()));
    const old = await longInForce();
    const judged = (engine: Engine): unknown => {
      const { city } = definition;
      for (const [id, values] of [
        ['gates-xujiahui-station', { 'gate-in': 900 }],
        ['fever-zhongshan-01', { 'fever-visits': 200 }],
      ] as const) {
        const sensor = city.sensors.find((one) => one.id === id);
        if (sensor !== undefined) engine.observe({ sensor, values, at: NOW + MINUTE, receivedAt: NOW + MINUTE, gateway: null }, []);
      }
      engine.advance(NOW + 3 * MINUTE, []);
      return ['metro-inflow', 'fever-clinic-visits'].map((rule) => {
        const keys = [...engine.standings(rule)].filter(({ at }) => at === NOW + MINUTE);
        return keys.map(({ subject, value }) => [subject.key, value]);
      });
    };
    const [gates, clinic] = judged(young) as [string, number | null][][];
    expect([gates?.length, clinic?.length]).toEqual([1, 1]);
    expect([...(gates ?? []), ...(clinic ?? [])].every(([, value]) => value !== null)).toBe(true);
    expect([gates, clinic]).toEqual(judged(old));
  });

  it('leave out what the rule in force knows by itself', async () => {
    const own = await longInForce();
    const needs = baselineNeeds(own.book, NOW).filter(({ rule }) => rule === 'fever-clinic-visits');
    expect((await ask({ needs })).found).toBeNull();
  });

  it('W2 are no new version where they say nothing new', async () => {
    const first = await ask();
    expect(first.found?.slots).toBeGreaterThan(1_000);
    expect((await ask({ inForce: tableOf(first) })).found).toBeNull();
    const { rules } = tableOf(first);
    expect((await ask({ inForce: { ...tableOf(first), rules: rules.slice(1) } })).found?.table).toBe(first.found?.table);
  });

  it('that are too many are left out by whole rules, and named', async () => {
    const { found, tooLarge } = await ask({}, 1_500);
    expect(tooLarge).toEqual(['metro-inflow']);
    expect(tableOf({ found, tooLarge }).rules.map(({ rule }) => rule)).not.toContain('metro-inflow');
  });

  it('of a rule that has changed meanwhile are not taken', async () => {
    const needs = baselineNeeds(fresh().book, NOW).map((need) => ({ ...need, basis: 'another' }));
    expect((await ask({ needs })).found).toBeNull();
  });
});

it('an empty history says nothing', async () => {
  expect(await ask()).toEqual({ found: null, tooLarge: [] });
});
