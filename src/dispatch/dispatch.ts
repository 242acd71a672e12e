import { fingerprint } from '../model/fingerprint.ts';
import type { IncidentChange } from '../model/incident.ts';
import type { City } from '../model/place.ts';
import type { CommandOutcome, OrderCommand } from '../model/order-command.ts';
import type { Receipt, ReceiptOutcome } from '../model/receipt.ts';
import type { Millis } from '../model/time.ts';
import type { WorkOrder } from '../model/work-order.ts';
import { idReused, orderClosed, orderUnknown } from './answer.ts';
import { Answering } from './answering.ts';
import { ClosedOrders, type SavedClosedOrders } from './closed-orders.ts';
import { Closing } from './closing.ts';
import { Commands, noOrder } from './commands.ts';
import { DeliveryNews, type ParkedDelivery, type TakenDelivery, type UnheardDelivery } from './delivery-news.ts';
import { Escalation } from './escalation.ts';
import { Following } from './following.ts';
import { LatelyClosed, type SavedLately } from './lately-closed.ts';
import type { SavedGate } from './message-gate.ts';
import { OpenOrder, type SavedOrder } from './open-order.ts';
import { Opening } from './opening.ts';
import { OrderClocks } from './order-clocks.ts';
import { OrderDesk, type DispatchStep, type Turn } from './order-desk.ts';
import { messageOf } from './refused-deliveries.ts';

export interface DispatchOptions {
  readonly city: City;
  readonly drill: boolean;
  readonly links: { /** What stands before the id in `links.self`, e.g. `/api/v1/orders/`. */ readonly orders: string };
  /** Closed orders whose receipts are remembered; 10,000 unless told otherwise. */
  readonly remembered?: number;
  /** False: nobody is held to a time. Where the clock follows the data, parties answer by another clock. */
  readonly clocks?: boolean;
}

/**
 * From incidents to work orders, and through receipts to their closing.
 *
 * D1 The same calls in the same order give the same orders and messages, under the same ids.
 * D2 Restoring a snapshot and going on equals never having stopped.
 * D3 One incident has one order; whoever is told of it has an assignment in it.
 * D4 A receipt moves an assignment once, however often it comes, also after the order was closed; under its id nothing else is taken.
 * D5 Only the steps of `lifecycle.ts` are made.
 * D6 A time that runs out is said once, over restarts too; who was called is let go when nothing is left of what they were called for.
 * D7 An order whose alert returns within the grace time is opened again under its own id.
 * D8 That a party's receiver refused something asks for attention until it has taken that, or something later, after all.
 * D9 Whoever declined is asked again when it gets worse, something else joins, or it comes back; while nobody acts, operations is called again.
 */
export interface Dispatch {
  apply(change: IncidentChange, step: DispatchStep): void;
  receive(receipt: Receipt, at: Millis, step: DispatchStep): ReceiptOutcome;
  parked(event: ParkedDelivery, at: Millis, step: DispatchStep): void;
  /** Once a party and street: the delivery goes on being tried, and says so again after every start. */
  unheard(event: UnheardDelivery, at: Millis, step: DispatchStep): void;
  /** Of parties that had refused something alone: whatever else is taken is no news. */
  taken(event: TakenDelivery, at: Millis, step: DispatchStep): void;
  /** Ids of what the party refused of the orders that a delivery speaks of, and nothing has made up for yet. */
  refused(spoken: Pick<ParkedDelivery, 'delivery' | 'order' | 'party'>): readonly string[];
  command(command: OrderCommand, at: Millis, step: DispatchStep): CommandOutcome;
  /** Lets the clocks of the orders come to `now`. */
  advance(now: Millis, step: DispatchStep): void;
  /** The process is up again: no time runs out before `until`, for an answer may have been on its way meanwhile. */
  settle(until: Millis): void;
  /** When `advance` next has something to do; Infinity for never. */
  nextAt(): Millis;
  /** Not closed, and not cancelled. */
  open(): Iterable<WorkOrder>;
  /** An open order; the record of a closed one is in the journal. */
  get(id: string): WorkOrder | undefined;
  snapshot(): SavedDispatch;
  restore(state: unknown): void;
}

export interface SavedDispatch {
  readonly orders: readonly SavedOrder[];
  readonly closed: SavedClosedOrders;
  /** Closed so short a time ago that their alert may open them again, and until when. */
  readonly gate?: SavedGate;
  readonly lately?: SavedLately;
  readonly settled?: Millis;
}

export function createDispatch(options: DispatchOptions): Dispatch {
  return new DispatchDesk(options);
}

class DispatchDesk implements Dispatch {
  private readonly desk: OrderDesk;
  private readonly closing: Closing;
  private readonly commands: Commands;
  private readonly following: Following;
  private readonly answering: Answering;
  private readonly news: DeliveryNews;
  private readonly opening: Opening;
  private readonly orders = new Map<string, OpenOrder>();
  /** Incident → order, where an order was opened again for another incident. */
  private readonly byIncident = new Map<string, string>();
  private readonly clocks: OrderClocks;
  private readonly closed: ClosedOrders;
  private readonly lately = new LatelyClosed();

  constructor(options: DispatchOptions) {
    this.closed = new ClosedOrders(options.remembered ?? 10_000);
    this.desk = new OrderDesk(options.city, options.links.orders);
    this.closing = new Closing(this.desk, (open, turn) => this.finish(open, turn));
    const { desk, closing, closed, lately } = this;
    const escalation = new Escalation(desk);
    this.clocks = new OrderClocks({ desk, escalation, closing }, options.clocks ?? true);
    this.answering = new Answering({ desk, escalation, closing });
    this.commands = new Commands(desk, closing);
    this.news = new DeliveryNews(desk);
    this.following = new Following(desk, closing);
    this.opening = new Opening({ desk, following: this.following, closing, closed, lately }, options.drill);
  }

