import type { City, Place, Sensor } from '../model/place.ts';
import type { Level } from '../model/level.ts';
import type { Scalar } from '../model/text.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import { explainClear, explainRaise } from './because.ts';
import type { CompiledRule, KeyState, Member } from './compiled-rule.ts';
import { renewKey } from './key-renewal.ts';
import { saveKey, restoreKey, type SavedKey } from './key-snapshot.ts';
import { createKey, memberOrdinal, setMatch, setSilent } from './key-state.ts';
import { breakHolds, markSilence, nextDue, stepLevels } from './level-machine.ts';
import { subjectOf } from './scope-key.ts';
import type { SampleValue, Series } from './series.ts';
import { TimerQueue } from './timer-queue.ts';

/** Where one measure of one sensor goes: a key, its series, and the sensor's ordinal there. */
interface Feed {
  readonly key: KeyState;
  readonly member: number;
  readonly pooled: readonly number[];
  readonly grouped: readonly number[];
  readonly shares: readonly number[];
  /** No fact of the rule holds this measure's values: only that the sensor spoke matters. */
  readonly heardOnly: boolean;
}

/** Counted, never silent. */
export interface EngineCounts {
  /** Samples outside a fact's `within`: kept out of its series. */
  implausible: number;
  /** Older than the newest of their key by more than the rule's lateness. */
  late: number;
  evaluations: number;
}

/** The standing of one rule at one key, for people to look at. */
export interface Standing {
  readonly key: KeyState;
  readonly level: Level | null;
  readonly holding: Level | null;
  readonly value: number | null;
}

export interface SavedEngine {
  readonly keys: readonly SavedKey[];
  readonly ordinal: number;
  readonly notBefore: Millis;
}

/**
 * Rules over readings. No I/O, no clock: `observe` and `advance` are told the time, and push verdicts where a standing changes.
 *
 * E1 The same calls in the same order give the same verdicts.
 * E2 Restoring a saved engine and going on equals never having stopped.
 * E3 A reading costs by the rules that ask for its measure, not by the rules that exist.
 */
export class Engine {
  readonly counts: EngineCounts = { implausible: 0, late: 0, evaluations: 0 };
  private rules: readonly CompiledRule[] = [];
  private district = '';
  private places: ReadonlyMap<string, Place> = new Map();
  private sensors: ReadonlyMap<string, Sensor> = new Map();
  private readonly keys = new Map<string, KeyState>();
  /** sensor → measure → where it goes; built at the first reading of each. */
  private feeds = new Map<string, Map<string, readonly Feed[]>>();
  private readonly timers = new TimerQueue();
  private ordinal = 0;
  private readonly touched: KeyState[] = [];

  /**
   * Puts a rule set and a city in force. A rule that still asks the same facts at the same scope goes on with what it
   * remembers, whatever else was changed in it; the state of others is dropped, and their levels end. What the city says
   * of a sensor now (place, street, cadence, or that it is gone) holds from now on.
   */
  configure(rules: readonly CompiledRule[], city: City, at: Millis, out: Verdict[]): void {
    const kept = new Map(rules.map((compiled) => [compiled.rule.id, compiled]));
    const before = this.sensors;
    this.rules = rules;
    this.district = city.id;
    this.places = new Map(city.places.map((place) => [place.id, place]));
    this.sensors = new Map(city.sensors.map((sensor) => [sensor.id, sensor]));
    this.feeds = new Map();
    for (const [id, key] of [...this.keys]) {
      const now = kept.get(key.compiled.rule.id);
      if (now?.memory === key.compiled.memory && this.rekey(id, key, { compiled: now, before })) continue;
      this.keys.delete(id);
      this.end(key, at, out);
    }
    this.reschedule();
  }

  /**
   * Takes in what one sensor reported at one instant, and evaluates every key that it concerns.
   * @returns how many readings that were
   */
  observe(sensor: Sensor, values: Readonly<Record<string, Scalar>>, at: Millis, out: Verdict[]): number {
    let bySensor = this.feeds.get(sensor.id);
    if (bySensor === undefined) {
      bySensor = new Map();
      this.feeds.set(sensor.id, bySensor);
    }
    const { touched } = this;
    touched.length = 0;
    let readings = 0;
    for (const measure in values) {
      readings += 1;
      let feeds = bySensor.get(measure);
      if (feeds === undefined) {
        feeds = this.feedsOf(sensor, measure);
        bySensor.set(measure, feeds);
      }
      const raw = values[measure] as Scalar;
      const value = typeof raw === 'boolean' ? (raw ? 1 : 0) : raw;
      for (const feed of feeds) {
        if (feed.heardOnly && heardQuietly(feed, at)) continue;
        if (!touched.includes(feed.key)) {
          touched.push(feed.key);
          this.arrive(feed.key, feed.member, at, out);
        }
        this.store(feed, measure, value, at);
      }
    }
    for (const key of touched) this.evaluate(key, out);
    return readings;
  }

