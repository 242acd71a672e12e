import type { JournalViews } from '../journal/views.ts';
import { toldBy, type Attempt, type Delivery } from '../model/delivery.ts';
import type { OrderStep } from '../model/order-stats.ts';
import { stepsMade, stepTimes, timeToOpen } from '../model/order-times.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Millis } from '../model/time.ts';
import type { WorkOrder } from '../model/work-order.ts';
import type { Emit } from '../telemetry/events.ts';

/** From the first reading over the line to the order that has just been opened. */
export function measureOpening(order: WorkOrder, emit: Emit): void {
  say({ order, step: 'open', party: null, took: timeToOpen(order) }, emit);
}

/** What a receipt that moved its assignment has brought to an end. The order is as it was committed with it. */
export function measureReceipt(order: WorkOrder, { party, street, state }: Receipt, emit: Emit): void {
  const index = order.assignments.findIndex(
    (one) => one.party === party && (street === null || one.street === null || one.street === street),
  );
  if (index === -1) return;
  const times = stepTimes(order, index, order.openedAt);
  for (const step of stepsMade(order, index, state)) say({ order, step, party, took: times[step].took }, emit);
}

/** Parties of orders whose first acceptance was seen; the oldest are forgotten, and are then known from the journal. */
const REMEMBERED = 10_000;

/**
 * Notices when an order first reaches a party. A party that was reached before this process began is not counted again:
 * the journal knows of it.
 */
export function noticeFirstAcceptances(
  views: Pick<JournalViews, 'firstContact' | 'order'>,
  emit: Emit,
): (delivery: Delivery, attempt: Attempt) => void {
  const seen = new Set<string>();
  const reached = (id: string, { party, street }: Delivery, at: Millis): void => {
    const receiver = `${id}|${party}|${street ?? ''}`;
    if (seen.has(receiver)) return;
    seen.add(receiver);
    if (seen.size > REMEMBERED) for (const oldest of seen) if (seen.delete(oldest)) break;
    const { madeAt, acceptedAt } = views.firstContact(id, party, street);
    const order = views.order(id)?.order;
    if (madeAt === null || order === undefined || (acceptedAt !== null && acceptedAt < at)) return;
    say({ order, step: 'deliver', party, took: at - madeAt }, emit);
  };
  return (delivery, { at, took, outcome }) => {
    if (outcome.kind === 'accepted') for (const { order } of toldBy(delivery)) reached(order, delivery, at + took);
  };
}

interface Measured {
  readonly order: WorkOrder;
  readonly step: OrderStep;
  readonly party: string | null;
  readonly took: Millis | null;
}

function say({ order, step, party, took }: Measured, emit: Emit): void {
  if (took === null) return;
  const { sort, level, drill } = order;
  emit({ name: 'pipeline.step-measured', step, party, kind: sort, level, drill, seconds: Math.max(0, took) / 1_000 });
}
