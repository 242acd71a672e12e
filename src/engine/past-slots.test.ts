import { describe, expect, it } from 'vitest';
import type { BaselineTable } from '../model/baseline.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import { Engine } from './engine.ts';
import { baselineNeeds, baselineReach, ownBaselines } from './own-baselines.ts';
import { PastSlots } from './past-slots.ts';
import { cityOf, levelOf, ruleOf, sensorOf } from './test-rig.ts';

const DAY: Millis = 86_400_000;
const HOUR: Millis = 3_600_000;
/** A Monday, 08:00 in Shanghai. */
const START = Date.UTC(2026, 0, 5);
const sensor = sensorOf('s1');
const city = cityOf([sensor]);

const usual = (over: Partial<Rule> = {}): Rule =>
  ruleOf({
    value: { fact: 'robust-z', params: { of: { fact: 'last', params: { of: 'x' } }, slot: '1h', weeks: 4 } },
    levels: [levelOf('red', 3)],
    ...over,
  });

class Run {
  readonly engine = new Engine();
  readonly verdicts: Verdict[] = [];

  constructor(rule: Rule = usual()) {
    this.engine.configure([rule], city, START, this.verdicts);
  }

  say(at: Millis, x: number): this {
    this.engine.advance(at, this.verdicts);
    this.engine.observe({ sensor, values: { x }, at, receivedAt: at, gateway: null }, this.verdicts);
    return this;
  }

  /** The same hour of so many weeks: 100 and what the week adds. */
  weeks(count: number): this {
    for (let week = 0; week < count; week += 1) this.say(START + week * 7 * DAY, 100 + week);
    return this;
  }

  get value(): number | null {
    return [...this.engine.standings('r1')][0]?.value ?? null;
  }

  /** What it remembers by then, as a table. */
  table(at: Millis): BaselineTable {
    return { kind: 'baselines', computedAt: at, rules: ownBaselines(this.engine.book, at) };
  }

  with(table: BaselineTable, version = 'v'): this {
    this.engine.past = new PastSlots(version, table);
    return this;
  }
}

const NOW = START + 4 * 7 * DAY;
const four = (): BaselineTable => new Run().weeks(4).table(NOW);

describe('what history says of the time before a rule remembers', () => {
  it('makes a young rule say what it would say had it been in force all the while', () => {
    const old = new Run().weeks(4).say(NOW, 130);
    expect(old.value).not.toBeNull();
    expect(new Run().with(four()).say(NOW, 130).value).toBe(old.value);
    expect(new Run().say(NOW, 130).value).toBeNull();
  });

  it('raises what is out of the usual at the first reading', () => {
    expect(new Run().with(four()).say(NOW, 130).verdicts).toMatchObject([{ level: 'red' }]);
  });

  it('gives way to what the rule itself remembers', () => {
    const [rule] = four().rules;
    const wrong = (value: number): number => value + 1_000;
    const stores = (rule?.stores ?? []).map(({ of, rows }) => ({
      of,
      rows: rows.map(({ key, slots, values }) => ({ key, slots, values: values.map(wrong) })),
    }));
    const table: BaselineTable = { kind: 'baselines', computedAt: NOW, rules: [{ rule: 'r1', basis: rule?.basis ?? '', stores }] };
    expect(new Run().with(table).weeks(4).say(NOW, 130).value).toBe(new Run().weeks(4).say(NOW, 130).value);
    expect(new Run().with(table).say(NOW, 130).value).not.toBe(new Run().with(four()).say(NOW, 130).value);
  });

  it('is of no use to a rule that measures something else', () => {
    const other = usual({
      value: { fact: 'robust-z', params: { of: { fact: 'last', params: { of: 'x', within: [0, 500] } }, slot: '1h' } },
    });
    expect(new Run(other).with(four()).say(NOW, 130).value).toBeNull();
    expect(new Run(usual({ scope: 'place' })).with(four()).say(NOW, 130).value).toBeNull();
    expect(new Run(usual({ models: ['gauge'] })).with(four()).say(NOW, 130).value).toBeNull();
  });

  it('goes with the city that it is of, and stays while rules change', () => {
    const run = new Run().with(four());
    run.engine.configure([usual({ version: 2 })], city, START, []);
    expect(run.engine.past?.version).toBe('v');
    run.engine.configure([usual()], cityOf([sensor]), START, []);
    expect(run.engine.past).toBeNull();
  });

  it('E2 a restored engine under the same past goes on as one that never stopped; under none it does not', () => {
    const script = (run: Run): (number | null)[] => [110, 130, 90].map((x, i) => run.say(NOW + (i + 1) * HOUR, x).value);
    const restored = (past: BaselineTable | null): Run => {
      const first = new Run().with(hourly()).say(NOW, 100);
      const next = new Run();
      if (past !== null) next.with(past);
      next.engine.restore(structuredClone(first.engine.save()));
      return next;
    };
    const never = script(new Run().with(hourly()).say(NOW, 100));
    expect(never.every((value) => value !== null)).toBe(true);
    expect(script(restored(hourly()))).toEqual(never);
    expect(script(restored(null))).not.toEqual(never);
  });
});

/** Every hour of four weeks. */
function hourly(): BaselineTable {
  const run = new Run();
  for (let at = START; at < NOW; at += HOUR) run.say(at, 100 + ((at / HOUR) % 7));
  return run.table(NOW);
}

describe('who needs to be told of the past', () => {
  it('a rule that has no key, or a key that it has not known for as long as it looks back', () => {
    expect(baselineNeeds(new Run().engine.book, NOW)).toMatchObject([{ rule: 'r1', stores: [{ begins: new Map() }] }]);
    const [need] = baselineNeeds(new Run().say(NOW, 1).engine.book, NOW);
    expect([...(need?.stores[0]?.begins ?? [])]).toEqual([['sensor:s1', Math.floor((NOW + 8 * HOUR) / HOUR)]]);
  });

  it('not one that remembers long enough, nor one that compares with nothing', () => {
    const run = new Run();
    for (let at = START; at <= NOW + HOUR; at += HOUR) run.say(at, 1);
    expect(baselineNeeds(run.engine.book, NOW + HOUR)).toEqual([]);
    expect(baselineNeeds(new Run(ruleOf()).engine.book, NOW)).toEqual([]);
    expect(baselineReach(new Run().engine.book)).toBe(4 * 7 * DAY + HOUR);
  });

  it('a slot that has not ended is not told', () => {
    const slots = new Run()
      .say(NOW, 1)
      .say(NOW + HOUR, 2)
      .table(NOW + HOUR).rules[0]?.stores[0]?.rows[0]?.slots;
    expect(slots).toHaveLength(1);
  });
});
