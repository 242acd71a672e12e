import { WEEKENDS_ONLY } from '../model/calendar.ts';
import type { City, Sensor } from '../model/place.ts';
import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import { WorkedDays } from '../model/worked-days.ts';
import { AskedRules } from './asked-rules.ts';
import { compileRule } from './compile-rule.ts';
import type { AskedSign } from './facts/asked-sign.ts';
import type { EngineCounts } from './engine-counts.ts';
import { GATEWAY_RULE } from './gateway-rule.ts';
import { latenessOf, type Lane } from './lane.ts';
import { moveCity } from './move-city.ts';
import { ReorderBuffer } from './reorder-buffer.ts';
import { Routes } from './routes.ts';
import { RunningRule } from './running-rule.ts';
import { gatewaySubject } from './scope-key.ts';
import { Surroundings } from './surroundings.ts';
import { lookAgain, takeOver } from './take-over.ts';
import { TimerQueue } from './timer-queue.ts';
import { CLOCK, DUE, NEWEST, SCHEDULED, TIME } from './key-clock.ts';

/** What is to be in force, from when, and how to let go what waits under the rules before. */
export interface Change {
  readonly rules: readonly Rule[];
  readonly city: City;
  readonly at: Millis;
  readonly out: Verdict[];
  readonly flush: () => void;
}

/** The rules in force, the city they watch, and who goes where. */
export class RuleBook {
  rules: readonly RunningRule[] = [];
  lanes: readonly Lane[] = [];
  /** Those in which somebody asks who is silent. */
  hearers: readonly Lane[] = [];
  around: Surroundings = new Surroundings('', 'UTC', new Map());
  routes = new Routes(this.around);
  asksForLag = false;
  /** Keys that wait to be looked at because what they ask for has changed. */
  readonly asked = new AskedRules();
  city: City | null = null;
  private readonly counts: EngineCounts;
  private readonly texts = new Map<string, string>();
  private lanesOf: ReadonlyMap<RunningRule, Lane> = new Map();
  private gateways: RunningRule | null = null;

  constructor(counts: EngineCounts) {
    this.counts = counts;
  }

  configure(change: Change): Problem[] {
    const { rules, city, at, out } = change;
    const before = new Map(this.rules.map((rule) => [rule.compiled.rule.id, rule]));
    const old = { routes: this.routes, city: this.city };
    const askedFor = new Set(this.rules.filter((rule) => rule.dependents.length > 0).map((rule) => rule.compiled.rule.id));
    const sameCity = city === this.city;
    if (!sameCity) {
      change.flush();
      this.enter(city);
    }
    const problems: Problem[] = [];
    const running: RunningRule[] = [];
    const started: { readonly rule: RunningRule; readonly before: RunningRule }[] = [];
    for (const rule of [...rules, GATEWAY_RULE]) {
      const prior = before.get(rule.id);
      const text = JSON.stringify(rule);
      if (sameCity && prior !== undefined && this.texts.get(rule.id) === text) {
        running.push(prior);
        before.delete(rule.id);
        continue;
      }
      const result = compileRule(rule, `${rule.id}.rule.json`, this.around);
      problems.push(...result.problems);
      if (result.compiled === null) continue;
      this.texts.set(rule.id, text);
      const now = new RunningRule(result.compiled, this.counts);
      running.push(now);
      before.delete(rule.id);
      if (prior !== undefined) started.push({ rule: now, before: prior });
    }
    running.sort((a, b) => (a.compiled.rule.id < b.compiled.rule.id ? -1 : 1));
    if (sameCity && this.movesLanes(running)) change.flush();
    this.link(running, sameCity);
    const changes: Verdict[] = [];
    for (const { rule, before: prior } of started) {
      if (sameCity) takeOver(prior, rule, { at, routes: this.routes, out: changes });
      else moveCity(prior, rule, { at, from: old.routes, to: this.routes, wasRegistered: registeredIn(old.city), out: changes });
    }
    for (const gone of before.values()) {
      this.texts.delete(gone.compiled.rule.id);
      this.routes.forget(gone.compiled.rule.id);
      for (let key = 0; key < gone.memory.keys; key += 1) gone.end(key, at, out);
    }
    for (const rule of running) if (rule.dependents.length > 0 && !askedFor.has(rule.compiled.rule.id)) rule.beginTelling();
    // When all have what they remember: one may ask another.
    if (sameCity) for (const { rule, before: prior } of started) lookAgain(prior, rule, changes);
    this.asked.flush(changes);
    this.rescheduleAll();
    out.push(...changes);
    return problems;
  }

  /** True when this set and city are what is in force already. */
  isInForce(rules: readonly Rule[], city: City): boolean {
    return (
      city === this.city && rules.length === this.texts.size - 1 && rules.every((rule) => this.texts.get(rule.id) === JSON.stringify(rule))
    );
  }

  laneOf(rule: RunningRule): Lane {
    return this.lanesOf.get(rule) as Lane;
  }

  /** A message came through a gateway: it is alive, and if it was out, that ends. */
  hearGateway(sensor: number, id: string, at: Millis, out: Verdict[]): void {
    const { gateways, sensors } = this.around;
    const { cadence } = sensors[sensor] as Sensor;
    const gateway = gateways.hear(sensor, id, { cadence, at });
    const rule = this.gateways;
    if (rule === null) return;
    const { memory } = rule;
    if (gateway >= memory.keys) {
      const key = memory.keyOf(gatewaySubject(id));
      memory.clock[key * CLOCK + TIME] = at;
      memory.clock[key * CLOCK + NEWEST] = at;
      rule.evaluate(key, out);
    } else if (memory.standing[gateway] !== -1) rule.touch(gateway, at, out);
    else if (gateways.downAt(gateway) < (memory.clock[gateway * CLOCK + DUE] as number)) rule.reschedule(gateway);
  }

