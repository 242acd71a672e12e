import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { ownBaselines } from '../engine/own-baselines.ts';
import type { Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { BaselineTable } from '../model/baseline.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { Sensor } from '../model/place.ts';
import type { Millis } from '../model/time.ts';
import { Core, type Configured } from './core.ts';
import { hashOf, type Definition } from './definition.ts';
import { Definitions } from './definitions.ts';
import { loadConfig } from '../config/load-config.ts';
import { checkRules, loadDefinition } from './load-definition.ts';
import { Pipeline } from './pipeline.ts';
import { recover, saveState, storeBaselines, storeDefinition } from './recover.ts';
import { CHECKOUT, message, Player } from './test-rig.ts';

const worker = new URL('../../dist/journal/commit-worker.js', import.meta.url);
const DAY: Millis = 86_400_000;
/** Noon in Shanghai. */
const NOW = Date.UTC(2026, 5, 10, 4);
const CLINIC = 'fever-zhongshan-01';

let definition: Definition;
let directory: string;
let journal: Journal;

beforeAll(async () => {
  const config = loadConfig({ env: { MAIBO_DATA_DIR: '/nowhere' }, cwd: CHECKOUT });
  const all = await loadDefinition(config, 'wall');
  const { rules } = await checkRules(config.rulesDir, all.city);
  definition = { ...all, rules: { ...all.rules, rules: rules.rules.filter(({ id }) => id === 'fever-clinic-visits') } };
});
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-baselined-'));
  journal = await openJournal({ directory, worker, emit: () => undefined });
});
afterEach(async () => {
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Two quiet weeks of one clinic, as a table. */
function quietWeeks(visits: number): string {
  const engine = new Engine();
  const { city, rules } = definition;
  engine.configure(rules.rules, city, NOW - 20 * DAY, []);
  const sensor = city.sensors.find(({ id }) => id === CLINIC) as Sensor;
  for (let at = NOW - 15 * DAY; at < NOW; at += DAY)
    engine.observe({ sensor, values: { 'fever-visits': visits }, at, receivedAt: at, gateway: null }, []);
  engine.advance(NOW, []);
  return JSON.stringify({ kind: 'baselines', computedAt: NOW, rules: ownBaselines(engine.book, NOW) } satisfies BaselineTable);
}

/** Puts a table in the journal, and says what names it. */
async function baselined(visits: number): Promise<LogEvent> {
  const body = quietWeeks(visits);
  await journal.putDefinition(hashOf(body), body);
  return { kind: 'baselined', table: hashOf(body) };
}

const visits = (n: number): LogEvent => message(CLINIC, { values: { 'fever-visits': n } });

/** A clinic that is quiet by one table, and far out of the usual by the next. */
async function script(): Promise<readonly LogEvent[][]> {
  const inForce = await storeDefinition(journal, definition);
  return [[inForce], [visits(100)], [await baselined(100)], [visits(100)], [await baselined(20)], [visits(100)], [visits(101)]];
}

function newCore(): Core {
  const definitions = new Definitions(journal);
  return new Core(
    (event) => definitions.load(event),
    (table) => definitions.baselines(table),
  );
}

function play(core: Core, entries: readonly (readonly LogEvent[])[], from = 0): Player {
  const player = new Player(core, NOW + from * 3_600_000);
  for (const events of entries) {
    player.now += 3_600_000;
    player.enter(events);
  }
  return player;
}

/** What the sign says. */
const valueOf = (core: Core): number | null => [...core.engine.standings('fever-clinic-visits')][0]?.value ?? null;

describe('baselines from history, as an event of the log', () => {
  it('take effect where they stand in the log, and not before', async () => {
    const entries = await script();
    const after = (count: number): number | null => valueOf(play(newCore(), entries.slice(0, count)).core);
    expect(after(2)).toBeNull();
    expect(after(4)).toBe(0);
    expect(after(5)).toBeGreaterThan(5);
  });

  it('C1 the same entries give the same outcomes; control: without the event they do not', async () => {
    const entries = await script();
    const live = play(newCore(), entries);
    const again = play(newCore(), entries);
    expect(again.outcomes).toEqual(live.outcomes);
    expect(again.core.save()).toEqual(live.core.save());
    const without = play(
      newCore(),
      entries.map((events) => events.filter(({ kind }) => kind !== 'baselined')),
    );
    expect(without.core.save()).not.toEqual(live.core.save());
    expect(valueOf(without.core)).toBeNull();
  });

  it('E2 a core that is restored from what it saved goes on as one that never stopped; control: one that saved no table does not', async () => {
    const entries = await script();
    const never = play(newCore(), entries);
    const saved = structuredClone(play(newCore(), entries.slice(0, 5)).core.save());
    const goOn = (state: typeof saved): Core => {
      const core = newCore();
      play(core, entries.slice(0, 1));
      core.restore(state);
      return play(core, entries.slice(5), 5).core;
    };
    expect(goOn(saved).save()).toEqual(never.core.save());
    expect(goOn({ ...saved, baselines: null }).save()).not.toEqual(never.core.save());
  });

  it('R1 are in force after a restart, from the log and from a snapshot', async () => {
    const entries = await script();
    const { core } = recover(journal, () => undefined);
    let now = NOW;
    const fail = (error: Error): void => {
      throw error;
    };
    const pipeline = new Pipeline({ core, journal, now: () => now, address: () => [], committed: () => undefined, fatal: fail });
    for (const events of entries.slice(0, 6)) {
      now += 3_600_000;
      for (const event of events) await pipeline.submit(event);
    }
    const fromLog = recover(journal, () => undefined);
    expect(fromLog.core.save()).toEqual(core.save());
    expect(fromLog.core.engine.past?.version).toBe((entries[4]?.[0] as { table: string }).table);
    const state = saveState(core, entries[0]?.[0] as Configured);
    await journal.saveSnapshot({ offset: journal.nextOffset - 1, at: now, state });
    const fromSnapshot = recover(journal, () => undefined);
    expect(fromSnapshot.entries).toBe(0);
    expect(fromSnapshot.core.save()).toEqual(core.save());
    await storeBaselines(journal, fromSnapshot.core);
  });
});
