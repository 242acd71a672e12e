import type { Millis } from '../model/time.ts';
import type { KeyState } from './compiled-rule.ts';

interface Timer {
  /** Clock time at which it fires: the event time that is due plus the lateness that the rule allows. */
  readonly at: Millis;
  readonly due: Millis;
  readonly key: KeyState;
}

/**
 * Keys by when they must next be looked at. A reading usually moves a key's `due` further away; the entry then stays
 * where it is and is moved when its time comes, so that the queue holds about one entry a key.
 */
export class TimerQueue {
  private readonly heap: Timer[] = [];
  /** Clock time before which silence is not judged. */
  notBefore: Millis = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.heap.length;
  }

  /** Makes sure that the key is looked at by `key.due`. */
  schedule(key: KeyState): void {
    if (key.due >= key.scheduled) return;
    key.scheduled = key.due;
    const { rule, judgesSilence } = key.compiled;
    const at = key.due + rule.lateness;
    this.heap.push({ at: judgesSilence ? Math.max(at, this.notBefore) : at, due: key.due, key });
    this.rise(this.heap.length - 1);
  }

  /** When the next key is due by the clock; Infinity for never. */
  nextAt(): Millis {
    this.settle();
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the next key that is due by `now`; `null` when there is none. Its `due` says for when. */
  take(now: Millis): KeyState | null {
    this.settle();
    const top = this.heap[0];
    if (top === undefined || top.at > now) return null;
    this.removeTop();
    top.key.scheduled = Number.POSITIVE_INFINITY;
    return top.key;
  }

  clear(): void {
    this.heap.length = 0;
  }

  /** Brings the top to a living entry whose key is really due then. */
  private settle(): void {
    for (let top = this.heap[0]; top !== undefined; top = this.heap[0]) {
      const { key, due } = top;
      if (due === key.scheduled && due === key.due) return;
      this.removeTop();
      if (due !== key.scheduled) continue;
      key.scheduled = Number.POSITIVE_INFINITY;
      this.schedule(key);
    }
  }

  private removeTop(): void {
    const last = this.heap.pop() as Timer;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink(0);
  }

  private rise(from: number): void {
    const { heap } = this;
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i] as Timer, heap[parent] as Timer)) return;
      swap(heap, i, parent);
      i = parent;
    }
  }

  private sink(from: number): void {
    const { heap } = this;
    let i = from;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && before(heap[child] as Timer, heap[least] as Timer)) least = child;
      }
      if (least === i) return;
      swap(heap, i, least);
      i = least;
    }
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.key.ordinal < b.key.ordinal);
}

function swap(heap: Timer[], i: number, j: number): void {
  const kept = heap[i] as Timer;
  heap[i] = heap[j] as Timer;
  heap[j] = kept;
}
