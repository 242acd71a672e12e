import type { Millis } from '../model/time.ts';

/** How far back in event time a repeated (at, seq) is recognised, and how many a sensor may have in that time. */
export const SEEN_WINDOW: Millis = 600_000;
export const SEEN_LIMIT = 256;

const FIRST_CAPACITY = 8;

/**
 * The (at, seq) pairs that one sensor has lately used. A ring that grows with the sensor's pace, so that a quiet sensor costs
 * little. What repeats later than the window is taken again: by then it is older than any rule's lateness and counts as late,
 * whereas refusing it would lose a reading that a gateway had kept through an outage.
 */
export class Seen {
  #pairs: Float64Array = new Float64Array(FIRST_CAPACITY * 2);
  #head = 0;
  #size = 0;
  #highAt = Number.NEGATIVE_INFINITY;
  #highSeq = -1;

  /** True when the pair was seen before; else remembers it. */
  isRepeat(at: Millis, seq: number): boolean {
    const isAhead = at > this.#highAt || (at === this.#highAt && seq > this.#highSeq);
    if (!isAhead && this.#holds(at, seq)) return true;
    if (isAhead) {
      this.#highAt = at;
      this.#highSeq = seq;
    }
    this.#add(at, seq);
    return false;
  }

  /** Highest at and its seq, then the pairs, oldest first: at, seq, at, seq, … */
  toArray(): number[] {
    return [this.#highAt, this.#highSeq, ...this.#list()];
  }

  static from(list: readonly number[]): Seen {
    const seen = new Seen();
    const pairs = list.slice(2);
    while (seen.#pairs.length < pairs.length) seen.#pairs = new Float64Array(seen.#pairs.length * 2);
    seen.#pairs.set(pairs);
    seen.#size = pairs.length / 2;
    seen.#highAt = list[0] as number;
    seen.#highSeq = list[1] as number;
    return seen;
  }

  #list(): number[] {
    const list: number[] = [];
    for (let i = 0; i < this.#size; i += 1) {
      const slot = this.#slot(i);
      list.push(this.#pairs[slot] as number, this.#pairs[slot + 1] as number);
    }
    return list;
  }

  #holds(at: Millis, seq: number): boolean {
    for (let i = 0; i < this.#size; i += 1) {
      const slot = this.#slot(i);
      if (this.#pairs[slot] === at && this.#pairs[slot + 1] === seq) return true;
    }
    return false;
  }

  #add(at: Millis, seq: number): void {
    while (this.#size > 0 && (this.#pairs[this.#slot(0)] as number) < this.#highAt - SEEN_WINDOW) this.#dropOldest();
    if (this.#size * 2 === this.#pairs.length) {
      if (this.#size < SEEN_LIMIT) this.#grow();
      else this.#dropOldest();
    }
    const slot = this.#slot(this.#size);
    this.#pairs[slot] = at;
    this.#pairs[slot + 1] = seq;
    this.#size += 1;
  }

  #dropOldest(): void {
    this.#head = (this.#head + 2) % this.#pairs.length;
    this.#size -= 1;
  }

  #grow(): void {
    const wider = new Float64Array(this.#pairs.length * 2);
    wider.set(this.#list());
    this.#pairs = wider;
    this.#head = 0;
  }

  #slot(index: number): number {
    return (this.#head + index * 2) % this.#pairs.length;
  }
}
