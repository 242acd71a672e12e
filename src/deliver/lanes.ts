import { isLastWord, toldBy, type Delivery } from '../model/delivery.ts';

/** What one party is told about one order at an endpoint, in order. */
export interface Lane {
  readonly key: string;
  readonly order: string;
  readonly queue: Waiting[];
  /** The order is over: what was tried in vain is not tried again, only its last word is. */
  closed: boolean;
  /** One of it is being tried. */
  busy: boolean;
}

/** A delivery that is not settled: in the lane of its order, or, as a digest, in those of all its orders. */
export interface Waiting {
  delivery: Delivery;
  readonly within: readonly { readonly lane: Lane; readonly lastWord: boolean }[];
  /** `blocked`: something of a lane comes before it. `resting`: until `wake`. */
  stage: 'blocked' | 'resting' | 'ready' | 'busy';
  /** Cancels the rest. */
  wake: (() => void) | null;
  /** It rests because there was no answer, so the rest ends when the endpoint answers anyone. */
  unanswered: boolean;
}

/**
 * The lanes of one endpoint. A digest stands in several: it waits until it is the first in all of them, and holds all of them
 * up. All lanes hold their deliveries in the order of the outbox, so no two wait for each other.
 */
export class Lanes {
  private readonly byKey = new Map<string, Lane>();
  private readonly all = new Set<Waiting>();

  get size(): number {
    return this.all.size;
  }

  [Symbol.iterator](): Iterator<Waiting> {
    return this.all.values();
  }

  /** At the end, or before those that are `later`. */
  add(delivery: Delivery, later: ReadonlySet<string> = NONE): Waiting {
    const within = toldBy(delivery).map(({ order, type }) => ({ lane: this.laneOf(order, delivery), lastWord: isLastWord(type) }));
    const waiting: Waiting = { delivery, within, stage: 'blocked', wake: null, unanswered: false };
    for (const { lane, lastWord } of within) {
      const found = later.size === 0 ? -1 : lane.queue.findIndex((one) => later.has(one.delivery.id));
      if (found === -1) {
        // News after the last word: the order was opened again.
        if (later.size === 0 && !lastWord) lane.closed = false;
        lane.queue.push(waiting);
      } else lane.queue.splice(found, 0, waiting);
    }
    this.all.add(waiting);
    return waiting;
  }

  remove(waiting: Waiting): void {
    this.all.delete(waiting);
    for (const { lane } of waiting.within) {
      lane.queue.splice(lane.queue.indexOf(waiting), 1);
      if (lane.queue.length === 0) this.byKey.delete(lane.key);
    }
  }

  of(order: string): Lane[] {
    return [...this.byKey.values()].filter((lane) => lane.order === order);
  }

  private laneOf(order: string, { party, street }: Delivery): Lane {
    const key = `${order}|${party}|${street ?? ''}`;
    let lane = this.byKey.get(key);
    if (lane === undefined) {
      lane = { key, order, queue: [], closed: false, busy: false };
      this.byKey.set(key, lane);
    }
    return lane;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Nothing of any of its lanes comes before it, or is being tried. */
export function isNext(waiting: Waiting): boolean {
  return waiting.within.every(({ lane }) => !lane.busy && lane.queue[0] === waiting);
}

/** Its order is over, or it says so; of a digest, all of them. */
export function isOver({ within }: Waiting): boolean {
  return within.every(({ lane, lastWord }) => lane.closed || lastWord);
}
