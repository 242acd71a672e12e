import type { Receipt } from '../model/receipt.ts';
import type { Assignment } from '../model/work-order.ts';
import { OPERATIONS } from './assign.ts';
import type { OpenOrder } from './open-order.ts';
import { callOperations } from './operations.ts';
import type { OrderDesk, Turn } from './order-desk.ts';
import { LEAD_DECLINED } from './reasons.ts';

/** A party's receipt, and its share as it is after it. */
export interface Answer {
  readonly moved: Assignment;
  readonly receipt: Receipt;
}

/** Tells the others what a party has answered: the supports when the lead moved, the lead when a support did. */
export function spreadAnswer(desk: OrderDesk, open: OpenOrder, { moved, receipt }: Answer, turn: Turn): void {
  if (moved.role === 'lead' && receipt.state === 'declined') {
    const code = LEAD_DECLINED;
    open.askAttention(code);
    open.record(turn.at, { what: 'order.escalated', note: code });
    if (moved.party !== OPERATIONS) callOperations(desk, open, code, turn);
  }
  const asked = open.order.assignments.filter(({ state }) => state !== 'withdrawn');
  const to = asked.filter((one) =>
    moved.role === 'lead' ? one.party !== moved.party || one.street !== moved.street : one.role === 'lead',
  );
  const declined = moved.role === 'lead' ? 'order.escalated' : 'order.updated';
  const type = receipt.state === 'declined' ? declined : (`order.${receipt.state}` as const);
  desk.tell(open, to, { type, receipt }, turn);
}
