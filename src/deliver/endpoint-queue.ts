import { CLOSING_PATIENCE, isLastWord, type Attempt, type Delivery, type Outcome } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import { retryWait } from './backoff.ts';
import { Circuit } from './circuit.ts';
import type { Clock } from './clock.ts';

/** Attempts under way at one endpoint at the same time, at most. */
const WIDTH = 4;
/** Longest wait that an earlier run may have left us with; anything beyond is a clock that jumped. */
const LONGEST_WAIT: Millis = 4_500_000;

/** What an endpoint's queue needs from around it. */
export interface QueueOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** One try; never rejects. */
  readonly send: (delivery: Delivery) => Promise<Outcome>;
  /**
   * Keeps what came of it.
   * @returns what the delivery is from now on; while that is waiting, the lane waits for it
   */
  readonly settle: (delivery: Delivery, attempt: Attempt, nextAt: Millis) => Promise<Delivery>;
  /** Keeps that it is not tried any more: its order is closed, or nobody took the news of the closing for so long. */
  readonly giveUp: (delivery: Delivery, state: 'superseded' | 'unheard') => void;
  /** Called whenever nothing is under way and nothing may start. */
  readonly rested: () => void;
}

/** What one party is told about one order at this endpoint, in order. The head is the one that is tried. */
interface Lane {
  readonly key: string;
  readonly order: string;
  readonly pending: Delivery[];
  /** The order is over: what was tried in vain is not tried again, only its last word is. */
  closed: boolean;
  /** The head is being tried. */
  busy: boolean;
  /** Cancels the wait for the next try; `null` while ready or under way. */
  wake: (() => void) | null;
  /** The wait is because there was no answer, so it ends when the endpoint answers anyone. */
  unanswered: boolean;
}

/** Everything that waits for one endpoint. Shares nothing with the other endpoints: that is the isolation. */
export class EndpointQueue {
  private readonly options: QueueOptions;
  private readonly circuit = new Circuit(WIDTH);
  private readonly lanes = new Map<string, Lane>();
  private readonly ready: Lane[] = [];
  private inFlight = 0;
  private cancelProbe: (() => void) | null = null;
  private stopped = false;

  constructor(options: QueueOptions) {
    this.options = options;
  }

  /** Puts it at the end of its lane. Nothing is sent before `pump`. */
  add(delivery: Delivery): void {
    const lane = this.laneOf(delivery);
    // News after the last word: the order was opened again.
    if (lane.closed && !isLastWord(delivery.type)) lane.closed = false;
    if (lane.pending.push(delivery) === 1) this.line(lane);
  }

  /** Puts it before those of its lane that are `later`; one that is under way is not called back. Nothing is sent before `pump`. */
  reopen(delivery: Delivery, later: ReadonlySet<string>): void {
    const lane = this.laneOf(delivery);
    const first = lane.busy ? 1 : 0;
    const found = lane.pending.findIndex(({ id }, index) => index >= first && later.has(id));
    const at = found === -1 ? lane.pending.length : found;
    lane.pending.splice(at, 0, delivery);
    if (at > 0 || this.ready.includes(lane)) return;
    lane.wake?.();
    lane.wake = null;
    this.line(lane);
  }

  /**
   * The order is over. What was tried in vain goes; what was not tried yet is tried once, in its turn, so that the last word
   * comes last. Nothing is sent before `pump`.
   */
  orderClosed(order: string): void {
    for (const lane of [...this.lanes.values()]) {
      if (lane.order !== order || lane.closed) continue;
      lane.closed = true;
      if (lane.busy) continue;
      lane.wake?.();
      lane.wake = null;
      const turn = this.ready.indexOf(lane);
      if (turn === -1) this.line(lane);
      else if (this.shed(lane)) {
        this.ready.splice(turn, 1);
        this.line(lane);
      }
    }
  }

  /** Starts whatever may start now. */
  pump(): void {
    while (!this.stopped && this.inFlight < this.circuit.limit) {
      const lane = this.ready.shift();
      if (lane === undefined) break;
      this.inFlight += 1;
      void this.tryHead(lane);
    }
    if (this.inFlight === 0) this.options.rested();
  }

