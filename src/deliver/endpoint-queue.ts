import { CLOSING_PATIENCE, type Attempt, type Delivery, type Outcome } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import { retryWait } from './backoff.ts';
import { Circuit } from './circuit.ts';
import type { Clock } from './clock.ts';
import { isNext, isOver, Lanes, type Waiting } from './lanes.ts';

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

/** Everything that waits for one endpoint. Shares nothing with the other endpoints: that is the isolation. */
export class EndpointQueue {
  private readonly options: QueueOptions;
  private readonly circuit = new Circuit(WIDTH);
  private readonly lanes = new Lanes();
  private readonly ready: Waiting[] = [];
  private inFlight = 0;
  private cancelProbe: (() => void) | null = null;
  private stopped = false;

  constructor(options: QueueOptions) {
    this.options = options;
  }

  /** Puts it at the end of its lanes. Nothing is sent before `pump`. */
  add(delivery: Delivery): void {
    this.line(this.lanes.add(delivery));
  }

  /** Puts it before those of its lanes that are `later`; one that is under way is not called back. Nothing is sent before `pump`. */
  reopen(delivery: Delivery, later: ReadonlySet<string>): void {
    const waiting = this.lanes.add(delivery, later);
    for (const { lane } of waiting.within) {
      const [, second] = lane.queue;
      if (lane.queue[0] === waiting && second !== undefined) this.unline(second);
    }
    this.line(waiting);
  }

  /**
   * The order is over. What was tried in vain goes; what was not tried yet is tried once, in its turn, so that the last word
   * comes last. Nothing is sent before `pump`.
   */
  orderClosed(order: string): void {
    for (const lane of this.lanes.of(order)) {
      lane.closed = true;
      const [head] = lane.queue;
      if (head !== undefined && head.stage !== 'busy') this.shed(head);
    }
  }

  /** Starts whatever may start now. */
  pump(): void {
    while (!this.stopped && this.inFlight < this.circuit.limit) {
      const next = this.ready.shift();
      if (next === undefined) break;
      this.inFlight += 1;
      void this.try(next);
    }
    if (this.inFlight === 0) this.options.rested();
  }

  /** True when nothing is under way and nothing may start before time passes. */
  get resting(): boolean {
    return this.inFlight === 0 && (this.stopped || this.ready.length === 0 || this.circuit.limit === 0);
  }

  /** Deliveries that are not settled, the ones under way included. */
  get waiting(): number {
    return this.lanes.size;
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
    for (const waiting of this.lanes) waiting.wake?.();
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

  private async try(waiting: Waiting): Promise<void> {
    const { clock, random, send, settle } = this.options;
    const { delivery } = waiting;
    this.hold(waiting, true);
    const at = clock.now();
    const outcome = await send(delivery);
    const now = clock.now();
    const attempt: Attempt = { delivery: delivery.id, number: delivery.attempts + 1, at, took: Math.max(0, now - at), outcome };
    const nextAt = now + retryWait(attempt.number, outcome.kind === 'retry' ? outcome.wait : null, random());
    const after = await settle(delivery, attempt, nextAt);
    this.inFlight -= 1;
    this.hold(waiting, false);
    waiting.delivery = after;
    if (after.state !== 'waiting') this.lanes.remove(waiting);
    if (!this.stopped) {
      this.heed(waiting, outcome);
      this.lineHeads(waiting);
    }
    this.pump();
  }

  private hold(waiting: Waiting, busy: boolean): void {
    waiting.stage = busy ? 'busy' : 'blocked';
    for (const { lane } of waiting.within) lane.busy = busy;
  }

  /** What an outcome says of the endpoint. */
  private heed(waiting: Waiting, outcome: Outcome): void {
    const { random } = this.options;
    waiting.unanswered = outcome.kind === 'retry' && outcome.status === null;
    if (waiting.unanswered) this.probeAfter(this.circuit.failed(random()));
    else if (this.circuit.answered()) this.wakeUnanswered();
    if (outcome.kind !== 'retry') this.circuit.decided();
    else if (!waiting.unanswered) this.probeAfter(this.circuit.putOff());
  }

  private lineHeads({ within }: Waiting): void {
    for (const { lane } of within) if (lane.queue[0] !== undefined) this.line(lane.queue[0]);
  }

  /** Lets it be tried when it is due, if nothing comes before it. */
  private line(waiting: Waiting): void {
    if (waiting.stage !== 'blocked' || !isNext(waiting) || this.shed(waiting)) return;
    const { attempts, nextAt } = waiting.delivery;
    // A first attempt is due at once, by whatever clock the order was opened.
    const wait = attempts === 0 ? 0 : Math.min(LONGEST_WAIT, nextAt - this.options.clock.now());
    if (wait <= 0) {
      this.makeReady(waiting);
      return;
    }
    waiting.stage = 'resting';
    waiting.wake = this.options.clock.after(wait, () => {
      this.makeReady(waiting);
      this.pump();
    });
  }

  private makeReady(waiting: Waiting): void {
    waiting.wake = null;
    waiting.stage = 'ready';
    this.ready.push(waiting);
  }

  /** Something comes before it now, or it goes. */
  private unline(waiting: Waiting): void {
    if (waiting.stage === 'busy') return;
    waiting.wake?.();
    waiting.wake = null;
    if (waiting.stage === 'ready') this.ready.splice(this.ready.indexOf(waiting), 1);
    waiting.stage = 'blocked';
  }

  /** @returns whether it was given up; those behind it are as good as new. */
  private shed(waiting: Waiting): boolean {
    const { attempts, createdAt, nextAt } = waiting.delivery;
    if (attempts === 0 || !isOver(waiting)) return false;
    const last = waiting.within.some(({ lastWord }) => lastWord);
    const due = Math.max(nextAt, this.options.clock.now());
    if (last && due <= createdAt + CLOSING_PATIENCE) return false;
    this.unline(waiting);
    this.lanes.remove(waiting);
    this.options.giveUp(waiting.delivery, last ? 'unheard' : 'superseded');
    this.lineHeads(waiting);
    return true;
  }

  /** The endpoint is back: those that waited only for that need not wait longer. */
  private wakeUnanswered(): void {
    for (const waiting of this.lanes) {
      if (waiting.stage !== 'resting' || !waiting.unanswered) continue;
      waiting.wake?.();
      this.makeReady(waiting);
    }
  }
}
