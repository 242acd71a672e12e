import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactReference } from '../model/condition.ts';
import type { Sensor } from '../model/place.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import type { SavedEngine } from './engine-snapshot.ts';
import { Engine } from './engine.ts';
import { GATEWAY_RULE } from './gateway-rule.ts';
import { cityOf, levelOf, ruleOf, sensorOf } from './test-rig.ts';

const S = 1_000;
const M = 60 * S;
const LATENESS = 10 * S;
const RUNS = Number(process.env['MAIBO_FUZZ_CASES'] ?? 30);
const TIMEOUT = 60_000 + RUNS * 1_000;

const x = { of: 'x', window: '1m' };
const low = { all: [{ fact: 'last', params: { of: 'x' }, operator: 'lessThan', value: 3 }] };

/** Every way to keep samples, at small windows. */
const FACTS: Readonly<Record<string, FactReference>> = {
  last: { fact: 'last', params: { of: 'x' } },
  max: { fact: 'max', params: x },
  min: { fact: 'min', params: x },
  mean: { fact: 'mean', params: x },
  'mean-covered': { fact: 'mean', params: { ...x, coverage: '30s' } },
  'mean-weighted': { fact: 'mean', params: { ...x, weight: 'time' } },
  'mean-tumbling': { fact: 'mean', params: { ...x, kind: 'tumbling', ago: 1 } },
  'sum-session': { fact: 'sum', params: { ...x, kind: 'session', gap: '10s' } },
  sum: { fact: 'sum', params: x },
  stddev: { fact: 'stddev', params: x },
  percentile: { fact: 'percentile', params: { ...x, p: 50 } },
  leq: { fact: 'leq', params: x },
  count: { fact: 'count', params: { ...x, above: 4 } },
  'distinct-values': { fact: 'distinct', params: { ...x, by: 'value' } },
  'distinct-sensors': { fact: 'distinct', params: { ...x, above: 4 } },
  change: { fact: 'change', params: { of: 'x', window: '20s' } },
  rate: { fact: 'rate', params: { ...x, per: '1m' } },
  increase: { fact: 'increase', params: x },
  rank: { fact: 'rank', params: { of: 'x', last: 3, rank: 2 } },
  absence: { fact: 'absence', params: {} },
  'absence-of': { fact: 'absence', params: { of: 'y' } },
  'share-silent': { fact: 'share', params: { silent: true } },
  'share-low': { fact: 'share', params: { of: 'x', below: 3 } },
  held: { fact: 'held', params: { when: 'low' } },
  episodes: { fact: 'episodes', params: { when: 'low', window: '1m' } },
  exceedances: { fact: 'exceedances', params: { of: 'x', mean: '10s', atLeast: 5, window: '2m' } },
  occupancy: { fact: 'occupancy', params: { in: 'x', out: 'y', reset: '04:00' } },
  'across-sum': { fact: 'last', params: { of: 'x', across: 'sum' } },
  'across-max': { fact: 'mean', params: { ...x, across: 'max' } },
  'difference-xy': {
    fact: 'difference',
    params: { of: { fact: 'last', params: { of: 'x' } }, minus: { fact: 'last', params: { of: 'y' } }, absolute: true },
  },
  'sign-level': beside({ fact: 'sign', params: { sign: 'rank-sensor', as: 'level', at: 'place', across: 'sum' } }),
  'sign-value': beside({ fact: 'sign', params: { sign: 'mean-sensor', at: 'place', across: 'mean' } }),
};

/** A rule that hears nobody has no keys: another sign alone is nothing. */
function beside(sign: FactReference): FactReference {
  return { fact: 'greatest', params: { of: [sign, { fact: 'ratio', params: { of: { fact: 'last', params: { of: 'x' } }, to: 1e9 } }] } };
}
const SCALE: Readonly<Record<string, number>> = { 'share-silent': 10, 'share-low': 10, absence: 5, 'absence-of': 5, held: 5, sum: 5 };

function rulesOf(name: string, value: FactReference): Rule[] {
  const scale = SCALE[name] ?? 1;
  const levels = [
    levelOf('blue', scale),
    levelOf('yellow', 3 * scale, { hold: 7 * S }),
    levelOf('orange', 5 * scale, {
      clearWhen: { all: [{ fact: 'value', operator: 'lessThan', value: 4 * scale }] },
      clearHold: 5 * S,
    }),
    levelOf('red', 8 * scale, { hold: S }),
  ];
  const common = { value, levels, conditions: { low }, lateness: LATENESS };
  const flap = { raises: 3, within: 20 * S };
  return [
    ruleOf({ ...common, id: `${name}-sensor`, stale: 40 * S }),
    ruleOf({ ...common, id: `${name}-place`, scope: 'place', lateness: 2 * LATENESS, flap }),
  ];
}

const RULES = Object.entries(FACTS).flatMap(([name, value]) => rulesOf(name, value));
const SENSORS = [
  ...['s1', 's2'].map((id) => sensorOf(id, { cadence: 10 * S })),
  sensorOf('s3', { cadence: 20 * S }),
  sensorOf('s4', { cadence: null }),
];

interface Word {
  readonly at: Millis;
  readonly sensor: Sensor;
  readonly gateway: string;
  /** `null`: nothing to be judged. */
  readonly values: Readonly<Record<string, number>> | null;
}

interface Arrival {
  readonly at: Millis;
  readonly word: Word;
}

