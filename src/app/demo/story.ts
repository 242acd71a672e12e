import type { City } from '../../model/place.ts';
import type { Text } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import type { OrderMessageType, WorkOrder } from '../../model/work-order.ts';
import type { CommittedBatch } from '../pipeline.ts';
import type { ClosedSummary, DeliveredLine, ReceiptLine, ShownOrder } from './console-lines.ts';
import type { ReceivedLine } from './receivers.ts';

export interface StoryTelling {
  readonly city: City;
  /** Wall time at which the story reached a moment. */
  readonly sentAt: (moment: Millis) => number | null;
  readonly now: () => number;
  readonly delivered: (line: DeliveredLine) => void;
  readonly receipt: (line: ReceiptLine) => void;
  readonly closed: (summary: ClosedSummary) => void;
}

export interface Story {
  /** What was decided and is on disk. */
  readonly committed: (batch: CommittedBatch) => void;
  /** What a receiver took, its signature being good. */
  readonly received: (line: ReceivedLine) => void;
  readonly openOrders: () => number;
  readonly counts: () => StoryCounts;
}

export interface StoryCounts {
  readonly orders: number;
  readonly closed: number;
  readonly received: number;
  /** Sensor to receiver, of dispatched and escalated orders; ms. */
  readonly latencies: readonly number[];
}

/** Told line by line; the others (a party hears that another has accepted) are counted in the order's summary. */
const TOLD: ReadonlySet<string> = new Set<OrderMessageType>(['order.dispatched', 'order.escalated', 'order.cancelled']);

/** Joins what the server decided with what the receivers got, for whoever watches. */
export function createStory(telling: StoryTelling): Story {
  const { city } = telling;
  const orders = new Map<string, WorkOrder>();
  const moments = new Map<string, Millis>();
  const received = new Map<string, number>();
  const latencies: number[] = [];
  let total = 0;
  const titles = Object.fromEntries(city.parties.map((party) => [party.id, party.title]));
  const streets = new Map(city.streets.map((street) => [street.code, street.title]));
  const partyTitle = (party: string, street: string | null): Text => streets.get(street ?? '') ?? titles[party] ?? { zh: party, en: party };
  return {
    committed: ({ outcome }) => {
      for (const { order, type, party, street, at } of outcome.messages) moments.set(keyOf(order, type, party, street), at);
      const ended: WorkOrder[] = [];
      for (const order of outcome.orders.values()) {
        if (order.state === 'closed' && orders.get(order.id)?.state !== 'closed') ended.push(order);
        orders.set(order.id, order);
      }
      for (const { order: id, party, street, state, by, note } of outcome.receipts) {
        const order = orders.get(id);
        if (order !== undefined)
          telling.receipt({ at: lastAt(order), order: shown(order), party: partyTitle(party, street), state, by, note });
      }
      for (const order of ended)
        telling.closed({
          at: order.closedAt ?? lastAt(order),
          order: shown(order),
          openedAt: order.openedAt,
          trail: order.trail,
          parties: Object.fromEntries(order.assignments.map(({ party, street }) => [party, partyTitle(party, street)])),
          messages: received.get(order.id) ?? 0,
        });
    },
    received: (line) => {
      total += 1;
      received.set(line.order, (received.get(line.order) ?? 0) + 1);
      if (!TOLD.has(line.type)) return;
      const at = moments.get(keyOf(line.order, line.type, line.party, line.street));
      const sent = at === undefined ? null : telling.sentAt(at);
      // A cancellation is a person's doing, whatever the story's clock says.
      const caused = line.type !== 'order.cancelled';
      const latency = caused && sent !== null ? telling.now() - sent : null;
      if (latency !== null) latencies.push(latency);
      const order: ShownOrder = { id: line.order, level: line.level, title: line.title, place: line.place };
      const type = line.type;
      telling.delivered({ at: at ?? 0, order, type, party: partyTitle(line.party, line.street), latency, verified: true });
    },
    openOrders: () => [...orders.values()].filter((order) => order.state === 'open').length,
    counts: () => ({
      orders: orders.size,
      closed: [...orders.values()].filter((order) => order.state === 'closed').length,
      received: total,
      latencies,
    }),
  };
}

function keyOf(order: string, type: string, party: string, street: string | null): string {
  return `${order} ${type} ${party} ${street ?? ''}`;
}

function shown({ id, level, title, place }: WorkOrder): ShownOrder {
  return { id, level, title, place: place.name };
}

function lastAt(order: WorkOrder): Millis {
  return order.trail.at(-1)?.at ?? order.openedAt;
}
