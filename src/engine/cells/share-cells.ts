import type { Millis } from '../../model/time.ts';
import type { RuleMemory } from '../rule-memory.ts';
import type { Cells, Held, SavedCells } from './cells.ts';
import { RowBlock } from './row-block.ts';

const TIME = 0;
const MATCHES = 1;
const KNOWN = 0;
const COUNT = 1;

/** For every member: does its newest value match? And for each key how many do. Counted as they change. */
export class ShareCells implements Cells {
  private readonly memory: RuleMemory;
  private readonly matches: (value: number) => boolean;
  private readonly members = new RowBlock(2);
  private readonly keys = new RowBlock(2, 0);

  constructor(memory: RuleMemory, matches: (value: number) => boolean) {
    this.memory = memory;
    this.matches = matches;
  }

  grow(members: number): void {
    this.members.grow(members);
    this.keys.grow(this.memory.keys);
  }

  take(member: number, at: Millis, value: number): void {
    const { data } = this.members;
    // Older than what the sensor has said since: it matches nothing any more.
    if (at < (data[member * 2 + TIME] as number)) return;
    const before = data[member * 2 + MATCHES] as number;
    const now = this.matches(value) ? 1 : 0;
    data[member * 2 + TIME] = at;
    data[member * 2 + MATCHES] = now;
    const key = this.memory.memberKey[member] as number;
    const keys = this.keys.data;
    if (Number.isNaN(before)) keys[key * 2 + KNOWN] = (keys[key * 2 + KNOWN] as number) + 1;
    keys[key * 2 + COUNT] = (keys[key * 2 + COUNT] as number) + now - (before || 0);
  }

  /** Percent of the members whose value is known; NaN when there is none. */
  share(key: number): number {
    const { data } = this.keys;
    const known = data[key * 2 + KNOWN] as number;
    return known > 0 ? ((data[key * 2 + COUNT] as number) / known) * 100 : Number.NaN;
  }

  edge(): Millis {
    return Number.POSITIVE_INFINITY;
  }

  /** 1 for a newest value that matches, 0 for one that does not. */
  describe(member: number): Held {
    const { data } = this.members;
    const at = data[member * 2 + TIME] as number;
    const newest = Number.isNaN(at) ? [] : [{ at, value: data[member * 2 + MATCHES] as number, count: 1 }];
    return { samples: newest.length, from: null, to: null, covered: null, newest };
  }

  /** The count of a key whose members were copied one by one. */
  copyCount(other: ShareCells, from: number, to: number): void {
    this.keys.copyRow(other.keys, from, to);
  }

  copyRow(other: ShareCells, from: number, to: number): void {
    this.members.copyRow(other.members, from, to);
  }

  recount(): void {
    const { memory } = this;
    this.keys.restore(new Float64Array(memory.keys * 2));
    for (let m = 0; m < memory.members; m += 1) {
      const matches = this.members.data[m * 2 + MATCHES] as number;
      const key = memory.memberKey[m] as number;
      if (key === -1 || Number.isNaN(matches)) continue;
      const { data } = this.keys;
      data[key * 2 + KNOWN] = (data[key * 2 + KNOWN] as number) + 1;
      data[key * 2 + COUNT] = (data[key * 2 + COUNT] as number) + matches;
    }
  }

  adopt(other: ShareCells): void {
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
