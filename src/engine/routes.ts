import type { Sensor } from '../model/place.ts';
import type { Feed } from './facts/fact-builder.ts';
import type { Lane } from './lane.ts';
import type { RunningRule } from './running-rule.ts';
import { subjectOf } from './scope-key.ts';
import type { Surroundings } from './surroundings.ts';

/** Where one measure of sensors of one profile goes in one rule. */
export interface Slot {
  readonly rule: RunningRule;
  /** Which of the sensor's rows. */
  readonly ordinal: number;
  readonly measure: string;
  readonly takes: readonly Feed[];
  /** No fact of the rule holds this measure's values: only that the sensor spoke matters. */
  readonly heardOnly: boolean;
}

/** The slots of one measure: of rules that judge at once, and of those that wait for late readings. */
export interface Route {
  readonly now: readonly Slot[];
  readonly later: readonly { readonly lane: Lane; readonly measure: number; readonly slots: readonly Slot[] }[];
}

const FEW = 6;

/** Sensors alike: the same rules are concerned by them. */
interface Profile {
  /** Slots of rules that only ask who is silent; `null` until they are worked out. */
  hears: readonly Slot[] | null;
  /** Rules by row. */
  readonly rules: RunningRule[];
  readonly routes: Map<string, Route>;
  /** The first few of them, side by side: looking through those is quicker than asking the map. */
  readonly few: { readonly measure: string; readonly route: Route }[];
  /** Slots of rules that wait, by lane and measure. */
  readonly late: Map<Lane, (readonly Slot[] | undefined)[]>;
  readonly sample: Sensor;
}

/**
 * Sensor → rows of rules. Sensors that are alike share what follows from being alike, so that a sensor costs an integer a rule
 * that is concerned by it, and a reading costs by those rules, not by the rules that exist.
 */
export class Routes {
  private readonly around: Surroundings;
  private rules: readonly RunningRule[] = [];
  private laneOf: (rule: RunningRule) => Lane = () => {
    throw new Error('no rules are in force');
  };
  private readonly index = new Map<string, number>();
  private readonly byOrdinal: number[] = [];
  private readonly profiles = new Map<string, Profile>();
  private readonly profileOf: Profile[] = [];
  /** Where the sensor's rows begin, and how many they are: two numbers a sensor, side by side. */
  private block = new Int32Array(2_048);
  private rows = new Int32Array(4_096);
  private used = 0;
  private readonly measureIds = new Map<string, number>();
  private names: readonly string[] = [];

  constructor(around: Surroundings) {
    this.around = around;
  }

  /** Another set of rules: where measures go is worked out anew, who has which row stays. */
  setRules(rules: readonly RunningRule[], laneOf: (rule: RunningRule) => Lane): void {
    this.rules = rules;
    this.laneOf = laneOf;
    const byId = new Map(rules.map((rule) => [rule.compiled.rule.id, rule]));
    const measures = new Set(rules.flatMap((rule) => [...rule.compiled.measures]));
    // By name, so that who came first leaves no trace.
    [...measures].sort().forEach((measure) => {
      if (!this.measureIds.has(measure)) this.measureIds.set(measure, this.measureIds.size);
    });
    for (const profile of this.profiles.values()) {
      profile.routes.clear();
      profile.few.length = 0;
      profile.hears = null;
      profile.late.clear();
      // A rule that is gone leaves its rows unused.
      profile.rules.forEach((rule, i) => {
        profile.rules[i] = byId.get(rule.compiled.rule.id) ?? rule;
      });
    }
  }

  /** A rule begins anew: nobody has a row in it yet. */
  forget(ruleId: string): void {
    for (let sensor = 0; sensor < this.profileOf.length; sensor += 1) {
      const profile = this.profileOf[sensor] as Profile;
      const ordinal = profile.rules.findIndex((rule) => rule.compiled.rule.id === ruleId);
      if (ordinal !== -1 && ordinal < (this.block[sensor * 2 + 1] as number)) this.rows[(this.block[sensor * 2] as number) + ordinal] = -1;
    }
  }

