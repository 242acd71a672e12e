import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbeddedStore } from '../../history/embedded/open-embedded-store.ts';
import type { HistoryStore } from '../../history/history-store.ts';
import { Refusal } from '../../model/problem.ts';
import { DEFAULT_HANDLING } from '../../model/handling.ts';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Rule } from '../../model/rule.ts';
import type { Millis } from '../../model/time.ts';
import { readGround, type TrialGround } from '../acceptance/arrival/trial-definition.ts';
import { CHECKOUT } from '../test-rig.ts';
import { backtest, type BacktestQuestion, type BacktestSides } from './backtest.ts';
import type { BacktestReport } from './backtest-report.ts';
import { groupsOf } from './rule-groups.ts';
import type { RunResult } from './run-result.ts';
import { StoredRun } from './stored-run.ts';
import { arrivalsOf, blocksOf, liveRun, type LiveRun } from './test-live-run.ts';

const program = new URL('../../../dist/app/backtest/backtest-thread.js', import.meta.url);
const READINGS = 2_000;
let directory: string;
let store: HistoryStore;
let ground: TrialGround;
let live: LiveRun;
let rules: readonly Rule[];
let whole: RunResult;
/** Of the rules that need not hear every reading, the one that has most to say. */
let busiest: string;

beforeAll(async () => {
  ground = await readGround(CHECKOUT);
  ({ rules } = ground.definition.rules);
  live = liveRun(ground.definition, arrivalsOf(ground, 21, READINGS));
  directory = mkdtempSync(join(tmpdir(), 'maibo-backtest-'));
  store = await openEmbeddedStore({ directory });
  await store.write(live.points, { offset: 1, audit: 1 });
  const run = new StoredRun({ definition: ground.definition, from: begin(), answering: { handledAfter: 600_000 } });
  for (const block of blocksOf(live.points, 16_384)) run.take(block);
  run.finish(live.end);
  whole = run.result();
  const fired = (id: string): number => whole.alerts.filter(({ rule }) => rule === id).length;
  const quick = groupsOf(rules, ground.definition.city.handling ?? DEFAULT_HANDLING).filter(({ measures }) => measures !== null);
  const names = quick.flatMap((group) => group.rules.map(({ id }) => id));
  busiest = names.sort((a, b) => fired(b) - fired(a))[0] ?? '';
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const begin = (): Millis => live.points[0]?.receivedAt ?? 0;

function ask(over: Partial<BacktestQuestion> = {}, sides: Partial<BacktestSides> = {}): Promise<BacktestReport> {
  const { city, settings } = ground.definition;
  const span = { from: begin(), to: live.end };
  const question = { span, after: rules, before: rules, only: null, warm: 0, answering: { handledAfter: 600_000 }, city, settings };
  return backtest({ ...question, ...over }, { store, threads: 2, program, elapsed: () => 0, ...sides });
}

/** The rule with another limit everywhere. */
function stricter(id: string): readonly Rule[] {
  return rules.map((rule) =>
    rule.id === id ? { ...rule, levels: rule.levels.map((level) => ({ ...level, hold: level.hold + 600_000 })) } : rule,
  );
}

describe('a back-test over stored history', () => {
  it('two sets that are the same have nothing to run, and differ in nothing', async () => {
    const report = await ask();
    expect(report).toMatchObject({ rules: [], changed: [], readings: 0, against: 'rules' });
    expect(report.diff.alerts).toMatchObject({ before: 0, after: 0 });
  });

  it('a rule that waits longer is run beside what it is bound to, and its alerts move or go', async () => {
    const report = await ask({ after: stricter(busiest) });
    expect(report.changed).toEqual([busiest]);
    expect(report.rules).toContain(busiest);
    expect(report.rules.length).toBeLessThan(10);
    const { alerts } = report.diff;
    expect(alerts.before).toBeGreaterThan(0);
    expect(alerts.moved.length + alerts.lost.length + alerts.altered.length).toBeGreaterThan(0);
    expect(
      [...alerts.moved.map(({ after }) => after), ...alerts.gained, ...alerts.lost].every(({ rule }) => report.rules.includes(rule)),
    ).toBe(true);
    expect(report.readings).toBeLessThan(live.points.length);
  });

  it('says the same however many threads it has', async () => {
    const after = stricter(busiest);
    const [one, two] = [
      await ask({ after, only: [busiest, 'smoke-alarm'] }, { threads: 1 }),
      await ask({ after, only: [busiest, 'smoke-alarm'] }),
    ];
    expect(two).toEqual(one);
  });

  it('all rules over all readings come to what one run of them comes to', async () => {
    const report = await ask({ before: null });
    expect(report.readings).toBe(live.points.length);
    expect(report.counts).toMatchObject({ failures: 0, unknown: 0, unruled: 0 });
    // Nothing was recorded here: all that there is is gained.
    expect(report.diff.alerts.gained).toEqual(whole.alerts);
    expect(report.diff.orders.gained).toEqual(whole.orders);
  });

  it('names the rules that look further back than they were shown', async () => {
    const report = await ask({ after: stricter(busiest), warm: 60_000 });
    expect(report.warm).toBe(60_000);
    expect(report.unripe.map(({ rule }) => rule)).toContain(busiest);
  });

  it('tells how far it is, and ends where somebody cancels it', async () => {
    const cancel = new AbortController();
    const seen: number[] = [];
    const slowly = async function* (): AsyncGenerator<ReadingBlock> {
      for (const block of blocksOf(live.points, 100)) yield await Promise.resolve(block);
    };
    const progress = ({ fraction }: { readonly fraction: number }): void => {
      seen.push(fraction);
      if (seen.length === 3) cancel.abort();
    };
    const asked = ask({ before: null }, { store: { ...ofStore(), arrivals: slowly }, signal: cancel.signal, progress });
    await expect(asked).rejects.toMatchObject({ code: 'backtest-cancelled' });
    expect(seen).toHaveLength(3);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('a thread that breaks is told as a refusal, and nothing stays open', async () => {
    const broken = new URL('data:text/javascript,throw new Error("broken")');
    await expect(ask({ before: null }, { program: broken })).rejects.toBeInstanceOf(Refusal);
  });

  it('what the server did at the time is compared with what rules would have done', async () => {
    const [first] = (await ask({ before: null })).diff.alerts.gained;
    if (first === undefined) throw new Error('no alert');
    const { id, key, place, rule, street } = first;
    const step = { kind: 'alert', alert: id, rule, version: 1, key, level: first.peak, value: null, place, street, nth: 0 } as const;
    const alertSteps = (): Promise<readonly (typeof step & { readonly at: Millis; readonly state: 'firing' | 'resolved' })[]> =>
      Promise.resolve([
        { ...step, at: first.firedAt, state: 'firing' },
        ...(first.resolvedAt === null ? [] : [{ ...step, at: first.resolvedAt, state: 'resolved' as const }]),
      ]);
    const report = await ask({ before: null }, { store: { ...ofStore(), alertSteps } });
    expect(report.against).toBe('recorded');
    expect(report.diff.alerts).toMatchObject({ before: 1, same: 1, lost: [] });
    expect(report.diff.load.every(({ before }) => before === null)).toBe(true);
  });
});

function ofStore(): BacktestSides['store'] {
  return {
    arrivals: (span, measures) => store.arrivals(span, measures),
    alertSteps: (query) => store.alertSteps(query),
    orderSteps: (query) => store.orderSteps(query),
  };
}
