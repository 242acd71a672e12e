import type { Millis } from '../model/time.ts';
import { CLOCK, DUE, SCHEDULED } from './key-clock.ts';

/** Whose keys have clocks; see `key-clock.ts`. */
interface Clocked {
  readonly memory: { readonly clock: Float64Array };
}

/**
 * Keys by when they must next be looked at. A reading usually moves a key's `due` further away; the entry then stays where it
 * is and is moved when its time comes, so that the queue holds about one entry a key. Ties go by rule, then by key, so that
 * replay is exact.
 */
export class TimerQueue {
  private readonly rules: readonly Clocked[];
  private at = new Float64Array(64);
  private owner = new Int32Array(64);
  private key = new Int32Array(64);
  private size = 0;
  /** What the last `take` found. */
  rule = -1;
  row = -1;

  constructor(rules: readonly Clocked[]) {
    this.rules = rules;
  }

  /** Makes sure that the key is looked at by its `due`. */
  schedule(owner: number, key: number): void {
    const { memory } = this.rules[owner] as Clocked;
    const due = memory.clock[key * CLOCK + DUE] as number;
    if (due >= (memory.clock[key * CLOCK + SCHEDULED] as number)) return;
    memory.clock[key * CLOCK + SCHEDULED] = due;
    this.push(due, owner, key);
  }

  /** Event time of the next key that is due; Infinity for never. */
  next(): Millis {
    this.settle();
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.at[0] as number);
  }

  /** Takes the next key that is due at or before `until`, into `rule` and `row`. */
  take(until: Millis): boolean {
    this.settle();
    if (this.size === 0 || (this.at[0] as number) > until) return false;
    this.rule = this.owner[0] as number;
    this.row = this.key[0] as number;
    this.removeTop();
    (this.rules[this.rule] as Clocked).memory.clock[this.row * CLOCK + SCHEDULED] = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Brings the top to a living entry whose key is really due then. */
  private settle(): void {
    while (this.size > 0) {
      const at = this.at[0] as number;
      const owner = this.owner[0] as number;
      const key = this.key[0] as number;
      const { memory } = this.rules[owner] as Clocked;
      const living = at === memory.clock[key * CLOCK + SCHEDULED];
      if (living && at === memory.clock[key * CLOCK + DUE]) return;
      this.removeTop();
      if (!living) continue;
      memory.clock[key * CLOCK + SCHEDULED] = Number.POSITIVE_INFINITY;
      this.schedule(owner, key);
    }
  }

  private push(at: Millis, owner: number, key: number): void {
    if (at === Number.POSITIVE_INFINITY) return;
    if (this.size === this.at.length) this.grow();
    this.put(this.size, at, owner, key);
    this.size += 1;
    this.rise(this.size - 1);
  }

  private put(i: number, at: Millis, owner: number, key: number): void {
    this.at[i] = at;
    this.owner[i] = owner;
    this.key[i] = key;
  }

  private removeTop(): void {
    this.size -= 1;
    if (this.size === 0) return;
    this.copy(this.size, 0);
    this.sink();
  }

  private copy(from: number, to: number): void {
    this.put(to, this.at[from] as number, this.owner[from] as number, this.key[from] as number);
  }

  private swap(i: number, j: number): void {
    const at = this.at[i] as number;
    const owner = this.owner[i] as number;
    const key = this.key[i] as number;
    this.copy(j, i);
    this.put(j, at, owner, key);
  }

  private rise(from: number): void {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private sink(): void {
    let i = 0;
    for (;;) {
      let least = i;
      const left = 2 * i + 1;
      if (left < this.size && this.before(left, least)) least = left;
      if (left + 1 < this.size && this.before(left + 1, least)) least = left + 1;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private before(i: number, j: number): boolean {
    const a = this.at[i] as number;
    const b = this.at[j] as number;
    if (a !== b) return a < b;
    const one = this.owner[i] as number;
    const other = this.owner[j] as number;
    return one !== other ? one < other : (this.key[i] as number) < (this.key[j] as number);
  }

  private grow(): void {
    const at = new Float64Array(this.at.length * 2);
    const owner = new Int32Array(this.at.length * 2);
    const key = new Int32Array(this.at.length * 2);
    at.set(this.at);
    owner.set(this.owner);
    key.set(this.key);
    this.at = at;
    this.owner = owner;
    this.key = key;
  }
}
