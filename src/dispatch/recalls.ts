import { DEFAULT_RECALL, type Recall } from '../model/handling.ts';
import { OPERATIONS } from './assign.ts';
import { isDone } from './lifecycle.ts';
import type { OpenOrder } from './open-order.ts';
import { callOperations, warnOperations } from './operations.ts';
import { sharesOf, type OrderDesk, type Turn } from './order-desk.ts';
import { LEAD_DECLINED, NOBODY, UNVERIFIED } from './reasons.ts';

/** Operations is called again and again, so often as the city says, while nobody takes an order on or verifies it. */
export class Recalls {
  private readonly desk: OrderDesk;

  constructor(desk: OrderDesk) {
    this.desk = desk;
  }

  /** Somebody has answered, or was asked: does anybody act? */
  consider(open: OpenOrder, turn: Turn): void {
    const asked = open.order.assignments.filter(({ state }) => state !== 'withdrawn');
    if (open.order.state !== 'open') open.ease(NOBODY);
    else if (asked.every(({ state }) => isDone(state))) {
      if (!open.askAttention(NOBODY)) return;
      open.record(turn.at, { what: 'order.escalated', note: NOBODY });
      this.begin(open, turn);
    } else if (open.order.attention.includes(NOBODY) && asked.some(({ state }) => state === 'accepted' || state === 'on-site')) {
      open.ease(NOBODY);
      open.recall = null;
    }
  }

  begin(open: OpenOrder, turn: Turn): void {
    open.recall = { at: turn.at + this.handling.every, count: 0 };
  }

  /** It is time. */
  call(open: OpenOrder, turn: Turn): void {
    const count = (open.recall?.count ?? 0) + 1;
    open.recall = count < this.handling.times ? { at: turn.at + this.handling.every, count } : null;
    open.record(turn.at, { what: 'order.called-again', note: open.order.state === 'resolved' ? UNVERIFIED : NOBODY });
    if (open.order.state === 'resolved') warnOperations(this.desk, open, { code: UNVERIFIED, party: null }, turn);
    else this.callSomebody(open, turn);
  }

  private callSomebody(open: OpenOrder, turn: Turn): void {
    const before = sharesOf(open, OPERATIONS)[0];
    const party = callOperations(this.desk, open, LEAD_DECLINED, turn) ? OPERATIONS : null;
    const lead = open.order.assignments.find(({ role, state }) => role === 'lead' && state === 'declined');
    // A city without operations has nobody but the lead itself.
    const { recall } = open;
    const called =
      party === null ? (lead === undefined ? [] : [this.desk.askAgain(open, lead, { note: NOBODY }, turn)]) : sharesOf(open, party);
    open.askAttention(NOBODY);
    open.recall = recall;
    const waited = before !== undefined && before.state === 'dispatched';
    this.desk.tell(open, called, { type: waited ? 'order.escalated' : 'order.dispatched' }, turn);
  }

  private get handling(): Recall {
    return this.desk.handling.recall ?? DEFAULT_RECALL;
  }
}
