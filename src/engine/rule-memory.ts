import type { Place, Sensor } from '../model/place.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Subject } from '../model/verdict.ts';
import { Areas, type Area } from './areas.ts';
import type { Cells, SavedCells } from './cells/cells.ts';
import type { Hearing } from './hearing.ts';
import { CLOCK, NEWEST, SCHEDULED, TIME } from './key-clock.ts';
import { subjectOf } from './scope-key.ts';
import type { Surroundings } from './surroundings.ts';

/** A store of samples, and whether its rows are keys or members of keys. */
export interface Store {
  /** What it holds, in words: a changed rule takes over the stores that it still asks for. */
  readonly identity: string;
  readonly cells: Cells;
  readonly by: 'key' | 'member';
}

export interface SavedMemory {
  readonly rule: string;
  readonly subjects: readonly Subject[];
  readonly columns: Readonly<Record<string, Float64Array | Int32Array | Int8Array | Uint8Array>>;
  readonly stores: readonly { readonly identity: string; readonly cells: SavedCells }[];
}

/** Keys that one rule may have; a city that needs more must raise it knowingly. */
export const KEY_LIMIT = 250_000;

/** Columns grow by a quarter: a city's sensors are met once. */
const GROWTH = 1.25;
const NEVER = Number.POSITIVE_INFINITY;
const LONG_AGO = Number.NEGATIVE_INFINITY;

/**
 * Everything remembered for one rule: columns by key (where the rule stands) and by member (one sensor's part in a key), and
 * the stores of its facts. Typed arrays and integer rows, so that a key costs bytes, not objects.
 */
export class RuleMemory {
  readonly rule: Rule;
  readonly levels: number;
  readonly around: Surroundings;
  /** Of the lane that the rule is in. */
  hearing: Hearing;
  readonly stores: Store[] = [];
  keys = 0;
  members = 0;
  /** Moves on whenever an answer may have changed: facts remember their last one by it. */
  stamp = 0;
  /** Four times a key: see `key-clock.ts`. */
  clock = new Float64Array(0);
  /** What dependents were last told; only where there are any. */
  told = new Float64Array(0);
  /** Index of the highest active level, −1 for none; of the highest that is being held above it. */
  standing = new Int8Array(0);
  holding = new Int8Array(0);
  /** One bit a level. */
  active = new Uint8Array(0);
  /** 1 while a level is active or its hold runs: a quiet key needs no more than a look at its value. */
  busy = new Uint8Array(0);
  /** `levels` numbers a key; NaN: not running. */
  trueSince = new Float64Array(0);
  clearSince = new Float64Array(0);
  firstMember = new Int32Array(0);
  memberKey = new Int32Array(0);
  memberSensor = new Int32Array(0);
  nextMember = new Int32Array(0);
  /** Only where a key is more than one sensor; those are made when somebody asks. */
  private subjects: Subject[] = [];
  private index = new Map<string, number>();
  /** Kept only for signs that others ask for, or that ask for others. */
  private areas: Areas | null = null;
  /** The latest time at which somebody asked what keys say, and one was left out for its silence. */
  leftOutAt: Millis = LONG_AGO;

  constructor(rule: Rule, around: Surroundings) {
    this.rule = rule;
    this.levels = rule.levels.length;
    this.around = around;
    this.hearing = around.heard;
  }

  /** The row of the sensor in this rule. @returns −1 when the rule has no room for another key */
  join(sensorIndex: number, subject: Subject): number {
    const single = this.rule.scope === 'sensor';
    let key = single ? -1 : (this.index.get(subject.key) ?? -1);
    if (key === -1) {
      if (this.keys >= KEY_LIMIT) return -1;
      key = this.addKey(subject);
    }
    const member = this.members;
    this.members += 1;
    this.growMembers();
    this.memberKey[member] = key;
    this.memberSensor[member] = sensorIndex;
    this.nextMember[member] = this.firstMember[key] as number;
    this.firstMember[key] = member;
    if (single) this.areas?.add(key, subject);
    return member;
  }

  /** A key that exists without members: a gateway. */
  keyOf(subject: Subject): number {
    return this.index.get(subject.key) ?? this.addKey(subject);
  }

  findKey(name: string): number {
    if (this.rule.scope !== 'sensor') return this.index.get(name) ?? -1;
    for (let key = 0; key < this.keys; key += 1) if (this.subject(key).key === name) return key;
    return -1;
  }

  subject(key: number): Subject {
    if (this.rule.scope !== 'sensor') return this.subjects[key] as Subject;
    const sensor = this.sensorOf(key);
    return subjectOf(this.rule, sensor, this.around) as Subject;
  }

  /** The sensor of a key of one sensor; for others the one that joined last. */
  sensorOf(key: number): Sensor {
    return this.around.sensors[this.memberSensor[this.firstMember[key] as number] as number] as Sensor;
  }

  placeOf(key: number): Place | null {
    if (this.rule.scope === 'sensor') return this.around.placeOf(this.sensorOf(key));
    const { place } = this.subjects[key] as Subject;
    return place === null ? null : (this.around.places.get(place) ?? null);
  }

