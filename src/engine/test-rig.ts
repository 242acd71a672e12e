import type { City, Sensor } from '../model/place.ts';
import type { Rule } from '../model/rule.ts';
import type { Scalar } from '../model/text.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import { Engine } from './engine.ts';

/** For tests: a sensor at place `p1`, one minute between messages. */
export function sensorOf(id: string, over: Partial<Sensor> = {}): Sensor {
  return {
    kind: 'sensor',
    id,
    model: 'gauge',
    place: 'p1',
    street: null,
    cadence: 60_000,
    gateway: null,
    adopted: false,
    attributes: {},
    ...over,
  };
}

/** For tests: a rule that is red from 10 up on the newest `x`, unless told otherwise. */
export function ruleOf(over: Partial<Rule> = {}): Rule {
  return {
    kind: 'rule',
    id: 'r1',
    version: 1,
    title: { zh: '试', en: 'Trial' },
    domain: 'trial',
    unit: 'u',
    scope: 'sensor',
    split: null,
    models: [],
    value: { fact: 'last', params: { of: 'x' } },
    levels: [levelOf('red', 10)],
    conditions: {},
    latch: false,
    lateness: 0,
    stale: null,
    flap: null,
    onChange: 'keep',
    order: null,
    source: { standard: 'none', effectiveFrom: null, note: '' },
    ...over,
  };
}

export function levelOf(
  level: Rule['levels'][number]['level'],
  from: number,
  over: Partial<Rule['levels'][number]> = {},
): Rule['levels'][number] {
  return {
    level,
    when: { all: [{ fact: 'value', operator: 'greaterThanInclusive', value: from }] },
    hold: 0,
    clearWhen: null,
    clearHold: 0,
    evidence: 'E',
    source: '',
    ...over,
  };
}

export function cityOf(sensors: readonly Sensor[] = []): City {
  return {
    id: 'c1',
    title: { zh: '城', en: 'City' },
    zone: 'Asia/Shanghai',
    streets: [{ kind: 'street', code: '310104014', title: { zh: '街', en: 'Street' } }],
    places: [
      { kind: 'place', id: 'p1', title: { zh: '甲', en: 'One' }, street: '310104014', at: [121.4, 31.2], attributes: { capacity: 100 } },
    ],
    sensors,
    parties: [],
    measures: [],
    unknownSensors: 'adopt',
  };
}

/** Drives an engine as the pipeline does: the clock passes, then the reading comes. */
export class Rig {
  readonly engine = new Engine();
  readonly verdicts: Verdict[] = [];
  private now: Millis = 0;

  constructor(rules: readonly Rule[]) {
    const problems = this.engine.configure(rules, cityOf(), 0, this.verdicts);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  }

  read(at: Millis, values: Readonly<Record<string, Scalar>>, sensor = sensorOf('s1')): this {
    this.engine.advance(at - 1, this.verdicts);
    return this.observe(at, values, sensor);
  }

  /** A reading that comes while the clock stands. */
  observe(at: Millis, values: Readonly<Record<string, Scalar>>, sensor = sensorOf('s1')): this {
    this.engine.observe({ sensor, values, at, receivedAt: Math.max(at, this.now), gateway: null }, this.verdicts);
    return this;
  }

  pass(now: Millis): this {
    this.now = now;
    this.engine.advance(now, this.verdicts);
    return this;
  }

  /** `time:level` of every verdict that changed the level, e.g. `5000:red`, `9000:-`. */
  levels(): string[] {
    return this.verdicts.filter((v) => v.level !== v.was).map((v) => `${v.at}:${v.level ?? '-'}`);
  }
}
