import type { SignChange } from '../api/ports.ts';
import type { Alert } from '../model/alert.ts';
import type { WorkOrder } from '../model/work-order.ts';
import type { Emit } from '../telemetry/events.ts';
import type { BatchOutcome } from './batch-outcome.ts';
import type { EventFeed } from './event-feed.ts';
import { measureOpening, measureReceipt } from './order-measures.ts';
import type { CommittedBatch } from './pipeline.ts';

/** After a commit: what changed goes to the screens, the log and the metrics. */
export function reportBatch(batch: CommittedBatch, feed: EventFeed, emit: Emit): void {
  const { outcome, offset } = batch;
  emitCounts(outcome, emit);
  let n = 0;
  const nextId = (): string => {
    n += 1;
    return `${offset}.${n}`;
  };
  for (const error of outcome.failures) emit({ name: 'pipeline.core-failed', error });
  for (const alert of outcome.alerts.values()) {
    emit({
      name: 'pipeline.alert-changed',
      alert: alert.id,
      rule: alert.rule,
      state: alert.state,
      level: alert.level,
      key: alert.subject.key,
    });
    feed.publish({ id: nextId(), name: 'sign', data: signOf(alert) });
    feed.publish({ id: nextId(), name: 'alert', data: alert });
  }
  for (const order of outcome.orders.values()) {
    if (isOpenedBy(outcome, order)) {
      emit({ name: 'pipeline.order-opened', order: order.id, level: order.level, sort: order.sort, drill: order.drill });
      measureOpening(order, emit);
    }
    if (order.state === 'closed' || order.state === 'cancelled')
      emit({ name: 'pipeline.order-closed', order: order.id, state: order.state });
    feed.publish({ id: nextId(), name: 'order', data: order });
  }
  for (const { receipt, outcome: answer } of outcome.answers) {
    const { order, party } = receipt;
    const decided = answer.kind === 'moved' ? answer.state : answer.kind === 'repeated' ? answer.kind : answer.code;
    emit({ name: 'pipeline.receipt-decided', order, party, outcome: decided });
    const moved = answer.kind === 'moved' ? outcome.orders.get(order) : undefined;
    if (moved !== undefined) measureReceipt(moved, receipt, emit);
  }
}

function emitCounts({ counts }: BatchOutcome, emit: Emit): void {
  emit({
    name: 'pipeline.batch-decided',
    messages: counts.messages,
    rejections: counts.rejections,
    readings: counts.readings,
    duplicates: counts.duplicates,
    late: counts.late,
    implausible: counts.implausible,
    lag: counts.lag === null ? null : counts.lag / 1_000,
  });
}

/** The lead is told `order.dispatched` once, when the order is opened; an order that only changed must not count as a new one. */
function isOpenedBy(outcome: BatchOutcome, order: WorkOrder): boolean {
  const lead = order.assignments.find((one) => one.role === 'lead');
  return outcome.messages.some(
    (message) => message.order === order.id && message.type === 'order.dispatched' && message.party === lead?.party,
  );
}

/** Where a sign stands at one key now: the alert may be latched while its condition is over. */
function signOf(alert: Alert): SignChange {
  const { rule, subject, state, level, latched, value } = alert;
  return {
    id: rule,
    key: subject.key,
    place: subject.place,
    street: subject.street,
    level: state === 'firing' && !latched ? level : null,
    pending: state === 'pending' ? level : null,
    value,
  };
}
