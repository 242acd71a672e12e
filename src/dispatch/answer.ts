import { reasonsOf } from '../model/called-for.ts';
import type { Receipt, ReceiptOutcome } from '../model/receipt.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, WorkOrder } from '../model/work-order.ts';
import { STEPS } from './lifecycle.ts';

export type Refused = Extract<ReceiptOutcome, { readonly kind: 'refused' }>;

/** A party's clock may be this much ahead of ours. */
const TOLERANCE: Millis = 5 * 60_000;

/** The assignment that a receipt speaks of, or why it may not make its step. */
export function answeredBy(order: WorkOrder, receipt: Receipt): Assignment | Refused {
  const { party, street, state } = receipt;
  const ofParty = order.assignments.filter((one) => one.party === party);
  const matching = street === null ? ofParty : ofParty.filter((one) => one.street === null || one.street === street);
  const [assignment] = matching;
  if (assignment === undefined) {
    const parties = order.assignments.map((one) => (one.street === null ? one.party : `${one.party} (${one.street})`)).join(', ');
    const who = street === null ? `Party "${party}"` : `Party "${party}" of street ${street}`;
    return refuse('party-unknown', `${who} has no assignment in order ${order.id}; its parties are: ${parties}.`);
  }
  if (matching.length > 1)
    return refuse('party-unknown', `Party "${party}" has ${matching.length} assignments in order ${order.id}; say which with "street".`);
  // What others have finished in its place is not begun again by a change of mind.
  const late = order.state === 'resolved' && assignment.state === 'declined' && reasonsOf(assignment).length === 0;
  const allowed = late ? [] : STEPS[assignment.state];
  if (allowed.includes(state)) return assignment;
  const after = allowed.length === 0 ? 'nothing may follow' : `only ${allowed.join(', ')} may follow`;
  return {
    kind: 'refused',
    code: 'step-not-allowed',
    allowed,
    detail: `Party "${party}" stands at "${assignment.state}": ${after}, not "${state}".`,
  };
}

export function idReused({ id, party, state }: Receipt): Refused {
  return refuse(
    'receipt-id-reused',
    `Party "${party}" has already used the id "${id}" for another state than "${state}"; give each receipt an id of its own.`,
  );
}

export function orderUnknown(receipt: Receipt): Refused {
  return refuse('order-unknown', `There is no open order ${receipt.order}.`);
}

export function orderClosed(receipt: Receipt): Refused {
  return refuse('step-not-allowed', `Order ${receipt.order} is closed: nothing may follow.`);
}

/** When the party says that it happened, unless that cannot be: far in the future, or before there was an order. */
export function answeredAt(order: WorkOrder, receipt: Receipt, now: Millis): Millis {
  if (receipt.at === null || receipt.at > now + TOLERANCE) return now;
  return Math.max(receipt.at, order.openedAt);
}

function refuse(code: Refused['code'], detail: string): Refused {
  return { kind: 'refused', code, allowed: [], detail };
}