  settle(until: Millis): void {
    this.around.notBefore = until;
  }

  /** All timers anew, from what each key is due. */
  rescheduleAll(): void {
    for (const rule of this.rules) {
      for (let key = 0; key < rule.memory.keys; key += 1) {
        rule.memory.clock[key * CLOCK + SCHEDULED] = Number.POSITIVE_INFINITY;
        rule.timers?.schedule(rule.ordinal, key);
      }
    }
  }

  private enter(city: City): void {
    const places = new Map(city.places.map((place) => [place.id, place]));
    const around = new Surroundings(city.id, city.zone, places);
    around.registered = new Map(city.sensors.map((sensor) => [sensor.id, sensor]));
    around.worked = new WorkedDays(city.calendar ?? WEEKENDS_ONLY);
    around.notBefore = this.around.notBefore;
    if (this.city !== null) around.gateways.restore({ ...this.around.gateways.save(), speaks: [] });
    this.city = city;
    this.around = around;
    this.routes = new Routes(around);
  }

  /** Lanes, timers, routes and who asks whom, for the rules in force. */
  private link(running: readonly RunningRule[], sameCity: boolean): void {
    const told = this.toldAreas(sameCity);
    this.rules = running;
    this.gateways = running.find((rule) => rule.compiled.rule.id === GATEWAY_RULE.id) ?? null;
    this.asksForLag = running.some((rule) => rule.compiled.measures.has('$lag'));
    const byId = new Map(running.map((rule) => [rule.compiled.rule.id, rule]));
    this.around.signs = byId;
    for (const rule of running) {
      rule.dependents.length = 0;
      rule.asked = this.asked;
    }
    for (const rule of running) {
      for (const asked of rule.compiled.signs) {
        const other = byId.get(asked.sign);
        if (other === undefined) continue;
        other.dependents.push({ rule, asked, last: told.get(pairOf(rule, asked)) ?? new Map<string, number>() });
        rule.memory.keepAreas();
        other.memory.keepAreas();
      }
    }
    for (const rule of running) rule.rank = rankOf(rule, byId);
    this.makeLanes(running, sameCity);
    this.routes.setRules(running, (rule) => this.laneOf(rule));
  }

  /** What each asking rule was last told of each area: it goes on knowing. */
  private toldAreas(sameCity: boolean): ReadonlyMap<string, Map<string, number>> {
    const told = new Map<string, Map<string, number>>();
    if (!sameCity) return told;
    for (const { dependents } of this.rules) for (const { rule, asked, last } of dependents) told.set(pairOf(rule, asked), last);
    return told;
  }

  /** True when a rule that goes on will wait longer or less long than it does. */
  private movesLanes(running: readonly RunningRule[]): boolean {
    const before = new Map([...this.lanesOf].map(([rule, lane]) => [rule.compiled.rule.id, lane.lateness]));
    for (const [rule, lateness] of latenessOf(running)) {
      const was = before.get(rule.compiled.rule.id);
      if (was !== undefined && was !== lateness) return true;
    }
    return false;
  }

  private makeLanes(running: readonly RunningRule[], sameCity: boolean): void {
    const lateness = latenessOf(running);
    // What waits in a lane that stays goes on waiting there.
    const waiting = new Map(sameCity ? this.lanes.map((lane) => [lane.lateness, lane.buffer]) : []);
    const lanes = new Map<Millis, Lane>();
    const of = new Map<RunningRule, Lane>();
    const waits = running.flatMap((rule) => (rule.compiled.silence === null ? [] : [lateness.get(rule) as Millis]));
    const hearings = this.around.hearLater(new Set(waits.filter((wait) => wait > 0)));
    for (const wait of [...new Set([0, ...lateness.values()])].sort((a, b) => a - b)) {
      const buffer = wait === 0 ? null : (waiting.get(wait) ?? new ReorderBuffer(wait));
      lanes.set(wait, {
        lateness: wait,
        buffer,
        timers: new TimerQueue(running),
        hearing: wait === 0 ? this.around.heard : (hearings.get(wait) ?? null),
      });
    }
    running.forEach((rule, ordinal) => {
      const lane = lanes.get(lateness.get(rule) as Millis) as Lane;
      of.set(rule, lane);
      rule.ordinal = ordinal;
      rule.timers = lane.timers;
      rule.memory.hearing = lane.hearing ?? this.around.heard;
    });
    this.lanes = [...lanes.values()];
    this.hearers = this.lanes.filter((lane) => lane.hearing !== null);
    this.lanesOf = of;
  }
}

/** A set in which a sign asks for itself by way of others is refused before it comes here; `path` keeps such a set from running for ever. */
function rankOf(rule: RunningRule, byId: ReadonlyMap<string, RunningRule>, path: readonly RunningRule[] = []): number {
  if (path.includes(rule)) return 0;
  const below = rule.compiled.signs.flatMap(({ sign }) => byId.get(sign) ?? []);
  return below.length === 0 ? 0 : 1 + Math.max(...below.map((other) => rankOf(other, byId, [...path, rule])));
}

function pairOf(rule: RunningRule, asked: AskedSign): string {
  return `${rule.compiled.rule.id} ${JSON.stringify(asked)}`;
}

function registeredIn(city: City | null): (sensor: string) => boolean {
  const ids = new Set((city?.sensors ?? []).map((sensor) => sensor.id));
  return (sensor) => ids.has(sensor);
}
