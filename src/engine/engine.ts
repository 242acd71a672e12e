import type { Explanation } from '../model/explanation.ts';
import type { City, Sensor } from '../model/place.ts';
import type { Level } from '../model/level.ts';
import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import type { Scalar } from '../model/text.ts';
import type { Millis } from '../model/time.ts';
import type { Subject, Verdict } from '../model/verdict.ts';
import { textCode } from './cells/text-code.ts';
import type { EngineCounts } from './engine-counts.ts';
import { explainSign } from './explain/explain-sign.ts';
import { restoreEngine, saveEngine, type SavedEngine } from './engine-snapshot.ts';
import type { PastSlots } from './past-slots.ts';
import { HEARD, UNJUDGED } from './reorder-buffer.ts';
import { RuleBook } from './rule-book.ts';
import type { Lane } from './lane.ts';
import type { Slot } from './routes.ts';
import type { RunningRule } from './running-rule.ts';
import { CLOCK, DUE, TIME } from './key-clock.ts';

/** What one sensor reported at one instant. */
export interface Observation {
  readonly sensor: Sensor;
  readonly values: Readonly<Record<string, Scalar>>;
  readonly at: Millis;
  /** By the clock; a reading is not believed to be later than that. */
  readonly receivedAt: Millis;
  readonly gateway: string | null;
}

/** The standing of one rule at one key, for people to look at. */
export interface Standing {
  readonly rule: Rule;
  readonly subject: Subject;
  readonly level: Level | null;
  readonly holding: Level | null;
  readonly value: number | null;
  readonly at: Millis;
}

const LAG = '$lag';

/**
 * Rules over readings. No I/O, no clock: `observe` and `advance` are told the time, and push verdicts where a standing changes.
 *
 * E1 The same calls in the same order give the same verdicts.
 * E2 Restoring a saved engine and going on equals never having stopped.
 * E3 A reading costs by the rules that ask for its measure, not by the rules that exist.
 * E4 For a rule that waits for late readings, any order of arrival within its lateness gives the verdicts of sorted arrival.
 */
export class Engine {
  readonly counts: EngineCounts = { implausible: 0, late: 0, evaluations: 0, refused: new Map() };
  readonly book = new RuleBook(this.counts);
  /** Where the call that runs puts its verdicts. */
  private out: Verdict[] = [];
  private readonly touchedRules: RunningRule[] = [];
  private readonly touchedKeys: number[] = [];
  /** How many of them count: shortening an array costs more than a call. */
  private touched = 0;

  /**
   * Puts a rule set and a city in force. A rule that is the same goes on untouched; a changed one keeps, rebases or resets what
   * it remembers, as it says itself; those that are gone end. Rules that do not compile are left out and named.
   */
  configure(rules: readonly Rule[], city: City, at: Millis, out: Verdict[]): Problem[] {
    if (this.book.isInForce(rules, city)) return [];
    // Where rules change how long they wait, what was held back is let go before, in order: nothing lost, nothing judged twice.
    const flush = (): void => {
      for (const lane of this.book.lanes) if (lane.buffer !== null) this.release(lane, Number.POSITIVE_INFINITY, out);
    };
    return this.book.configure({ rules, city, at, out, flush });
  }

  /**
   * Takes in what one sensor reported at one instant, and evaluates every key that it concerns.
   * @returns how many readings that were
   */
  observe(observation: Observation, out: Verdict[]): number {
    const { routes } = this.book;
    const sensor = routes.sensorIndex(observation.sensor);
    const at = Math.min(observation.at, observation.receivedAt);
    const { values } = observation;
    this.out = out;
    this.listen(sensor, at, observation.gateway, out);
    let readings = 0;
    for (const measure in values) {
      readings += 1;
      const raw = values[measure] as Scalar;
      this.pass(sensor, measure, at, typeof raw === 'number' ? raw : typeof raw === 'boolean' ? (raw ? 1 : 0) : textCode(raw));
    }
    if (this.book.asksForLag) this.pass(sensor, LAG, observation.receivedAt, Math.max(0, observation.receivedAt - observation.at) / 1_000);
    this.judgeTouched(out);
    return readings;
  }

