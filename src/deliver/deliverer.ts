/**
 * Brings what is in the outbox to its receivers. It knows nothing of rules or orders; it is told of each delivery after the
 * commit that made it, and it keeps what came of each attempt.
 *
 * I1  A delivery that is settled (accepted, parked, unheard, superseded) is never sent again, nor is one that was withheld ever
 *     sent; only a parked one is, when a person has it replayed.
 * I2  Every attempt of a delivery carries the same id (`webhook-id` is the message's id), over restarts too.
 * I3  A lane (order, party, street, endpoint) is strictly first in, first out: the next message is not sent before the
 *     earlier one was settled. A digest is in the lanes of all its orders.
 * I4  Endpoints share nothing: one that is slow, dead or refusing does not delay another. Each has at most four attempts
 *     under way, and one at a time while it gives no answer at all, or says "not now" to everything.
 * I5  A delivery is tried without end until it is accepted or refused or its order is over; the last word on an order is
 *     tried for 72 hours. What is not settled at a stop is sent after it.
 * I6  A refused delivery is parked only after the caller has taken the news (`onParked`), once; then its lane goes on.
 * I7  Where nobody listens and nothing else reaches the party, the caller takes the news (`onUnreachable`) at the first attempt.
 * I8  A replayed delivery keeps its id, and goes before whatever of its lane is later and not under way at that moment.
 * I9  Where the caller waits for an acceptance (`onAccepted`), it is kept only after the caller has taken the news: after a
 *     crash in between it is sent again, and the news is told again.
 *
 * At least once, not exactly once: an acceptance whose record did not reach the disk before a crash is sent again under the
 * same id, and the receiver that keeps ids acts once.
 */
import type { Attempt, Delivery, DeliveryState, Endpoint, Outcome } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Clock } from './clock.ts';
import { HealthBook, type EndpointHealth } from './endpoint-health.ts';
import { EndpointQueue } from './endpoint-queue.ts';
import { NO_SUBSCRIBER, outcomeOfFailure } from './outcome.ts';
import type { Transport } from './transport.ts';

interface Progress {
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAt: Millis;
}

/** What of the journal the deliverer needs. Records of one delivery are kept in the order of the calls. */
export interface DeliveryJournal {
  recordAttempt(attempt: Attempt, after: Progress): void;
  /** What became of it without an attempt. */
  recordState(delivery: string, after: Progress & { readonly reason: string }): void;
}

export interface DelivererOptions {
  readonly journal: DeliveryJournal;
  readonly transports: { readonly [K in Endpoint['kind']]: Transport };
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Puts the news where it will not be lost; the delivery is parked when this is done, and tried again when it fails. */
  readonly onParked: (delivery: Delivery, reason: string) => void | Promise<void>;
  /** `null`: it was taken, and nobody waits for that. */
  readonly onAccepted?: (delivery: Delivery) => Promise<unknown> | null;
  /** Nobody listens where alone the party can be told. It is asked again at the next attempt when this fails. */
  readonly onUnreachable: (delivery: Delivery) => void | Promise<void>;
  readonly onSettled?: (delivery: Delivery, attempt: Attempt) => void;
  readonly emit: Emit;
}

export interface EndpointStatus extends EndpointHealth {
  readonly endpoint: string;
  readonly waiting: number;
  readonly underWay: number;
  /** It gave no answer to the last attempts and is probed. */
  readonly down: boolean;
}

export interface Reopened {
  readonly delivery: Delivery;
  readonly later: ReadonlySet<string>;
}

export interface Deliverer {
  /** New deliveries, after their commit, in the order of the outbox. The first attempts start at once. */
  offer(deliveries: readonly Delivery[]): void;
  /** What the journal holds as waiting when the process starts, in the order of the outbox, and which of its orders are over. */
  resume(waiting: readonly Delivery[], closed?: Iterable<string>): void;
  /** Parked deliveries that wait again, after that is on disk, in the order of the outbox; each with the ids that come after it. */
  replay(reopened: readonly Reopened[]): void;
  /** After the commit that closed it, and after its last messages were offered. */
  orderClosed(order: string): void;
  /**
   * Resolves when nothing is under way and nothing is due, or at the deadline.
   * @returns how many deliveries still wait
   */
  drain(deadline: Millis): Promise<number>;
  /** Starts nothing more, breaks off what is under way, and resolves when the last record was made. */
  close(): Promise<void>;
  status(): readonly EndpointStatus[];
}