  cadenceOf(member: number): Millis | null {
    return (this.around.sensors[this.memberSensor[member] as number] as Sensor).cadence;
  }

  isStale(key: number): boolean {
    const { stale } = this.rule;
    return stale !== null && (this.clock[key * CLOCK + TIME] as number) - (this.clock[key * CLOCK + NEWEST] as number) > stale;
  }

  /** From now on keys can be found by area. */
  keepAreas(): void {
    if (this.areas !== null) return;
    this.areas = new Areas(this.around.district);
    for (let key = 0; key < this.keys; key += 1) this.areas.add(key, this.subject(key));
  }

  /** Only where areas are kept. */
  area(name: string): Area {
    return (this.areas as Areas).area(name);
  }

  /** What the key says has changed, or may have. */
  speak(key: number): void {
    this.areas?.speak(this.subject(key));
  }

  addStore(store: Store): void {
    this.stores.push(store);
  }

  get bytes(): number {
    const columns = [this.clock, this.told, this.standing, this.holding, this.active, this.busy];
    const more = [this.trueSince, this.clearSince, this.firstMember, this.memberKey, this.memberSensor, this.nextMember];
    let bytes = 0;
    for (const column of [...columns, ...more]) bytes += column.byteLength;
    for (const { cells } of this.stores) bytes += cells.bytes;
    return bytes + this.subjects.length * 160;
  }

  save(): SavedMemory {
    const { keys, members, levels } = this;
    const subjects: Subject[] = [];
    for (let key = 0; key < keys; key += 1) subjects.push(this.subject(key));
    return {
      rule: this.rule.id,
      subjects,
      columns: {
        clock: savedClock(this.clock, keys),
        told: this.told.slice(0, keys),
        standing: this.standing.slice(0, keys),
        holding: this.holding.slice(0, keys),
        active: this.active.slice(0, keys),
        busy: this.busy.slice(0, keys),
        trueSince: this.trueSince.slice(0, keys * levels),
        clearSince: this.clearSince.slice(0, keys * levels),
        firstMember: this.firstMember.slice(0, keys),
        memberKey: this.memberKey.slice(0, members),
        memberSensor: this.memberSensor.slice(0, members),
        nextMember: this.nextMember.slice(0, members),
      },
      stores: this.stores.map(({ identity, cells, by }) => ({ identity, cells: cells.save(by === 'key' ? keys : members) })),
    };
  }

  restore(saved: SavedMemory): void {
    const { columns } = saved;
    this.keys = saved.subjects.length;
    this.members = (columns['memberKey'] as Int32Array).length;
    this.index.clear();
    this.subjects = [];
    if (this.rule.scope !== 'sensor') {
      saved.subjects.forEach((subject, key) => {
        this.subjects.push(subject);
        this.index.set(subject.key, key);
      });
    }
    this.clock = Float64Array.from(columns['clock'] as Float64Array);
    this.told = Float64Array.from(columns['told'] as Float64Array);
    this.standing = Int8Array.from(columns['standing'] as Int8Array);
    this.holding = Int8Array.from(columns['holding'] as Int8Array);
    this.active = Uint8Array.from(columns['active'] as Uint8Array);
    this.busy = Uint8Array.from(columns['busy'] as Uint8Array);
    this.trueSince = Float64Array.from(columns['trueSince'] as Float64Array);
    this.clearSince = Float64Array.from(columns['clearSince'] as Float64Array);
    this.firstMember = Int32Array.from(columns['firstMember'] as Int32Array);
    this.memberKey = Int32Array.from(columns['memberKey'] as Int32Array);
    this.memberSensor = Int32Array.from(columns['memberSensor'] as Int32Array);
    this.nextMember = Int32Array.from(columns['nextMember'] as Int32Array);
    for (const { identity, cells, by } of this.stores) {
      const found = saved.stores.find((store) => store.identity === identity);
      if (found !== undefined) cells.restore(found.cells);
      cells.grow(by === 'key' ? this.keys : this.members);
    }
    this.areas?.empty();
    for (let key = 0; this.areas !== null && key < this.keys; key += 1) this.areas.add(key, this.subject(key));
  }

  /** Takes over the keys, members and stores of a rule that this one replaces; `levels` says which old level each new one is (−1: none). */
  adopt(prior: RuleMemory, levels: readonly number[]): void {
    this.keys = prior.keys;
    this.members = prior.members;
    this.subjects = prior.subjects;
    this.index = prior.index;
    this.clock = prior.clock;
    this.busy = prior.busy;
    this.told = prior.told;
    this.firstMember = prior.firstMember;
    this.memberKey = prior.memberKey;
    this.memberSensor = prior.memberSensor;
    this.nextMember = prior.nextMember;
    this.adoptLevels(prior, levels);
    for (const { identity, cells, by } of this.stores) {
      const same = prior.stores.find((store) => store.identity === identity && store.by === by);
      if (same !== undefined) cells.adopt(same.cells);
      cells.grow(by === 'key' ? this.keys : this.members);
    }
    // The keys are the same, and so is where they lie; what they say may be another thing.
    if (this.areas !== null) {
      this.areas = prior.areas;
      this.keepAreas();
      this.areas?.speakAll();
    }
  }

