import type { Millis } from '../model/time.ts';
import type { Closing } from './closing.ts';
import { DueOrders } from './due-orders.ts';
import type { Escalation } from './escalation.ts';
import type { OpenOrder } from './open-order.ts';
import type { OrderDesk, Turn } from './order-desk.ts';

export interface ClockParts {
  readonly desk: OrderDesk;
  readonly escalation: Escalation;
  readonly closing: Closing;
}

/** What of an order comes due: the times of its assignments, and that somebody verifies it. */
export class OrderClocks {
  private readonly desk: OrderDesk;
  private readonly escalation: Escalation;
  private readonly closing: Closing;
  private readonly held: boolean;
  /** No time runs out before: the doors were shut, and an answer may be on its way. */
  settled: Millis = Number.NEGATIVE_INFINITY;
  private readonly due = new DueOrders();

  /** `held` false: nobody is held to a time. */
  constructor({ desk, escalation, closing }: ClockParts, held: boolean) {
    this.desk = desk;
    this.escalation = escalation;
    this.closing = closing;
    this.held = held;
  }

  set(open: OpenOrder): void {
    if (!this.held) return;
    const { resolvedAt, recall } = open;
    const verifyBy = resolvedAt === null ? Number.POSITIVE_INFINITY : resolvedAt + this.desk.handling.verifyWithin;
    const callAt = recall?.at ?? Number.POSITIVE_INFINITY;
    const next = Math.min(this.escalation.next(open)?.due.at ?? Number.POSITIVE_INFINITY, verifyBy, callAt);
    this.due.set(open.order.id, Math.max(next, this.settled));
  }

  stop(order: string): void {
    this.due.set(order, Number.POSITIVE_INFINITY);
  }

  clear(): void {
    this.due.clear();
  }

  /** When the next one comes due; Infinity for never. */
  next(): Millis {
    return this.due.next();
  }

  /** The order that is due by then; `null` for none. */
  take(now: Millis): string | null {
    return this.due.take(now);
  }

  run(open: OpenOrder, turn: Turn): void {
    for (let next = this.escalation.next(open); next !== null && next.due.at <= turn.at; next = this.escalation.next(open)) {
      this.escalation.run(open, next, turn);
    }
    if (open.resolvedAt !== null && open.resolvedAt + this.desk.handling.verifyWithin <= turn.at) this.closing.remind(open, turn);
    if (open.recall !== null && open.recall.at <= turn.at) this.closing.recalls.call(open, turn);
  }
}
