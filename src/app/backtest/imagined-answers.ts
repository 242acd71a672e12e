import { verificationOf, type Handling } from '../../model/handling.ts';
import type { LogEvent } from '../../model/log-entry.ts';
import type { Millis } from '../../model/time.ts';
import type { Assignment, WorkOrder } from '../../model/work-order.ts';

/** What was done in the past with orders that never were cannot be known: it is imagined, and said so. */
export interface Answering {
  /** Every party is on site at once, and done after so long; `null`: nobody answers. */
  readonly handledAfter: Millis | null;
}

interface Due {
  readonly at: Millis;
  readonly order: string;
}

/** So many that are done with are let go at once. */
const MANY = 1_000;

/** A party that has not done its share yet. */
const WAITING: ReadonlySet<Assignment['state']> = new Set(['dispatched', 'accepted', 'on-site']);

/**
 * Answers orders as parties that always come and take equally long.
 *
 * W1 The same orders get the same answers at the same times.
 */
export class ImaginedAnswers {
  private readonly answering: Answering;
  private readonly handling: Handling;
  /** In the order of time, for all take equally long. */
  private readonly due: Due[] = [];
  private done = 0;
  private number = 0;

  constructor(answering: Answering, handling: Handling) {
    this.answering = answering;
    this.handling = handling;
  }

  /** When somebody next has done their share. */
  nextAt(): Millis {
    return this.due[this.done]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** @returns what is answered at once */
  heard(order: WorkOrder, now: Millis): LogEvent[] {
    const { handledAfter } = this.answering;
    if (handledAfter === null) return [];
    if (order.state === 'resolved' && verificationOf(this.handling, order.sort) === 'person') return [this.verify(order)];
    const asked = order.state === 'open' ? order.assignments.filter(({ state }) => state === 'dispatched') : [];
    if (asked.length > 0) this.due.push({ at: now + handledAfter, order: order.id });
    return asked.map((assignment) => this.receipt(order, assignment, 'on-site'));
  }

  /** @returns what is answered of orders whose time has come by `now` */
  come(now: Millis, orderOf: (id: string) => WorkOrder | undefined): LogEvent[] {
    const events: LogEvent[] = [];
    for (; this.nextAt() <= now; this.done += 1) {
      const order = orderOf((this.due[this.done] as Due).order);
      if (order?.state !== 'open') continue;
      for (const assignment of order.assignments)
        if (WAITING.has(assignment.state)) events.push(this.receipt(order, assignment, 'resolved'));
    }
    if (this.done > MANY) {
      this.due.splice(0, this.done);
      this.done = 0;
    }
    return events;
  }

  private receipt(order: WorkOrder, { party, street }: Assignment, state: 'on-site' | 'resolved'): LogEvent {
    this.number += 1;
    const said = { id: `imagined-${this.number}`, order: order.id, party, street, state } as const;
    return { kind: 'receipt', receipt: { kind: 'receipt', ...said, by: null, note: null, at: null, door: 'engine' } };
  }

  private verify(order: WorkOrder): LogEvent {
    this.number += 1;
    const said = { id: `imagined-${this.number}`, order: order.id, deed: { do: 'verify' }, by: 'backtest' } as const;
    return { kind: 'command', command: { kind: 'order-command', ...said, reason: null, at: null, door: 'engine' } };
  }
}