/** Ids of settled deliveries that are remembered against a second offer; beyond them the journal's state speaks. */
const REMEMBERED = 10_000;

export function createDeliverer(options: DelivererOptions): Deliverer {
  return new QueueingDeliverer(options);
}

class QueueingDeliverer implements Deliverer {
  private readonly options: DelivererOptions;
  private readonly queues = new Map<string, EndpointQueue>();
  /** In a queue, or settled not long ago. */
  private readonly known = new Set<string>();
  private readonly settled: string[] = [];
  /** Waiting deliveries that somebody was told nobody takes. */
  private readonly told = new Set<string>();
  private readonly resting = new Set<() => void>();
  private readonly health = new HealthBook();
  private closed = false;

  constructor(options: DelivererOptions) {
    this.options = options;
  }

  offer(deliveries: readonly Delivery[]): void {
    if (this.closed) return;
    for (const queue of this.enqueue(deliveries)) queue.pump();
  }

  resume(waiting: readonly Delivery[], closed: Iterable<string> = []): void {
    if (this.closed) return;
    this.enqueue(waiting);
    for (const order of closed) this.orderClosed(order);
    for (const queue of this.queues.values()) queue.pump();
  }

  replay(reopened: readonly Reopened[]): void {
    if (this.closed) return;
    for (const { delivery, later } of reopened) {
      this.known.add(delivery.id);
      const queue = this.queueOf(delivery.endpoint);
      queue.reopen(delivery, later);
      queue.pump();
    }
  }

  orderClosed(order: string): void {
    if (this.closed) return;
    for (const queue of this.queues.values()) {
      queue.orderClosed(order);
      queue.pump();
    }
  }