  /** One key's columns from another memory of the same levels. */
  copyKey(prior: RuleMemory, from: number, to: number): void {
    for (let i = 0; i < CLOCK; i += 1) this.clock[to * CLOCK + i] = prior.clock[from * CLOCK + i] as number;
    for (const name of ['told', 'standing', 'holding', 'active', 'busy'] as const) this[name][to] = prior[name][from] as number;
    for (const name of ['trueSince', 'clearSince'] as const) {
      for (let i = 0; i < this.levels; i += 1) this[name][to * this.levels + i] = prior[name][from * this.levels + i] as number;
    }
    this.speak(to);
  }

  private adoptLevels(prior: RuleMemory, levels: readonly number[]): void {
    if (levels.length === prior.levels && levels.every((old, i) => old === i)) {
      this.standing = prior.standing;
      this.holding = prior.holding;
      this.active = prior.active;
      this.trueSince = prior.trueSince;
      this.clearSince = prior.clearSince;
      return;
    }
    const length = prior.active.length;
    this.standing = new Int8Array(length).fill(-1);
    this.holding = new Int8Array(length).fill(-1);
    this.active = new Uint8Array(length);
    this.trueSince = new Float64Array(length * this.levels).fill(Number.NaN);
    this.clearSince = new Float64Array(length * this.levels).fill(Number.NaN);
    // A level that is no more is −2, which no standing equals: the next look says that it ended.
    const now = (old: number): number => (old < 0 ? old : levels.includes(old) ? levels.indexOf(old) : -2);
    for (let key = 0; key < this.keys; key += 1) {
      this.standing[key] = now(prior.standing[key] as number);
      this.holding[key] = now(prior.holding[key] as number);
      for (let i = 0; i < this.levels; i += 1) {
        const old = levels[i] as number;
        if (old === -1) continue;
        if (((prior.active[key] as number) & (1 << old)) !== 0) this.active[key] = (this.active[key] as number) | (1 << i);
        this.trueSince[key * this.levels + i] = prior.trueSince[key * prior.levels + old] as number;
        this.clearSince[key * this.levels + i] = prior.clearSince[key * prior.levels + old] as number;
      }
    }
  }

  private addKey(subject: Subject): number {
    const key = this.keys;
    this.keys += 1;
    this.growKeys();
    if (this.rule.scope !== 'sensor') {
      this.subjects.push(subject);
      this.index.set(subject.key, key);
      this.areas?.add(key, subject);
    }
    return key;
  }

  private growKeys(): void {
    const before = this.active.length;
    if (this.keys > before) {
      const n = Math.max(this.keys, Math.ceil(before * GROWTH), 4);
      this.clock = wider(this.clock, new Float64Array(n * CLOCK), NEVER);
      for (let key = before; key < n; key += 1) {
        this.clock[key * CLOCK + TIME] = LONG_AGO;
        this.clock[key * CLOCK + NEWEST] = LONG_AGO;
      }
      this.busy = wider(this.busy, new Uint8Array(n), 0);
      this.told = wider(this.told, new Float64Array(n), Number.NaN);
      this.standing = wider(this.standing, new Int8Array(n), -1);
      this.holding = wider(this.holding, new Int8Array(n), -1);
      this.active = wider(this.active, new Uint8Array(n), 0);
      this.trueSince = wider(this.trueSince, new Float64Array(n * this.levels), Number.NaN);
      this.clearSince = wider(this.clearSince, new Float64Array(n * this.levels), Number.NaN);
      this.firstMember = wider(this.firstMember, new Int32Array(n), -1);
    }
    for (const { cells, by } of this.stores) if (by === 'key') cells.grow(this.keys);
  }

  private growMembers(): void {
    if (this.members > this.memberKey.length) {
      const n = Math.max(this.members, Math.ceil(this.memberKey.length * GROWTH), 4);
      this.memberKey = wider(this.memberKey, new Int32Array(n), -1);
      this.memberSensor = wider(this.memberSensor, new Int32Array(n), -1);
      this.nextMember = wider(this.nextMember, new Int32Array(n), -1);
    }
    for (const { cells, by } of this.stores) if (by === 'member') cells.grow(this.members);
  }
}

/** What is scheduled is not saved: timers are made anew. */
function savedClock(clock: Float64Array, keys: number): Float64Array {
  const saved = clock.slice(0, keys * CLOCK);
  for (let key = 0; key < keys; key += 1) saved[key * CLOCK + SCHEDULED] = NEVER;
  return saved;
}

function wider<A extends Float64Array | Int32Array | Int8Array | Uint8Array>(from: A, to: A, fill: number): A {
  to.fill(fill);
  to.set(from);
  return to;
}
