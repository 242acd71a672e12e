import { deserialize, serialize } from 'node:v8';
import type { AlertReset } from '../model/alert.ts';
import { DEFAULT_HANDLING, type Handling } from '../model/handling.ts';
import type { Level } from '../model/level.ts';
import type { OrderRule, Rule } from '../model/rule.ts';
import type { Subject, Verdict } from '../model/verdict.ts';
import type { AlertStep } from './alert-step.ts';
import { createAlerts, type Alerts } from './alerts.ts';

const MINUTE = 60_000;

/** For tests: fire, from yellow up. */
export function fireOrder(over: Partial<OrderRule> = {}): OrderRule {
  return {
    kind: 'fire',
    from: 'yellow',
    lead: 'fire',
    support: ['police'],
    due: { accept: MINUTE, arrive: 10 * MINUTE, close: 60 * MINUTE },
    ...over,
  };
}

/** For tests: rule `smoke`, which opens fire orders, unless told otherwise. */
export function ruleOf(over: Partial<Rule> = {}): Rule {
  return {
    kind: 'rule',
    id: 'smoke',
    version: 1,
    title: { zh: '烟感', en: 'Smoke' },
    domain: 'fire',
    unit: '',
    scope: 'sensor',
    split: null,
    models: [],
    value: { fact: 'value' },
    levels: [],
    conditions: {},
    latch: false,
    lateness: 0,
    stale: null,
    flap: null,
    onChange: 'keep',
    order: fireOrder(),
    source: { standard: '', effectiveFrom: null, note: '' },
    ...over,
  };
}

export const LATCHING = ruleOf({ id: 'latching', latch: true });
export const NO_ORDER = ruleOf({ id: 'no-order', order: null });

/** For tests: a sensor at place `mall`. */
export function subjectOf(sensor: string, over: Partial<Subject> = {}): Subject {
  return { key: `sensor:${sensor}`, sensor, place: 'mall', street: '310104014', ...over };
}

/** For tests: somebody resets an alert then. */
export function resetAt(at: number): AlertReset {
  return { by: 'Wang', note: null, at };
}

interface Said {
  readonly rule?: Rule;
  readonly subject?: Subject;
  readonly pending?: Level | null;
  readonly since?: number;
}

/** Drives alerts as the core does and keeps all that they say. */
export class Rig {
  alerts: Alerts = createAlerts();
  readonly step: AlertStep = { transitions: [], changes: [] };
  private readonly rules = new Map<string, Rule>();
  private readonly handling: Handling;

  constructor(handling: Partial<Handling> = {}) {
    this.handling = { ...DEFAULT_HANDLING, lifeSafety: [], ...handling };
    this.alerts.handle(this.handling);
  }

  say(at: number, level: Level | null, said: Said = {}): this {
    const { rule = ruleOf(), subject = subjectOf('s1'), pending = null, since = at } = said;
    this.rules.set(rule.id, rule);
    const because = { zh: `因 ${level}`, en: `because ${level}` };
    const verdict: Verdict = { kind: 'verdict', rule, subject, level, was: null, pending, at, since, value: at, because };
    this.alerts.apply(verdict, this.step);
    return this;
  }

  close(incident: string, at: number): this {
    this.alerts.orderClosed(incident, at, this.step);
    return this;
  }

  /** Through bytes and back into a fresh desk, as at a restart. */
  restart(): this {
    const saved: unknown = deserialize(serialize(this.alerts.snapshot()));
    this.alerts = createAlerts();
    this.alerts.handle(this.handling);
    this.alerts.restore(saved, (id) => this.rules.get(id));
    return this;
  }

  /** `was→state level` of every transition; `latched` where it is. */
  states(): string[] {
    return this.step.transitions.map(({ alert, was }) => `${was ?? ''}→${alert.state}${alert.latched ? ' latched' : ''} ${alert.level}`);
  }

  /** `what level` of every change. */
  changes(): string[] {
    return this.step.changes.map(({ what, incident }) => `${what} ${incident.level}`);
  }

  incidents(): string[] {
    return this.step.changes.map(({ incident }) => incident.id);
  }
}