  /** A sensor has spoken without saying anything to be judged: it is not silent. */
  hear(sensor: Sensor, at: Millis, out: Verdict[]): void {
    // By the keys that exist, not by the feeds, which are only a memory of where readings went.
    const place = this.placeOf(sensor);
    for (const compiled of this.rules) {
      const subject = subjectOf(compiled.rule, sensor, place, this.district);
      const key = subject === null ? undefined : this.keys.get(`${compiled.rule.id}|${subject.key}`);
      const member = key?.memberOf.get(sensor.id);
      if (key === undefined || member === undefined) continue;
      this.arrive(key, member, at, out);
      this.evaluate(key, out);
    }
  }

  /** Lets the clock pass: holds and absences that have come due by `now` are decided. */
  advance(now: Millis, out: Verdict[]): void {
    for (let key = this.timers.take(now); key !== null; key = this.timers.take(now)) this.wake(key, out);
  }

  /** After a pause of the whole system: silence is not judged before `until`, so that whoever was shut out can speak first. */
  settle(until: Millis): void {
    this.timers.notBefore = until;
    this.reschedule();
  }

  /** When `advance` next has something to do; Infinity for never. */
  nextAt(): Millis {
    return this.timers.nextAt();
  }

  *standings(): Generator<Standing> {
    for (const key of this.keys.values()) yield standingOf(key);
  }

  save(): SavedEngine {
    return { keys: [...this.keys].map(([id, key]) => saveKey(id, key)), ordinal: this.ordinal, notBefore: this.timers.notBefore };
  }

  /** Takes up a saved state under the same rule set and city, which must be in force already. */
  restore(saved: SavedEngine): void {
    const rules = new Map(this.rules.map((compiled) => [compiled.rule.id, compiled]));
    this.keys.clear();
    this.feeds = new Map();
    this.timers.clear();
    this.ordinal = saved.ordinal;
    this.timers.notBefore = saved.notBefore;
    for (const one of saved.keys) {
      const compiled = rules.get(one.rule);
      if (compiled === undefined) continue;
      const key = restoreKey(one, compiled);
      this.attach(key);
      this.keys.set(one.id, key);
      this.timers.schedule(key);
    }
  }

  private reschedule(): void {
    this.timers.clear();
    for (const key of this.keys.values()) {
      key.scheduled = Number.POSITIVE_INFINITY;
      this.timers.schedule(key);
    }
  }

  /** @returns false when nobody speaks for the key any more. */
  private rekey(
    id: string,
    key: KeyState,
    change: { readonly compiled: CompiledRule; readonly before: ReadonlyMap<string, Sensor> },
  ): boolean {
    const saved = renewKey(saveKey(id, key), change.compiled, {
      sensor: (sensor) => this.sensors.get(sensor) ?? null,
      wasRegistered: (sensor) => change.before.has(sensor),
      subject: (sensor) => subjectOf(change.compiled.rule, sensor, this.placeOf(sensor), this.district),
    });
    if (saved === null) return false;
    const renewed = restoreKey(saved, change.compiled);
    this.attach(renewed);
    // Looked at soon: its thresholds, members or cadences may be others now.
    if (Number.isFinite(renewed.time)) renewed.due = Math.min(renewed.due, renewed.time + 1);
    this.keys.set(id, renewed);
    return true;
  }

  private placeOf(sensor: Sensor): Place | null {
    return sensor.place === null ? null : (this.places.get(sensor.place) ?? null);
  }

  private attach(key: KeyState): void {
    const { place, sensor } = key.subject;
    key.placeAttributes = (place === null ? undefined : this.places.get(place)?.attributes) ?? {};
    key.sensorAttributes = (sensor === null ? undefined : this.sensors.get(sensor)?.attributes) ?? {};
  }

  private feedsOf(sensor: Sensor, measure: string): readonly Feed[] {
    const place = this.placeOf(sensor);
    const feeds: Feed[] = [];
    for (const compiled of this.rules) {
      if (!compiled.measures.has(measure) && !compiled.measures.has('*')) continue;
      const subject = subjectOf(compiled.rule, sensor, place, this.district);
      if (subject === null) continue;
      const id = `${compiled.rule.id}|${subject.key}`;
      let key = this.keys.get(id);
      if (key === undefined) {
        key = createKey(compiled, subject, this.ordinal);
        this.ordinal += 1;
        this.attach(key);
        this.keys.set(id, key);
      }
      const pooled = indicesOf(compiled.pooled, measure);
      const grouped = indicesOf(compiled.grouped, measure);
      const shares = indicesOf(compiled.shares, measure);
      const heardOnly = pooled.length + grouped.length + shares.length === 0;
      feeds.push({ key, member: memberOrdinal(key, sensor.id, sensor.cadence), pooled, grouped, shares, heardOnly });
    }
    return feeds;
  }