  apply(change: IncidentChange, step: DispatchStep): void {
    const turn = { at: change.at, step };
    const id = this.byIncident.get(change.incident.id) ?? fingerprint('wo', change.incident.id);
    const open = this.orders.get(id);
    if (open !== undefined) {
      this.following.follow(open, change, turn);
      this.changed(open, turn);
    } else if (change.what === 'opened') {
      const routed = this.desk.route(change, turn.at);
      if (routed === null) return;
      const opened = this.opening.open(id, change, routed, turn);
      this.keep(opened);
      this.changed(opened, turn);
    }
  }

  receive(receipt: Receipt, at: Millis, step: DispatchStep): ReceiptOutcome {
    const open = this.orders.get(receipt.order);
    const known = (open?.receipts ?? this.closed.receiptsOf(receipt.order))?.judge(receipt);
    if (known === 'repeated') return { kind: 'repeated', order: receipt.order };
    if (known === 'reused') return idReused(receipt);
    if (open === undefined) return known === undefined ? orderUnknown(receipt) : orderClosed(receipt);
    const outcome = this.answering.receive(open, receipt, { at, step });
    if (outcome.kind === 'moved') this.changed(open, { at, step });
    return outcome;
  }

  command(command: OrderCommand, at: Millis, step: DispatchStep): CommandOutcome {
    const open = this.orders.get(command.order);
    if (this.lately.get(command.order)?.commands.get(command.id) === JSON.stringify(command.deed))
      return { kind: 'repeated', order: command.order };
    if (open === undefined) return noOrder(command, this.closed.receiptsOf(command.order) !== undefined);
    const outcome = this.commands.run(open, command, { at, step });
    if (outcome.kind === 'done') this.changed(open, { at, step });
    return outcome;
  }

  advance(now: Millis, step: DispatchStep): void {
    const turn = { at: now, step };
    for (let id = this.clocks.take(now); id !== null; id = this.clocks.take(now)) {
      const open = this.orders.get(id);
      if (open === undefined) continue;
      this.clocks.run(open, turn);
      this.changed(open, turn);
    }
    if (this.desk.gate.next() <= now) step.messages.push(...this.desk.gate.release(now));
  }

  settle(until: Millis): void {
    this.clocks.settled = until;
    for (const open of this.orders.values()) this.clocks.set(open);
  }

  nextAt(): Millis {
    return Math.min(this.clocks.next(), this.desk.gate.next());
  }

  parked(event: ParkedDelivery, at: Millis, step: DispatchStep): void {
    for (const open of this.spokenOf(event)) {
      this.news.parked(open, event, { at, step });
      this.changed(open, { at, step });
    }
  }

  unheard(event: UnheardDelivery, at: Millis, step: DispatchStep): void {
    for (const open of this.spokenOf(event)) if (this.news.unheard(open, event, { at, step })) this.changed(open, { at, step });
  }

  taken(event: TakenDelivery, at: Millis, step: DispatchStep): void {
    for (const open of this.spokenOf(event)) if (this.news.taken(open, event, { at, step })) this.changed(open, { at, step });
  }

  refused(spoken: Pick<ParkedDelivery, 'delivery' | 'order' | 'party'>): readonly string[] {
    return this.spokenOf(spoken).flatMap((open) => open.refused.of(spoken.party));
  }

  *open(): Generator<WorkOrder> {
    for (const { order } of this.orders.values()) yield order;
  }

  get(id: string): WorkOrder | undefined {
    return this.orders.get(id)?.order;
  }

  snapshot(): SavedDispatch {
    return {
      orders: [...this.orders.values()].map((open) => open.save()),
      closed: this.closed.save(),
      gate: this.desk.gate.save(),
      lately: this.lately.save(),
      settled: this.clocks.settled,
    };
  }

  restore(state: unknown): void {
    const saved = state as SavedDispatch;
    this.orders.clear();
    this.byIncident.clear();
    this.clocks.clear();
    this.clocks.settled = saved.settled ?? Number.NEGATIVE_INFINITY;
    for (const one of saved.orders) this.keep(OpenOrder.restore(one));
    this.lately.restore(saved.lately ?? []);
    this.closed.restore(saved.closed);
    if (saved.gate !== undefined) this.desk.gate.restore(saved.gate);
  }

  /** The orders that a message tells of: its own, or all of a digest. */
  private spokenOf({ delivery, order }: Pick<ParkedDelivery, 'delivery' | 'order'>): readonly OpenOrder[] {
    return [...this.desk.gate.ordersOf(messageOf(delivery)), order].flatMap((id) => this.orders.get(id) ?? []);
  }

  private keep(open: OpenOrder): void {
    const { id, incident } = open.order;
    this.orders.set(id, open);
    if (id !== fingerprint('wo', incident)) this.byIncident.set(incident, id);
    this.clocks.set(open);
  }

  /** The order is said as it is now, and its clocks are set. Last of all in a call. */
  private changed(open: OpenOrder, { step }: Turn): void {
    if (step.orders.at(-1) !== open.order) step.orders.push(open.order);
    if (this.orders.has(open.order.id)) this.clocks.set(open);
  }

  /** Closed or cancelled: its incident is finished. A cancelled one was none: it is remembered for its commands, and does not come back. */
  private finish(open: OpenOrder, { at, step }: Turn): void {
    const { id, incident } = open.order;
    step.closedIncidents.push(incident);
    this.orders.delete(id);
    this.byIncident.delete(incident);
    this.clocks.stop(id);
    this.closed.add(id, open.receipts);
    const { grace } = this.desk.handling;
    if (grace > 0) this.lately.add(open, at + grace);
  }
}