  get size(): number {
    return this.profileOf.length;
  }

  sensorIndex(sensor: Sensor): number {
    const { ordinal } = sensor;
    if (ordinal === undefined) return this.index.get(sensor.id) ?? this.meet(sensor);
    // The hint holds only for the very sensor that was met under it.
    const hinted = this.byOrdinal[ordinal];
    if (hinted !== undefined && this.around.sensors[hinted] === sensor) return hinted;
    const found = this.index.get(sensor.id) ?? this.meet(sensor);
    if (ordinal < 4 * this.index.size + 1_024) this.byOrdinal[ordinal] = found;
    return found;
  }

  find(id: string): number {
    return this.index.get(id) ?? -1;
  }

  route(sensor: number, measure: string): Route {
    const profile = this.profileOf[sensor] as Profile;
    const { few } = profile;
    for (let i = 0; i < few.length; i += 1) {
      const one = few[i] as (typeof few)[number];
      if (one.measure === measure) return one.route;
    }
    const known = profile.routes.get(measure);
    if (known !== undefined) return known;
    const made = this.makeRoute(profile, measure);
    profile.routes.set(measure, made);
    if (few.length < FEW) few.push({ measure, route: made });
    return made;
  }

  /** Where a reading goes whose turn in the lane has come. */
  late(sensor: number, lane: Lane, measure: number): readonly Slot[] {
    const profile = this.profileOf[sensor] as Profile;
    let byMeasure = profile.late.get(lane);
    if (byMeasure === undefined) {
      byMeasure = [];
      profile.late.set(lane, byMeasure);
    }
    const known = byMeasure[measure];
    if (known !== undefined) return known;
    const slots = this.route(sensor, this.measureName(measure)).later.find((later) => later.lane === lane)?.slots ?? [];
    byMeasure[measure] = slots;
    return slots;
  }

  /** Where the mere word of a sensor goes that has been missed, or is new. */
  hears(sensor: number): readonly Slot[] {
    const profile = this.profileOf[sensor] as Profile;
    profile.hears ??= this.rules.flatMap((rule) => {
      if (!onlyHears(rule) || subjectOf(rule.compiled.rule, profile.sample, this.around) === null) return [];
      let ordinal = profile.rules.indexOf(rule);
      if (ordinal === -1) ordinal = profile.rules.push(rule) - 1;
      return [{ rule, ordinal, measure: '', takes: [], heardOnly: true }];
    });
    return profile.hears;
  }

  measureId(measure: string): number {
    const known = this.measureIds.get(measure);
    if (known !== undefined) return known;
    this.measureIds.set(measure, this.measureIds.size);
    return this.measureIds.size - 1;
  }

  measureName(id: number): string {
    if (id >= this.names.length) this.names = [...this.measureIds.keys()];
    return this.names[id] ?? '';
  }

  get measures(): readonly string[] {
    return [...this.measureIds.keys()];
  }

  restoreMeasures(names: readonly string[]): void {
    this.measureIds.clear();
    this.names = [];
    for (const name of names) this.measureIds.set(name, this.measureIds.size);
  }

  /** The sensor's row in the slot's rule; joins it there first. −1 when the rule has no room. */
  row(sensor: number, slot: Slot): number {
    if (slot.ordinal < (this.block[sensor * 2 + 1] as number)) {
      const row = this.rows[(this.block[sensor * 2] as number) + slot.ordinal] as number;
      if (row !== -1) return row;
    }
    return this.join(sensor, slot);
  }

  /** The row that the sensor has already in a rule; −1 for none. */
  rowOf(sensor: number, rule: RunningRule): number {
    const ordinal = (this.profileOf[sensor] as Profile).rules.indexOf(rule);
    return ordinal === -1 || ordinal >= (this.block[sensor * 2 + 1] as number)
      ? -1
      : (this.rows[(this.block[sensor * 2] as number) + ordinal] as number);
  }