  /** True when nothing is under way and nothing may start before time passes. */
  get resting(): boolean {
    return this.inFlight === 0 && (this.stopped || this.ready.length === 0 || this.circuit.limit === 0);
  }

  /** Deliveries that are not settled, the ones under way included. */
  get waiting(): number {
    let count = 0;
    for (const lane of this.lanes.values()) count += lane.pending.length;
    return count;
  }

  get underWay(): number {
    return this.inFlight;
  }

  get down(): boolean {
    return this.circuit.open;
  }

  stop(): void {
    this.stopped = true;
    this.cancelProbe?.();
    for (const lane of this.lanes.values()) lane.wake?.();
  }

  private laneOf({ order, party, street }: Delivery): Lane {
    const key = `${order}|${party}|${street ?? ''}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = { key, order, pending: [], closed: false, busy: false, wake: null, unanswered: false };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  /** Nothing starts before then, and then one attempt. */
  private probeAfter(wait: Millis | null): void {
    if (wait === null) return;
    this.cancelProbe?.();
    this.cancelProbe = this.options.clock.after(wait, () => {
      this.circuit.allowProbe();
      this.pump();
    });
  }

  private async tryHead(lane: Lane): Promise<void> {
    const { clock, random, send, settle } = this.options;
    const delivery = lane.pending[0] as Delivery;
    lane.busy = true;
    const at = clock.now();
    const outcome = await send(delivery);
    const now = clock.now();
    const attempt: Attempt = { delivery: delivery.id, number: delivery.attempts + 1, at, took: Math.max(0, now - at), outcome };
    const nextAt = now + retryWait(attempt.number, outcome.kind === 'retry' ? outcome.wait : null, random());
    const after = await settle(delivery, attempt, nextAt);
    this.inFlight -= 1;
    lane.busy = false;
    if (after.state === 'waiting') lane.pending[0] = after;
    else lane.pending.shift();
    if (!this.stopped) {
      lane.unanswered = outcome.kind === 'retry' && outcome.status === null;
      if (lane.unanswered) this.probeAfter(this.circuit.failed(random()));
      else if (this.circuit.answered()) this.wakeUnanswered();
      if (outcome.kind !== 'retry') this.circuit.decided();
      else if (!lane.unanswered) this.probeAfter(this.circuit.putOff());
      this.line(lane);
    }
    this.pump();
  }

  /** Lets the head of a lane be tried when it is due; a lane with nothing left goes away. */
  private line(lane: Lane): void {
    this.shed(lane);
    const head = lane.pending[0];
    if (head === undefined) {
      this.lanes.delete(lane.key);
      return;
    }
    // A first attempt is due at once, by whatever clock the order was opened.
    const wait = head.attempts === 0 ? 0 : Math.min(LONGEST_WAIT, head.nextAt - this.options.clock.now());
    if (wait <= 0) {
      this.ready.push(lane);
      return;
    }
    lane.wake = this.options.clock.after(wait, () => {
      lane.wake = null;
      this.ready.push(lane);
      this.pump();
    });
  }

  /** @returns whether a head was given up; the next one is as good as new. */
  private shed(lane: Lane): boolean {
    const before = lane.pending.length;
    for (let head = lane.pending[0]; head !== undefined && head.attempts > 0; head = lane.pending[0]) {
      const last = isLastWord(head.type);
      const due = Math.max(head.nextAt, this.options.clock.now());
      if (last ? due <= head.createdAt + CLOSING_PATIENCE : !lane.closed) break;
      lane.pending.shift();
      this.options.giveUp(head, last ? 'unheard' : 'superseded');
    }
    return lane.pending.length < before;
  }

  /** The endpoint is back: those that waited only for that need not wait longer. */
  private wakeUnanswered(): void {
    for (const lane of this.lanes.values()) {
      if (lane.wake === null || !lane.unanswered) continue;
      lane.wake();
      lane.wake = null;
      this.ready.push(lane);
    }
  }
}