  async drain(deadline: Millis): Promise<number> {
    const { clock } = this.options;
    let over = clock.now() >= deadline;
    let cancel = (): void => undefined;
    while (!over && !this.isResting()) {
      await new Promise<void>((resolve) => {
        this.resting.add(resolve);
        if (deadline === Number.POSITIVE_INFINITY) return;
        cancel = clock.after(deadline - clock.now(), () => {
          over = true;
          resolve();
        });
      });
      cancel();
    }
    return this.status().reduce((sum, { waiting }) => sum + waiting, 0);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const queue of this.queues.values()) queue.stop();
    await Promise.all(Object.values(this.options.transports).map((transport: Transport) => transport.close()));
    await this.drain(Number.POSITIVE_INFINITY);
  }

  status(): readonly EndpointStatus[] {
    return [...this.queues].map(([endpoint, queue]) => {
      const { waiting, underWay, down } = queue;
      return { endpoint, waiting, underWay, down, ...this.health.of(endpoint, down) };
    });
  }

  private enqueue(deliveries: readonly Delivery[]): Set<EndpointQueue> {
    const touched = new Set<EndpointQueue>();
    for (const delivery of deliveries) {
      if (!this.admit(delivery)) continue;
      const queue = this.queueOf(delivery.endpoint);
      queue.add(delivery);
      touched.add(queue);
    }
    return touched;
  }

  private isResting(): boolean {
    for (const queue of this.queues.values()) if (!queue.resting) return false;
    return true;
  }

  private admit(delivery: Delivery): boolean {
    const { id, order, party, endpoint } = delivery;
    const { state } = delivery;
    if ((state !== 'waiting' && state !== 'withheld') || this.known.has(id)) return false;
    if (state === 'withheld' || (delivery.drill && endpoint.kind === 'webhook' && !endpoint.drills)) {
      this.options.emit({ name: 'deliver.delivery-withheld', delivery: id, order, party, reason: 'drill' });
      return false;
    }
    this.known.add(id);
    return true;
  }

  private queueOf(endpoint: Endpoint): EndpointQueue {
    let queue = this.queues.get(endpoint.id);
    if (queue === undefined) {
      const { clock, random } = this.options;
      queue = new EndpointQueue({
        clock,
        random,
        send: (delivery) => this.send(delivery),
        settle: (delivery, attempt, nextAt) => this.settle(delivery, attempt, nextAt),
        giveUp: (delivery, state) => this.giveUp(delivery, state),
        rested: () => this.rested(),
      });
      this.queues.set(endpoint.id, queue);
    }
    return queue;
  }

  private rested(): void {
    for (const resolve of this.resting) resolve();
    this.resting.clear();
  }

  private async send(delivery: Delivery): Promise<Outcome> {
    try {
      return await this.options.transports[delivery.endpoint.kind].send(delivery);
    } catch (error) {
      this.fail(error);
      return outcomeOfFailure('internal');
    }
  }

  private async settle(delivery: Delivery, attempt: Attempt, nextAt: Millis): Promise<Delivery> {
    const { outcome, number } = attempt;
    // Broken off by our own stop: it says nothing about the receiver, and the next start sends it again.
    if (this.closed && outcome.kind === 'retry' && outcome.status === null) return delivery;
    const state = await this.stateAfter(delivery, outcome);
    const after: Delivery = { ...delivery, state, attempts: number, nextAt };
    this.tell(after, attempt);
    return after;
  }

  private async stateAfter(delivery: Delivery, outcome: Outcome): Promise<DeliveryState> {
    if (outcome.kind === 'accepted') {
      if (this.options.onAccepted !== undefined) await this.thank(delivery);
      return 'accepted';
    }
    if (outcome.kind === 'unheard') return 'unheard';
    if (outcome.kind === 'retry') {
      if (outcome.reason === NO_SUBSCRIBER && !delivery.drill) await this.warn(delivery);
      return 'waiting';
    }
    try {
      await this.options.onParked(delivery, outcome.reason);
      return 'parked';
    } catch (error) {
      this.fail(error);
      return 'waiting';
    }
  }

  private async thank(delivery: Delivery): Promise<void> {
    try {
      await this.options.onAccepted?.(delivery);
    } catch (error) {
      // It was taken, whatever becomes of the news: it must not be sent again.
      this.fail(error);
    }
  }

  private async warn(delivery: Delivery): Promise<void> {
    const { id, order, party, street } = delivery;
    if (this.told.has(id)) return;
    try {
      await this.options.onUnreachable(delivery);
      this.told.add(id);
      this.options.emit({ name: 'deliver.party-unreachable', delivery: id, order, party, street });
    } catch (error) {
      this.fail(error);
    }
  }

  private giveUp(delivery: Delivery, state: 'superseded' | 'unheard'): void {
    const { id, order, party, attempts, nextAt } = delivery;
    const reason = 'order-closed';
    try {
      this.options.journal.recordState(id, { state, attempts, nextAt, reason });
      this.options.emit({ name: `deliver.delivery-${state}`, delivery: id, order, party, reason });
    } catch (error) {
      this.fail(error);
    }
    this.forget(id);
  }

  /** Journal, telemetry and listener; a fault in one of them must not stop the lane. */
  private tell(after: Delivery, attempt: Attempt): void {
    const { journal, onSettled, emit } = this.options;
    const { id, order, party, endpoint, state, attempts, nextAt } = after;
    const { outcome } = attempt;
    const reason = outcome.kind === 'accepted' ? null : outcome.reason;
    this.health.note(endpoint.id, attempt);
    try {
      journal.recordAttempt(attempt, { state, attempts, nextAt });
      emit({
        name: 'deliver.attempt-finished',
        delivery: id,
        party,
        endpoint: endpoint.id,
        number: attempts,
        result: outcome.kind,
        reason,
        status: outcome.status,
        milliseconds: attempt.took,
      });
      if (state === 'parked' || state === 'unheard') {
        emit({ name: `deliver.delivery-${state}`, delivery: id, order, party, reason: reason ?? '' });
      }
      if (state === 'waiting') return;
      this.forget(id);
      onSettled?.(after, attempt);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Remembers the last settled ones only, so that memory stays bounded. */
  private forget(id: string): void {
    this.told.delete(id);
    this.settled.push(id);
    if (this.settled.length > REMEMBERED) this.known.delete(this.settled.shift() as string);
  }

  private fail(error: unknown): void {
    this.options.emit({ name: 'deliver.loop-failed', error: error instanceof Error ? error.message : String(error) });
  }
}