  /** A sensor has spoken without saying anything to be judged: it is not silent. */
  hear(observation: Omit<Observation, 'values'>, out: Verdict[]): void {
    const { book } = this;
    const sensor = book.routes.sensorIndex(observation.sensor);
    const at = Math.min(observation.at, observation.receivedAt);
    this.out = out;
    this.listen(sensor, at, observation.gateway, out);
    this.judgeTouched(out);
    for (const lane of book.lanes) {
      if (lane.buffer === null) this.hearNow(lane, sensor, at, out);
      else lane.buffer.add(at, sensor, UNJUDGED, 0);
    }
  }

  /** Lets the clock pass: what was held back, holds and absences that have come due by `now` are decided. */
  advance(now: Millis, out: Verdict[]): void {
    for (const lane of this.book.lanes) {
      if (lane.buffer !== null) this.release(lane, now, out);
      const until = lane.buffer === null ? now : lane.buffer.frontier(now) - 0.5;
      this.wakeDue(lane, until, out);
    }
  }

  /** After a pause of the whole system: silence is not judged before `until`, so that whoever was shut out can speak first. */
  settle(until: Millis): void {
    this.book.settle(until);
  }

  /** When `advance` next has something to do; Infinity for never. */
  nextAt(): Millis {
    let next = Number.POSITIVE_INFINITY;
    for (const { buffer, timers } of this.book.lanes) {
      const due = timers.next();
      next = Math.min(next, buffer === null || due === Number.POSITIVE_INFINITY ? due : buffer.releaseOf(due));
      if (buffer !== null) next = Math.min(next, buffer.nextAt());
    }
    return next;
  }

  *standings(ruleId: string | null = null): Generator<Standing> {
    for (const rule of this.book.rules) {
      if (ruleId !== null && rule.compiled.rule.id !== ruleId) continue;
      for (let key = 0; key < rule.memory.keys; key += 1) yield standingOf(rule, key);
    }
  }

  /** Why a rule stands as it does at a key, or why not, when the clock says `now`; `null`: no such rule. Changes nothing. */
  explain(ruleId: string, key: string, now: Millis): Explanation | null {
    return explainSign(this.book, ruleId, key, now);
  }

  /** State in bytes: columns and stores of all rules, and who goes where. */
  get bytes(): number {
    return this.book.rules.reduce((sum, rule) => sum + rule.memory.bytes, this.book.routes.bytes);
  }

  save(): SavedEngine {
    return saveEngine(this.book);
  }

  /** What history says of the time before rules remember. In force like the city, whose it is, and gone with it. */
  get past(): PastSlots | null {
    return this.book.around.past;
  }

  set past(past: PastSlots | null) {
    this.book.around.past = past;
  }

  /** Takes up a saved state under the same rule set, city and past, which must be in force already. */
  restore(saved: SavedEngine): void {
    restoreEngine(this.book, saved);
  }

  /** That it spoke at all: who was missed is told. */
  private listen(sensor: number, at: Millis, gateway: string | null, out: Verdict[]): void {
    if (gateway !== null) this.book.hearGateway(sensor, gateway, at, out);
    for (const lane of this.book.hearers) {
      if (lane.buffer !== null) lane.buffer.hear(at, sensor);
      else if (lane.hearing?.hear(sensor, at) === true) this.tellHeard(lane, sensor, at);
    }
  }

  private tellHeard(lane: Lane, sensor: number, at: Millis): void {
    const { book } = this;
    for (const slot of book.routes.hears(sensor)) if (book.laneOf(slot.rule) === lane) this.give(slot, sensor, at, Number.NaN);
  }

  private pass(sensor: number, measure: string, at: Millis, value: number): void {
    const route = this.book.routes.route(sensor, measure);
    for (const slot of route.now) this.give(slot, sensor, at, value);
    for (const { lane, measure: id } of route.later) lane.buffer?.add(at, sensor, id, value);
  }

