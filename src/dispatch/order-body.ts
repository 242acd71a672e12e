import type { Receipt } from '../model/receipt.ts';
import { isoTime, type Millis } from '../model/time.ts';
import type { Assignment, ClockStep, OrderAlert, OrderMessageType, WorkOrder } from '../model/work-order.ts';

/** What one party is told. The receipt is the one that the message is about, when it is about one. */
export interface Notice {
  readonly type: OrderMessageType;
  readonly at: Millis;
  readonly receipt?: Receipt;
  /** The time that is running out, or has. */
  readonly clock?: { readonly party: string; readonly step: ClockStep; readonly state: 'due-soon' | 'overdue' };
}

/** One message of those that the party was told before. */
export interface Earlier {
  readonly id: string;
  readonly at: Millis;
}

/** What makes a notice one message: its id, and the first and the newest of what the party was told of the order before it. */
export interface Numbered extends Notice {
  readonly id: string;
  readonly earlier: readonly Earlier[];
}

/** The JSON of the contract, held to `schemas/order-message.schema.json`: the order as it is now, and the receiver's own share of it. */
export function orderBody(order: WorkOrder, assignment: Assignment, notice: Numbered, self: string): string {
  const { receipt, clock, earlier } = notice;
  return JSON.stringify({
    // The same as `webhook-id`: MQTT has no header to carry it, and a receiver must be able to tell a repeat.
    id: notice.id,
    type: notice.type,
    timestamp: isoTime(notice.at),
    data: {
      order: {
        id: order.id,
        sort: order.sort,
        level: order.level,
        title: order.title,
        incident: order.incident,
        place: { ...order.place, crs: 'WGS84' },
        alerts: order.alerts.map(alertBody),
        drill: order.drill,
        links: { self },
        ...(order.attention.length === 0 ? {} : { attention: order.attention }),
        ...(order.reopened === undefined ? {} : { reopened: order.reopened }),
      },
      assignment: assignmentBody(assignment),
      ...(receipt === undefined ? {} : { receipt: receiptBody(receipt) }),
      ...(clock === undefined ? {} : { clock }),
      // Formats in which one message takes the place of others must name those, and the receiver may have been off.
      ...(earlier.length === 0 ? {} : { earlier: earlier.map(({ id, at }) => ({ id, timestamp: isoTime(at) })) }),
    },
  });
}

function alertBody({ rule, version, key, level, since, resolvedAt, because }: OrderAlert): object {
  return { rule, version, key, level, since: isoTime(since), ...(resolvedAt === null ? {} : { resolvedAt: isoTime(resolvedAt) }), because };
}

function assignmentBody({ party, street, role, state, due, dueAssumed }: Assignment): object {
  const times = { accept: isoTime(due.accept), arrive: isoTime(due.arrive), close: isoTime(due.close) };
  return { party, ...(street === null ? {} : { street }), role, state, due: times, ...(dueAssumed === undefined ? {} : { dueAssumed }) };
}

/** Who answered what: without it the lead could not tell which support has moved. */
function receiptBody({ party, street, state, by, note }: Receipt): object {
  return { party, ...(street === null ? {} : { street }), state, ...(by === null ? {} : { by }), ...(note === null ? {} : { note }) };
}