  /** A row that is there already, from a snapshot or from before a change. */
  put(sensor: number, rule: RunningRule, row: number): void {
    const profile = this.profileOf[sensor] as Profile;
    let ordinal = profile.rules.indexOf(rule);
    if (ordinal === -1) ordinal = profile.rules.push(rule) - 1;
    this.reserve(sensor, profile.rules.length);
    this.rows[(this.block[sensor * 2] as number) + ordinal] = row;
  }

  get bytes(): number {
    return this.block.byteLength + this.rows.byteLength + this.index.size * 56;
  }

  private meet(sensor: Sensor): number {
    const { around } = this;
    const place = around.placeOf(sensor);
    const alike = JSON.stringify([sensor.model, sensor.place === null, (place?.street ?? sensor.street) === null, sensor.gateway === null]);
    let profile = this.profiles.get(alike);
    if (profile === undefined) {
      profile = { hears: null, rules: [], routes: new Map(), few: [], late: new Map(), sample: sensor };
      this.profiles.set(alike, profile);
    }
    const index = this.profileOf.length;
    this.profileOf.push(profile);
    this.index.set(sensor.id, index);
    around.addSensor(sensor);
    if (index * 2 >= this.block.length) {
      const block = new Int32Array(this.block.length * 2);
      block.set(this.block);
      this.block = block;
    }
    return index;
  }

  private makeRoute(profile: Profile, measure: string): Route {
    const now: Slot[] = [];
    const later = new Map<Lane, Slot[]>();
    for (const rule of this.rules) {
      const { measures, feeds } = rule.compiled;
      if (!measures.has(measure) && (measure.startsWith('$') || !measures.has('*') || onlyHears(rule))) continue;
      if (subjectOf(rule.compiled.rule, profile.sample, this.around) === null) continue;
      let ordinal = profile.rules.indexOf(rule);
      if (ordinal === -1) ordinal = profile.rules.push(rule) - 1;
      const takes = feeds.filter((feed) => feed.measures.includes(measure));
      const slot: Slot = { rule, ordinal, measure, takes, heardOnly: takes.length === 0 };
      const lane = this.laneOf(rule);
      if (lane.buffer === null) now.push(slot);
      else if (later.has(lane)) later.get(lane)?.push(slot);
      else later.set(lane, [slot]);
    }
    return { now, later: [...later].map(([lane, slots]) => ({ lane, slots, measure: this.measureId(measure) })) };
  }

  private join(sensor: number, slot: Slot): number {
    const { memory, compiled } = slot.rule;
    const subject = subjectOf(compiled.rule, this.around.sensors[sensor] as Sensor, this.around);
    if (subject === null) return -1;
    const row = memory.join(sensor, subject);
    if (row === -1) return -1;
    this.reserve(sensor, (this.profileOf[sensor] as Profile).rules.length);
    this.rows[(this.block[sensor * 2] as number) + slot.ordinal] = row;
    return row;
  }

  private reserve(sensor: number, length: number): void {
    const before = this.block[sensor * 2 + 1] as number;
    if (before >= length) return;
    const from = this.block[sensor * 2] as number;
    const to = this.used;
    this.used += length;
    if (this.used > this.rows.length) {
      const rows = new Int32Array(Math.max(this.used, Math.ceil(this.rows.length * 1.25)));
      rows.set(this.rows);
      this.rows = rows;
    }
    this.rows.copyWithin(to, from, from + before);
    this.rows.fill(-1, to + before, to + length);
    this.block[sensor * 2] = to;
    this.block[sensor * 2 + 1] = length;
  }
}

/** A rule that counts silent sensors and asks for nothing else that a message could bring. */
function onlyHears({ compiled }: RunningRule): boolean {
  return compiled.silence !== null && compiled.feeds.length === 0 && compiled.rule.stale === null && compiled.measures.size === 1;
}