  /** What is due before the reading is decided before it, so that order of arrival cannot hide a hold that had passed. */
  private arrive(key: KeyState, ordinal: number, at: Millis, out: Verdict[]): void {
    const unjudged = key.compiled.judgesSilence && at < this.timers.notBefore;
    while (!unjudged && key.due < at) this.wake(key, out);
    const { rule } = key.compiled;
    if (at < key.newest - rule.lateness) this.counts.late += 1;
    if (rule.stale !== null && at - key.newest > rule.stale) breakHolds(key);
    if (at > key.time) key.time = at;
    if (at > key.newest) key.newest = at;
    const member = key.members[ordinal] as Member;
    if (at > member.lastSeen) member.lastSeen = at;
    if (!key.compiled.silence || member.cadence === null) return;
    const due = member.lastSeen + member.cadence * 3;
    if (due > key.time) {
      setSilent(key, member, false);
      if (due < key.silenceDue) key.silenceDue = due;
    }
  }

  private store(feed: Feed, measure: string, value: SampleValue, at: Millis): void {
    const { key, member } = feed;
    const { compiled } = key;
    for (const index of feed.pooled) {
      const spec = compiled.pooled[index] as CompiledRule['pooled'][number];
      if (this.believes(spec.within, value)) add(key.pooled[index] as Series, { at, value, source: member }, key.time, spec.limits);
    }
    for (const index of feed.grouped) {
      const spec = compiled.grouped[index] as CompiledRule['grouped'][number];
      const series = (key.grouped[index] as Series[])[member] as Series;
      if (this.believes(spec.within, value)) add(series, { at, value, source: member }, key.time, spec.limits);
    }
    for (const index of feed.shares) {
      const spec = compiled.shares[index] as CompiledRule['shares'][number];
      // Older than what the sensor has said since: it matches nothing any more.
      if (at < (key.members[member] as Member).lastSeen) continue;
      if (spec.measures.includes(measure)) setMatch(key, key.members[member] as Member, index, spec.matches(value));
    }
  }

  private believes(within: readonly [number, number] | null, value: SampleValue): boolean {
    if (within === null) return true;
    if (typeof value === 'number' && value >= within[0] && value <= within[1]) return true;
    this.counts.implausible += 1;
    return false;
  }

  private wake(key: KeyState, out: Verdict[]): void {
    if (key.due > key.time) key.time = key.due;
    this.evaluate(key, out);
  }

  private evaluate(key: KeyState, out: Verdict[]): void {
    this.counts.evaluations += 1;
    if (key.compiled.silence && key.silenceDue <= key.time && key.time >= this.timers.notBefore) markSilence(key);
    const was = key.standing;
    if (stepLevels(key)) out.push(verdictOf(key, was));
    key.due = nextDue(key, this.timers.notBefore);
    this.timers.schedule(key);
  }

  private end(key: KeyState, at: Millis, out: Verdict[]): void {
    if (key.standing === -1 && key.holding === -1) return;
    const was = key.standing;
    key.standing = -1;
    key.holding = -1;
    if (at > key.time) key.time = at;
    out.push(verdictOf(key, was));
  }
}

/**
 * Most words of most sensors change nothing but when they were last heard. Then the key need not be evaluated: its next
 * look, which stands in the timers, may come early, but never late.
 */
function heardQuietly(feed: Feed, at: Millis): boolean {
  const { key } = feed;
  const member = key.members[feed.member] as Member;
  if (member.silent || member.lastSeen === Number.NEGATIVE_INFINITY || at < member.lastSeen) return false;
  if (key.standing !== -1 || key.holding !== -1 || key.due <= at) return false;
  member.lastSeen = at;
  if (at > key.newest) key.newest = at;
  if (at > key.time) key.time = at;
  return true;
}

function add(
  series: Series,
  sample: { readonly at: Millis; readonly value: SampleValue; readonly source: number },
  time: Millis,
  limits: { readonly retention: Millis; readonly edge: boolean },
): void {
  // A late sample older than the newest changes nothing where only the newest is kept.
  if (limits.retention === 0 && sample.at < series.newestTime()) return;
  series.add(sample.at, sample.value, sample.source);
  series.trim(time, limits);
}

function indicesOf(specs: readonly { readonly measures: readonly string[] }[], measure: string): number[] {
  const found: number[] = [];
  specs.forEach((spec, i) => {
    if (spec.measures.includes(measure)) found.push(i);
  });
  return found;
}

function levelAt(key: KeyState, index: number): Level | null {
  return index === -1 ? null : (key.compiled.levels[index]?.rule.level ?? null);
}

function valueOf(key: KeyState): number | null {
  const value = key.compiled.value(key);
  return typeof value === 'number' ? value : null;
}

export function standingOf(key: KeyState): Standing {
  return { key, level: levelAt(key, key.standing), holding: levelAt(key, key.holding), value: valueOf(key) };
}

function verdictOf(key: KeyState, was: number): Verdict {
  const { rule, levels } = key.compiled;
  const value = valueOf(key);
  const shown = Math.max(key.standing, key.holding);
  const since = shown === -1 ? key.time : (key.levels[shown]?.trueSince ?? key.time);
  const raised = levels[key.standing];
  return {
    kind: 'verdict',
    rule,
    subject: key.subject,
    level: levelAt(key, key.standing),
    was: levelAt(key, was),
    pending: levelAt(key, key.holding),
    at: key.time,
    since: Number.isNaN(since) ? key.time : since,
    value,
    because: raised === undefined ? explainClear(rule, value) : explainRaise(rule, raised.rule, value),
  };
}
