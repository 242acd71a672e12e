import type { Emit } from '../telemetry/events.ts';
import type { EventFeed } from './event-feed.ts';
import type { CommittedBatch } from './pipeline.ts';

/** After a commit: what changed goes to the screens, the log and the metrics. */
export function reportBatch(batch: CommittedBatch, feed: EventFeed, emit: Emit): void {
  const { outcome, offset } = batch;
  const { counts } = outcome;
  emit({
    name: 'pipeline.batch-decided',
    messages: counts.messages,
    rejections: counts.rejections,
    readings: counts.readings,
    duplicates: counts.duplicates,
    late: counts.late,
    lag: counts.lag === null ? null : counts.lag / 1_000,
  });
  let n = 0;
  const publish = (name: 'alert' | 'order', data: unknown): void => {
    feed.publish({ id: `${offset}.${n}`, name, data });
    n += 1;
  };
  for (const alert of outcome.alerts.values()) {
    emit({ name: 'pipeline.alert-changed', alert: alert.id, rule: alert.rule, state: alert.state, level: alert.level, key: alert.subject.key });
    publish('alert', alert);
  }
  for (const order of outcome.orders.values()) {
    if (order.state !== 'open') emit({ name: 'pipeline.order-closed', order: order.id, state: order.state });
    else if (order.trail.every((entry) => entry.what === 'order.dispatched')) {
      emit({ name: 'pipeline.order-opened', order: order.id, level: order.level, sort: order.sort, drill: order.drill });
    }
    publish('order', order);
  }
  for (const { order, party, state } of outcome.receipts) emit({ name: 'pipeline.receipt-decided', order, party, outcome: state });
}