const BEGIN = Date.parse('2026-06-01T03:58:00+08:00');
const small = fc.integer({ min: 0, max: 9 });
const said = fc.oneof(
  { weight: 8, arbitrary: fc.record({ x: small }) },
  { weight: 2, arbitrary: fc.record({ x: small, y: small }) },
  { weight: 1, arbitrary: fc.record({ y: small }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const wait = fc.oneof(
  { weight: 6, arbitrary: fc.nat(3_000) },
  { weight: 2, arbitrary: fc.constantFrom(0, S, 5 * S) },
  { weight: 1, arbitrary: fc.nat(90 * S) },
);
const step = fc.record({ wait, who: fc.nat(SENSORS.length - 1), values: said, delay: fc.nat(LATENESS) });

/** Words in the order of their time, and the same as they arrive. */
const courses = fc.array(step, { minLength: 5, maxLength: 60 }).map((steps) => {
  let at = BEGIN;
  const arrivals = steps.map(({ wait: pause, who, values, delay }): Arrival => {
    at += pause;
    const sensor = SENSORS[who] as Sensor;
    return { at: at + delay, word: { at, sensor, gateway: who === 3 ? 'g2' : 'g1', values } };
  });
  return { words: arrivals.map(({ word }) => word), late: [...arrivals].sort((a, b) => a.at - b.at), end: at + 5 * M };
});

class Player {
  readonly engine = new Engine();
  readonly verdicts: Verdict[] = [];
  private now: Millis = BEGIN;

  constructor(rules: readonly Rule[] = RULES) {
    const problems = this.engine.configure(rules, cityOf(SENSORS), BEGIN, this.verdicts);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  }

  /** Without ticks the clock moves by arrivals only, and what is due between them is made up for. */
  play(arrivals: readonly Arrival[], ticks = true): this {
    for (const { at, word } of arrivals) {
      if (ticks) this.pass(at);
      else this.engine.advance(at, this.verdicts);
      const { values, ...rest } = { ...word, receivedAt: at };
      if (values === null) this.engine.hear(rest, this.verdicts);
      else this.engine.observe({ ...rest, values }, this.verdicts);
    }
    return this;
  }

  /** The clock ticks whenever something is due. */
  pass(to: Millis): this {
    for (let due = this.engine.nextAt(); due <= to; due = this.engine.nextAt()) {
      this.now = Math.max(this.now, due);
      this.engine.advance(this.now, this.verdicts);
    }
    this.now = to;
    this.engine.advance(to, this.verdicts);
    return this;
  }

  /** Gateways are judged at once: they are no part of the claim. */
  said(): string[] {
    return this.verdicts
      .filter(({ rule }) => rule.id !== GATEWAY_RULE.id)
      .map(({ rule, subject, at, since, level, was, pending, value }) =>
        JSON.stringify([rule.id, subject.key, at, since, level, was, pending, value]),
      );
  }
}

const inOrder = (words: readonly Word[]): Arrival[] => words.map((word) => ({ at: word.at, word }));

describe('the order in which readings arrive', () => {
  it('E4 leaves no trace within the lateness, whatever a rule asks for', { timeout: TIMEOUT }, () => {
    let verdicts = 0;
    const rules = new Set<string>();
    fc.assert(
      fc.property(courses, ({ words, late, end }) => {
        const sorted = new Player().play(inOrder(words)).pass(end).said();
        expect(new Player().play(late).pass(end).said()).toEqual(sorted);
        verdicts += sorted.length;
        for (const one of sorted) rules.add((JSON.parse(one) as [string])[0]);
      }),
      { numRuns: RUNS },
    );
    expect(verdicts).toBeGreaterThan(1_000);
    expect(RULES.map(({ id }) => id).filter((id) => !rules.has(id))).toEqual([]);
  });

  it('E4 nor do the ticks of the clock', { timeout: TIMEOUT }, () => {
    const byRule = (said: readonly string[]): Map<string, string[]> => {
      const lists = new Map(RULES.map(({ id }) => [id, [] as string[]]));
      for (const one of said) lists.get((JSON.parse(one) as [string])[0])?.push(one);
      return lists;
    };
    fc.assert(
      fc.property(courses, ({ words, late, end }) => {
        const ticking = new Player().play(inOrder(words)).pass(end).said();
        expect(byRule(new Player().play(late, false).pass(end).said())).toEqual(byRule(ticking));
      }),
      { numRuns: RUNS },
    );
  });

  it('E4 shows beyond it', () => {
    const ids = new Set(
      fc.sample(courses, { numRuns: 20, seed: 1 }).flatMap(({ words, late, end }) => {
        const rules = RULES.map((rule) => ({ ...rule, lateness: S }));
        const sorted = new Player(rules).play(inOrder(words)).pass(end).said();
        const shuffled = new Player(rules).play(late).pass(end).said();
        return sorted.filter((one) => !shuffled.includes(one)).map((one) => (JSON.parse(one) as [string])[0]);
      }),
    );
    expect(ids.size).toBeGreaterThan(RULES.length / 2);
  });

  it('E2 nor does a restart, with readings that wait', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(courses, fc.double({ min: 0, max: 1, noNaN: true }), ({ late, end }, where) => {
        const cut = Math.floor(where * late.length);
        const whole = new Player().play(late.slice(0, cut));
        const before = whole.said().length;
        const restarted = new Player();
        restarted.engine.restore(deserialize(serialize(whole.engine.save())) as SavedEngine);
        whole.play(late.slice(cut)).pass(end);
        restarted.play(late.slice(cut)).pass(end);
        expect(restarted.said()).toEqual(whole.said().slice(before));
        expect(isDeepStrictEqual(restarted.engine.save(), whole.engine.save())).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
