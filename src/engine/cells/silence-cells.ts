import type { Millis } from '../../model/time.ts';
import type { RuleMemory } from '../rule-memory.ts';
import type { Cells, Held, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';
import { CLOCK, TIME } from '../key-clock.ts';

/** Messages that a sensor may miss before it is silent. */
const MISSED = 3;
const JUDGED = 0;
const COUNT = 1;
const DUE = 2;

/**
 * Which members of a key have fallen silent: three of their own cadences without a word, and not because of their gateway.
 * When each was last heard stands with the lane, once for all its rules.
 */
export class SilenceCells implements Cells {
  private readonly memory: RuleMemory;
  /** NaN: not met; else whether it is silent. */
  private readonly members = new RowBlock(1);
  private readonly keys = new RowBlock(3);
  private readonly cadences: (Millis | null | undefined)[] = [];

  constructor(memory: RuleMemory) {
    this.memory = memory;
  }

  grow(members: number): void {
    this.members.grow(members);
    this.keys.grow(this.memory.keys);
  }

  take(): void {}

  /** @returns true when that changes what there is to say */
  hear(member: number): boolean {
    const cadence = this.memory.cadenceOf(member);
    if (cadence === null) return false;
    const key = this.memory.memberKey[member] as number;
    const keys = this.keys.data;
    const falls = this.seen(member) + cadence * MISSED;
    const before = this.members.data[member] as number;
    if (Number.isNaN(before)) {
      keys[key * 3 + JUDGED] = ((keys[key * 3 + JUDGED] as number) || 0) + 1;
      keys[key * 3 + COUNT] ||= 0;
    } else {
      if (before === 0) return false;
      // A word from long ago does not end a silence.
      if (falls <= (this.memory.clock[key * CLOCK + TIME] as number)) {
        this.memory.hearing.missed[this.memory.memberSensor[member] as number] = 1;
        return false;
      }
      keys[key * 3 + COUNT] = (keys[key * 3 + COUNT] as number) - 1;
    }
    this.members.data[member] = 0;
    keys[key * 3 + DUE] = Math.min(this.dueOf(key), falls);
    return true;
  }

  /** When the next member may have fallen silent. */
  dueOf(key: number): Millis {
    const due = this.keys.data[key * 3 + DUE] as number;
    return Number.isNaN(due) ? Number.POSITIVE_INFINITY : due;
  }

  /** Percent of the members with a cadence; NaN when there is none. */
  share(key: number, at: Millis): number {
    const { memory } = this;
    if (this.dueOf(key) <= at && at >= memory.around.notBefore) this.mark(key, at);
    const { data } = this.keys;
    const judged = data[key * 3 + JUDGED] as number;
    return judged > 0 ? ((data[key * 3 + COUNT] as number) / judged) * 100 : Number.NaN;
  }

  /** What the registry says of the member's sensor, looked up once: a street asks all of its sensors again and again. */
  private cadenceOf(member: number): Millis | null {
    let cadence = this.cadences[member];
    if (cadence === undefined) {
      cadence = this.memory.cadenceOf(member);
      this.cadences[member] = cadence;
    }
    return cadence;
  }

  private seen(member: number): Millis {
    return this.memory.hearing.lastSeen[this.memory.memberSensor[member] as number] as number;
  }

  private mark(key: number, at: Millis): void {
    const { memory } = this;
    const { data } = this.members;
    const keys = this.keys.data;
    let due = Number.POSITIVE_INFINITY;
    for (let m = memory.firstMember[key] as number; m !== -1; m = memory.nextMember[m] as number) {
      if (data[m] !== 0) continue;
      const cadence = this.cadenceOf(m);
      if (cadence === null) continue;
      const sensor = memory.memberSensor[m] as number;
      const falls = this.seen(m) + cadence * MISSED;
      if (falls > at) due = Math.min(due, falls);
      else if (memory.around.gateways.hides(sensor, at, cadence)) due = Math.min(due, at + cadence);
      else {
        data[m] = 1;
        memory.hearing.missed[sensor] = 1;
        keys[key * 3 + COUNT] = (keys[key * 3 + COUNT] as number) + 1;
      }
    }
    keys[key * 3 + DUE] = due;
  }

  edge(): Millis {
    return Number.POSITIVE_INFINITY;
  }

  /** 1 for a member that counts as silent, with its last word; none for one that has no cadence. */
  describe(member: number): Held {
    const silent = this.members.data[member] as number;
    const newest = Number.isNaN(silent) ? [] : [{ at: this.seen(member), value: silent, count: 1 }];
    return { samples: newest.length, from: null, to: null, covered: null, newest };
  }

  /** The count of a key whose members were copied one by one. */
  copyCount(other: SilenceCells, from: number, to: number): void {
    this.keys.copyRow(other.keys, from, to);
  }

  copyRow(other: SilenceCells, from: number, to: number): void {
    this.members.copyRow(other.members, from, to);
  }

  /** After members were copied one by one: the counts of each key anew. */
  recount(): void {
    const { memory } = this;
    const { data } = this.members;
    this.keys.restore(new Float64Array(memory.keys * 3).fill(Number.NaN));
    for (let m = 0; m < memory.members; m += 1) {
      const cadence = memory.cadenceOf(m);
      if (cadence === null || Number.isNaN(data[m])) continue;
      const key = memory.memberKey[m] as number;
      const falls = this.seen(m) + cadence * MISSED;
      const keys = this.keys.data;
      data[m] = falls <= (memory.clock[key * CLOCK + TIME] as number) ? 1 : 0;
      if (data[m] === 1) memory.hearing.missed[memory.memberSensor[m] as number] = 1;
      keys[key * 3 + JUDGED] = ((keys[key * 3 + JUDGED] as number) || 0) + 1;
      keys[key * 3 + COUNT] = ((keys[key * 3 + COUNT] as number) || 0) + (data[m] as number);
      if (data[m] === 0) keys[key * 3 + DUE] = Math.min(this.dueOf(key), falls);
    }
  }

  adopt(other: SilenceCells): void {
    this.members.adopt(other.members);
    this.keys.adopt(other.keys);
  }

  save(members: number): SavedCells {
    return { members: this.members.save(members), keys: this.keys.save(this.memory.keys) };
  }

  restore(saved: SavedCells): void {
    this.members.restore(saved['members'] as Float64Array);
    this.keys.restore(saved['keys'] as Float64Array);
  }

  get bytes(): number {
    return this.members.bytes + this.keys.bytes;
  }
}
