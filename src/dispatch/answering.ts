import type { Receipt, ReceiptOutcome } from '../model/receipt.ts';
import type { Assignment } from '../model/work-order.ts';
import { answeredAt, answeredBy } from './answer.ts';
import { askAgain } from './assign.ts';
import type { Closing } from './closing.ts';
import type { Escalation } from './escalation.ts';
import type { OpenOrder } from './open-order.ts';
import type { OrderDesk, Turn } from './order-desk.ts';
import { spreadAnswer } from './spread-answer.ts';

export interface AnsweringParts {
  readonly desk: OrderDesk;
  readonly escalation: Escalation;
  readonly closing: Closing;
}

/** A receipt of an open order moves its share, and all that follows from it. */
export class Answering {
  private readonly parts: AnsweringParts;

  constructor(parts: AnsweringParts) {
    this.parts = parts;
  }

  receive(open: OpenOrder, receipt: Receipt, turn: Turn): ReceiptOutcome {
    const { desk, escalation, closing } = this.parts;
    const answer = answeredBy(open.order, receipt);
    if ('kind' in answer) return answer;
    open.receipts.add(receipt);
    const { party, state, by, note, door } = receipt;
    open.record(answeredAt(open.order, receipt, turn.at), { what: 'order.receipt', party, state, by, note, door });
    const moved: Assignment = { ...(answer.state === 'declined' ? this.anew(open, answer, turn) : answer), state };
    open.replace(answer, moved);
    escalation.answered(open, moved, turn);
    spreadAnswer(desk, open, { moved, receipt }, turn);
    closing.consider(open, turn);
    return { kind: 'moved', state, order: receipt.order };
  }

  /** Who changes their mind has the time that anybody has who is asked now. */
  private anew(open: OpenOrder, share: Assignment, { at }: Turn): Assignment {
    open.restClocks(share);
    return askAgain(this.parts.desk.city, share, open.due, at);
  }
}
