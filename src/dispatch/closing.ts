import { verificationOf } from '../model/handling.ts';
import type { OpenOrder } from './open-order.ts';
import { isDone, mayClose, standsInFor } from './lifecycle.ts';
import { warnOperations } from './operations.ts';
import type { OrderDesk, Turn } from './order-desk.ts';
import { UNVERIFIED } from './reasons.ts';
import { Recalls } from './recalls.ts';

/** From the last receipt to the end of an order, and back when it was not the end. */
export class Closing {
  readonly recalls: Recalls;
  private readonly desk: OrderDesk;
  private readonly over: (open: OpenOrder, turn: Turn) => void;

  /** `over` is told of an order that is closed or cancelled. */
  constructor(desk: OrderDesk, over: (open: OpenOrder, turn: Turn) => void) {
    this.desk = desk;
    this.recalls = new Recalls(desk);
    this.over = over;
  }

  /** Somebody has answered, or the signs have changed: is it over? */
  consider(open: OpenOrder, turn: Turn): void {
    if (open.order.state === 'open' && mayClose(open.order.assignments, standsInFor(open.order))) {
      open.change({ state: 'resolved' });
      open.resolvedAt = turn.at;
      open.recall = null;
    }
    this.recalls.consider(open, turn);
    if (open.order.state !== 'resolved') return;
    const how = verificationOf(this.desk.handling, open.order.sort);
    if (how === 'none') this.close(open, turn);
    else if (how === 'sign' && open.calm) {
      open.record(turn.at, { what: 'order.verified', note: 'sign' });
      this.close(open, turn);
    }
  }

  /** Nobody has verified it for too long: operations is asked to, until somebody does. */
  remind(open: OpenOrder, turn: Turn): void {
    open.resolvedAt = null;
    open.askAttention(UNVERIFIED);
    warnOperations(this.desk, open, { code: UNVERIFIED, party: null }, turn);
    this.recalls.begin(open, turn);
  }

  verify(open: OpenOrder, by: { readonly by: string; readonly note: string | null }, turn: Turn): void {
    open.record(turn.at, { what: 'order.verified', ...by });
    this.close(open, turn);
  }

  /** It is not over: whoever has resolved or declined their share goes again. */
  reopen(
    open: OpenOrder,
    why: { readonly what: 'order.reopened' | 'order.returned'; readonly by: string | null; readonly note: string | null },
    turn: Turn,
  ): void {
    open.change({ state: 'open', closedAt: null, reopened: (open.order.reopened ?? 0) + 1 });
    open.resolvedAt = null;
    open.recall = null;
    open.ease(UNVERIFIED);
    open.record(turn.at, why);
    this.desk.release(open, UNVERIFIED, turn);
    const again = this.desk.askAllAgain(open, ['resolved', 'declined'], turn);
    this.desk.tell(open, again, { type: 'order.dispatched' }, turn);
  }

  cancel(open: OpenOrder, by: { readonly by: string; readonly note: string | null }, turn: Turn): void {
    const told = open.order.assignments.filter(({ state }) => state !== 'withdrawn');
    open.recall = null;
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
    open.recall = null;
    open.ease(UNVERIFIED);
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
