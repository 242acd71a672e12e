import { verificationOf } from '../model/handling.ts';
import type { OpenOrder } from './open-order.ts';
import { mayClose } from './lifecycle.ts';
import { sharesOf, type OrderDesk, type Turn } from './order-desk.ts';
import { OPERATIONS } from './assign.ts';
import { isDone } from './lifecycle.ts';

/** From the last receipt to the end of an order, and back when it was not the end. */
export class Closing {
  private readonly desk: OrderDesk;
  private readonly over: (open: OpenOrder, turn: Turn) => void;

  /** `over` is told of an order that is closed or cancelled. */
  constructor(desk: OrderDesk, over: (open: OpenOrder, turn: Turn) => void) {
    this.desk = desk;
    this.over = over;
  }

  /** Somebody has answered, or the signs have changed: is it over? */
  consider(open: OpenOrder, turn: Turn): void {
    if (open.order.state === 'open' && mayClose(open.order.assignments)) {
      open.change({ state: 'resolved' });
      open.resolvedAt = turn.at;
    }
    if (open.order.state !== 'resolved') return;
    const how = verificationOf(this.desk.handling, open.order.sort);
    if (how === 'none') this.close(open, turn);
    else if (how === 'sign' && open.calm) {
      open.record(turn.at, { what: 'order.verified', note: 'sign' });
      this.close(open, turn);
    }
  }

  /** Nobody has verified it for too long. */
  remind(open: OpenOrder, turn: Turn): void {
    open.resolvedAt = null;
    open.askAttention('unverified');
    this.desk.warnOperations(open, { code: 'unverified', party: null }, turn);
    // Operations is asked to verify, not to go there: that is no share of its own.
    const [ops] = sharesOf(open, OPERATIONS);
    if (ops !== undefined && !isDone(ops.state)) open.replace(ops, { ...ops, state: 'withdrawn' });
  }

  verify(open: OpenOrder, by: { readonly by: string; readonly note: string | null }, turn: Turn): void {
    open.record(turn.at, { what: 'order.verified', ...by });
    this.close(open, turn);
  }

  /** It is not over: whoever has resolved their share goes again. */
  reopen(
    open: OpenOrder,
    why: { readonly what: 'order.reopened' | 'order.returned'; readonly by: string | null; readonly note: string | null },
    turn: Turn,
  ): void {
    open.change({ state: 'open', closedAt: null, reopened: (open.order.reopened ?? 0) + 1 });
    open.resolvedAt = null;
    open.ease('unverified');
    open.record(turn.at, why);
    const again = this.desk.askAllAgain(open, turn);
    this.desk.tell(open, again, { type: 'order.dispatched' }, turn);
  }

  cancel(open: OpenOrder, by: { readonly by: string; readonly note: string | null }, turn: Turn): void {
    const told = open.order.assignments.filter(({ state }) => state !== 'withdrawn');
    open.change({
      state: 'cancelled',
      closedAt: turn.at,
      assignments: open.order.assignments.map((one) => (isDone(one.state) ? one : { ...one, state: 'withdrawn' })),
    });
    open.record(turn.at, { what: 'order.cancelled', ...by });
    const names = new Set(told.map(({ party }) => party));
    this.desk.tell(
      open,
      open.order.assignments.filter(({ party }) => names.has(party)),
      { type: 'order.cancelled' },
      turn,
    );
    this.over(open, turn);
  }

  private close(open: OpenOrder, turn: Turn): void {
    open.change({ state: 'closed', closedAt: turn.at });
    open.resolvedAt = null;
    open.ease('unverified');
    open.record(turn.at, { what: 'order.closed' });
    this.desk.tell(
      open,
      open.order.assignments.filter(({ state }) => state !== 'withdrawn'),
      { type: 'order.closed' },
      turn,
    );
    this.over(open, turn);
  }
}
