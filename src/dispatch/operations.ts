import { reasonsOf } from '../model/called-for.ts';
import type { Assignment } from '../model/work-order.ts';
import { askAgain, OPERATIONS } from './assign.ts';
import { isDone } from './lifecycle.ts';
import type { OpenOrder } from './open-order.ts';
import { sharesOf, type OrderDesk, type Turn } from './order-desk.ts';
import { LEAD_DECLINED, owesAnswerAlone, UNVERIFIED, withReason } from './reasons.ts';

/** What operations is called for until it is over; for whatever else it gets a share of its own. */
const PASSING: readonly string[] = [LEAD_DECLINED, UNVERIFIED];

/** Operations gets an assignment when it has none, and goes again when it was done: who is called must be able to answer. @returns whether the city has one. */
export function callOperations(desk: OrderDesk, open: OpenOrder, code: string, turn: Turn): boolean {
  const [known] = sharesOf(open, OPERATIONS);
  if (known === undefined || known.state === 'withdrawn') {
    if (desk.partyOf(OPERATIONS) === undefined) return false;
    desk.ask(open, OPERATIONS, { role: 'support', note: code, calledFor: PASSING.includes(code) ? code : null }, turn);
    return true;
  }
  if (isDone(known.state)) {
    const again = desk.askAgain(open, known, { note: code }, turn);
    open.replace(again, withReason(again, code));
  } else open.replace(known, alsoFor(desk, open, { known, code }, turn));
  return true;
}

/** Tells operations that something is wrong with a party; of itself it cannot be told. */
export function warnOperations(
  desk: OrderDesk,
  open: OpenOrder,
  about: { readonly code: string; readonly party: string | null },
  turn: Turn,
): void {
  const { code, party } = about;
  if (party === OPERATIONS || !callOperations(desk, open, code, turn)) return;
  open.record(turn.at, { what: 'order.escalated', party: OPERATIONS, note: code });
  desk.tell(open, sharesOf(open, OPERATIONS), { type: 'order.escalated' }, turn);
}

/** Whoever was only to answer, and must stand in for the lead now, has the times of the lead from now on. */
function alsoFor(desk: OrderDesk, open: OpenOrder, call: { readonly known: Assignment; readonly code: string }, { at }: Turn): Assignment {
  const { known, code } = call;
  const share = withReason(known, code);
  if (code !== LEAD_DECLINED || !owesAnswerAlone(known) || reasonsOf(known).length === 0) return share;
  open.restClocks(share);
  return { ...askAgain(desk.city, share, open.due, at), state: known.state };
}