  private give(slot: Slot, sensor: number, at: Millis, value: number): void {
    const { rule } = slot;
    const member = this.book.routes.row(sensor, slot);
    if (member === -1) {
      this.counts.refused.set(rule.compiled.rule.id, (this.counts.refused.get(rule.compiled.rule.id) ?? 0) + 1);
      return;
    }
    const key = rule.memory.memberKey[member] as number;
    if (slot.heardOnly && rule.heardQuietly(member, key, at)) return;
    if (!this.isTouched(rule, key)) {
      rule.arrive(member, key, at, this.out);
      this.touchedRules[this.touched] = rule;
      this.touchedKeys[this.touched] = key;
      this.touched += 1;
    }
    if (at < (rule.memory.clock[key * CLOCK + TIME] as number)) rule.lookAtLate(key, { measure: slot.measure, at, value }, this.out);
    for (const feed of slot.takes) rule.take(feed, member, at, value);
  }

  private isTouched(rule: RunningRule, key: number): boolean {
    for (let i = 0; i < this.touched; i += 1) {
      if (this.touchedRules[i] === rule && this.touchedKeys[i] === key) return true;
    }
    return false;
  }

  private judgeTouched(out: Verdict[]): void {
    const { touchedRules, touchedKeys } = this;
    const { asked } = this.book;
    for (let i = 0; i < this.touched; i += 1) {
      const rule = touchedRules[i] as RunningRule;
      const key = touchedKeys[i] as number;
      if (rule.rank === 0) rule.evaluate(key, out);
      else asked.add(rule, key, rule.memory.clock[key * CLOCK + TIME] as number);
    }
    this.touched = 0;
    asked.flush(out);
  }

  private hearNow(lane: Lane, sensor: number, at: Millis, out: Verdict[]): void {
    for (const rule of this.book.rules) {
      if (this.book.laneOf(rule) !== lane) continue;
      const member = this.book.routes.rowOf(sensor, rule);
      if (member === -1) continue;
      const key = rule.memory.memberKey[member] as number;
      rule.arrive(member, key, at, out);
      rule.evaluate(key, out);
    }
    this.book.asked.flush(out);
  }

  /** What is due of one moment is decided before anybody who asks for it is looked at. */
  private wakeDue(lane: Lane, until: Millis, out: Verdict[]): void {
    const { rules, asked } = this.book;
    let moment = Number.NEGATIVE_INFINITY;
    while (lane.timers.take(until)) {
      const rule = rules[lane.timers.rule] as RunningRule;
      const due = rule.memory.clock[lane.timers.row * CLOCK + DUE] as number;
      if (due > moment) asked.flush(out);
      moment = due;
      rule.wake(lane.timers.row, out);
    }
    asked.flush(out);
  }

  /** What has waited long enough, in order; between two moments, what was due between them. */
  private release(lane: Lane, now: Millis, out: Verdict[]): void {
    this.out = out;
    const { book } = this;
    const { routes } = book;
    let moment = Number.NEGATIVE_INFINITY;
    let speaker = -1;
    const settle = (before: Millis): void => {
      this.judgeTouched(out);
      this.wakeDue(lane, before - 0.5, out);
    };
    lane.buffer?.release(now, {
      begin: settle,
      heard: (at, sensor) => lane.hearing?.note(sensor, at) === true,
      compare: (a, b) => ((book.around.sensors[a] as Sensor).id < (book.around.sensors[b] as Sensor).id ? -1 : 1),
      each: (at, sensor, measure, value) => {
        if (at !== moment || sensor !== speaker) {
          if (at !== moment) settle(at);
          else this.judgeTouched(out);
          moment = at;
          speaker = sensor;
        }
        if (measure === HEARD) {
          if (lane.hearing?.answer(sensor) === true) this.tellHeard(lane, sensor, at);
        } else if (measure === UNJUDGED) this.hearNow(lane, sensor, at, out);
        else for (const slot of routes.late(sensor, lane, measure)) this.give(slot, sensor, at, value);
      },
    });
    this.judgeTouched(out);
  }
}

export function standingOf(rule: RunningRule, key: number): Standing {
  const { memory } = rule;
  const value = rule.value(key);
  return {
    rule: rule.compiled.rule,
    subject: memory.subject(key),
    level: rule.levelAt(memory.standing[key] as number),
    holding: rule.levelAt(memory.holding[key] as number),
    value: Number.isNaN(value) ? null : value,
    at: memory.clock[key * CLOCK + TIME] as number,
  };
}
