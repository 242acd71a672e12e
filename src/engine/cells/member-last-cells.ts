import type { Millis } from '../../model/time.ts';
import { CLOCK, TIME } from '../key-clock.ts';
import type { RuleMemory } from '../rule-memory.ts';
import type { SavedCells } from './cells.ts';
import { LastCells } from './last-cells.ts';

/** The newest sample of each member, and how often what the members of a key say has changed: a sum of them is kept till then. */
export class MemberLastCells extends LastCells {
  private readonly memory: RuleMemory;
  private moves = new Int32Array(0);
  /** Counted for all keys at once. */
  private all = 0;

  constructor(memory: RuleMemory) {
    super();
    this.memory = memory;
  }

  /** Moves on whenever a member of the key says something else, or is heard again after it was left out for its silence. */
  moved(key: number): number {
    return this.all + (this.moves[key] ?? 0);
  }

  override take(row: number, at: Millis, value: number): void {
    const { memory } = this;
    const before = this.value(row);
    const heard = this.time(row);
    super.take(row, at, value);
    const key = memory.memberKey[row] as number;
    const { stale } = memory.rule;
    const wasLeftOut = stale !== null && (memory.clock[key * CLOCK + TIME] as number) - heard > stale;
    if (wasLeftOut || this.value(row) !== before) this.move(key);
  }

  override copyRow(other: MemberLastCells, from: number, to: number): void {
    super.copyRow(other, from, to);
    this.all += 1;
  }

  override adopt(other: MemberLastCells): void {
    super.adopt(other);
    this.all += 1;
  }

  override restore(saved: SavedCells): void {
    super.restore(saved);
    this.all += 1;
  }

  override get bytes(): number {
    return super.bytes + this.moves.byteLength;
  }

  private move(key: number): void {
    if (key >= this.moves.length) {
      const wider = new Int32Array(Math.ceil((key + 1) * 1.5));
      wider.set(this.moves);
      this.moves = wider;
    }
    this.moves[key] = (this.moves[key] as number) + 1;
  }
}
