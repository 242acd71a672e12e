import { fingerprint } from '../model/fingerprint.ts';
import type { IncidentChange } from '../model/incident.ts';
import { levelRank } from '../model/level.ts';
import type { City } from '../model/place.ts';
import type { Receipt, ReceiptOutcome } from '../model/receipt.ts';
import type { OrderRule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, OrderMessage, WorkOrder } from '../model/work-order.ts';
import { answeredAt, answeredBy, idReused, orderClosed, orderUnknown } from './answer.ts';
import { OPERATIONS, assignmentOf, partiesOf, shorterDue, tightenDue } from './assign.ts';
import { ClosedOrders, type SavedClosedOrders } from './closed-orders.ts';
import { mayClose } from './lifecycle.ts';
import { newOrder, orderTitle } from './new-order.ts';
import { OpenOrder, type SavedOrder } from './open-order.ts';
import type { Notice } from './order-body.ts';
import { orderPlace } from './order-place.ts';
import { resetEntry } from './reset-entry.ts';
import { worthTelling } from './worth-telling.ts';

/** What one call comes to; the callee pushes. */
export interface DispatchStep {
  /** Newest version of each order that changed. */
  readonly orders: WorkOrder[];
  readonly messages: OrderMessage[];
  readonly closedIncidents: string[];
}

export interface DispatchOptions {
  readonly city: City;
  readonly drill: boolean;
  readonly links: { /** What stands before the id in `links.self`, e.g. `/api/v1/orders/`. */ readonly orders: string };
  /** Closed orders whose receipts are remembered; 10,000 unless told otherwise. */
  readonly remembered?: number;
}

/** The outbox gave up on a message: the receiver refused it for good. */
export interface ParkedDelivery {
  readonly delivery: string;
  readonly order: string;
  readonly party: string;
  readonly reason: string;
}

/** Nobody listens where alone the party could be told. */
export interface UnheardDelivery {
  readonly delivery: string;
  readonly order: string;
  readonly party: string;
  readonly street: string | null;
}

/**
 * From incidents to work orders, and through receipts to their closing.
 *
 * D1 The same calls in the same order give the same orders and messages, under the same ids.
 * D2 Restoring a snapshot and going on equals never having stopped.
 * D3 One incident has one order; whoever is told of it has an assignment in it.
 * D4 A receipt moves an assignment once, however often it comes, also after the order was closed; under its id nothing else is taken.
 * D5 Only the steps of `lifecycle.ts` are made.
 */
export interface Dispatch {
  apply(change: IncidentChange, step: DispatchStep): void;
  receive(receipt: Receipt, at: Millis, step: DispatchStep): ReceiptOutcome;
  parked(event: ParkedDelivery, at: Millis, step: DispatchStep): void;
  /** Once a party and street: the delivery goes on being tried, and says so again after every start. */
  unheard(event: UnheardDelivery, at: Millis, step: DispatchStep): void;
  open(): Iterable<WorkOrder>;
  /** An open order; the record of a closed one is in the journal. */
  get(id: string): WorkOrder | undefined;
  snapshot(): SavedDispatch;
  restore(state: unknown): void;
}

export interface SavedDispatch {
  readonly orders: readonly SavedOrder[];
  readonly closed: SavedClosedOrders;
}

export function createDispatch(options: DispatchOptions): Dispatch {
  return new DispatchDesk(options);
}

class DispatchDesk implements Dispatch {
  private readonly options: DispatchOptions;
  private readonly orders = new Map<string, OpenOrder>();
  private readonly closed: ClosedOrders;

  constructor(options: DispatchOptions) {
    this.options = options;
    this.closed = new ClosedOrders(options.remembered ?? 10_000);
  }

  apply(change: IncidentChange, step: DispatchStep): void {
    const id = fingerprint('wo', change.incident.id);
    const open = this.orders.get(id);
    if (open !== undefined) this.follow(open, change, step);
    else if (change.what === 'opened' && change.rule.order !== null) this.openOrder(id, change, change.rule.order, step);
  }

  receive(receipt: Receipt, at: Millis, step: DispatchStep): ReceiptOutcome {
    const open = this.orders.get(receipt.order);
    const known = (open?.receipts ?? this.closed.receiptsOf(receipt.order))?.judge(receipt);
    if (known === 'repeated') return { kind: 'repeated', order: receipt.order };
    if (known === 'reused') return idReused(receipt);
    if (open === undefined) return known === undefined ? orderUnknown(receipt) : orderClosed(receipt);
    const answer = answeredBy(open.order, receipt);
    if ('kind' in answer) return answer;
    open.receipts.add(receipt);
    const { party, state, by, note, door } = receipt;
    open.record(answeredAt(open.order, receipt, at), { what: 'order.receipt', party, state, by, note, door });
    const moved = { ...answer, state };
    open.replace(answer, moved);
    this.spread(open, { moved, receipt }, at, step);
    if (mayClose(open.order.assignments)) this.close(open, at, step);
    step.orders.push(open.order);
    return { kind: 'moved', state, order: receipt.order };
  }

  parked(event: ParkedDelivery, at: Millis, step: DispatchStep): void {
    const { delivery, party, reason } = event;
    const open = this.orders.get(event.order);
    if (open === undefined) return;
    open.record(at, { what: 'order.delivery-parked', party, note: `${delivery}: ${reason}`, door: 'delivery' });
    const code = `delivery-parked:${party}`;
    // Once a party: a receiver that refuses one message mostly refuses all, and the first call says enough.
    if (open.askAttention(code)) this.warnOperations(open, { code, party }, at, step);
    step.orders.push(open.order);
  }

  unheard(event: UnheardDelivery, at: Millis, step: DispatchStep): void {
    const { delivery, party, street } = event;
    const open = this.orders.get(event.order);
    const code = `unreachable:${street === null ? party : `${party}/${street}`}`;
    // A drill that nobody listens to worries nobody.
    if (open === undefined || open.order.drill || !open.askAttention(code)) return;
    open.record(at, { what: 'order.delivery-unheard', party, note: delivery, door: 'delivery' });
    this.warnOperations(open, { code, party }, at, step);
    step.orders.push(open.order);
  }

  *open(): Generator<WorkOrder> {
    for (const { order } of this.orders.values()) yield order;
  }

  get(id: string): WorkOrder | undefined {
    return this.orders.get(id)?.order;
  }

  snapshot(): SavedDispatch {
    return { orders: [...this.orders.values()].map((open) => open.save()), closed: this.closed.save() };
  }

  restore(state: unknown): void {
    const saved = state as SavedDispatch;
    this.orders.clear();
    for (const one of saved.orders) this.orders.set(one.order.id, OpenOrder.restore(one));
    this.closed.restore(saved.closed);
  }

  private openOrder(id: string, change: IncidentChange, rule: OrderRule, step: DispatchStep): void {
    const { incident, alert, at } = change;
    const place = orderPlace(this.options.city, incident, alert.subject);
    const open = new OpenOrder(newOrder(id, change, place, this.options.drill), rule.due);
    this.orders.set(id, open);
    open.noteAlert(alert);
    const assigned = this.assign(open, rule, at);
    this.tell(open, assigned, { type: 'order.dispatched', at }, step);
    step.orders.push(open.order);
  }

  private follow(open: OpenOrder, change: IncidentChange, step: DispatchStep): void {
    const { incident, alert, what, at } = change;
    const before = open.order.assignments.length;
    const novelty = open.noteAlert(alert);
    open.change({ level: incident.level });
    // The only change that a reset alert still makes is its end.
    if (alert.reset) open.record(at, resetEntry(alert, alert.reset));
    const entered = what === 'joined' || what === 'resumed';
    const rule = entered || what === 'raised' ? change.rule.order : null;
    // Lowering is not told, so a level that comes back up to what the parties know is no news either.
    const worse = levelRank(incident.level) > levelRank(open.told);
    const added = rule === null ? [] : this.assign(open, rule, at);
    // The worst that is known gives the order its name: a confirmed fire must not go by the name of one alarm.
    if (rule !== null && worse) {
      const assignments = open.order.assignments.map((one) => tightenDue(this.options.city, one, rule.due, at));
      open.change({ title: orderTitle(change.rule, open.order.place), assignments });
    }
    const type = worse ? 'order.escalated' : this.isNews(open, what, entered ? novelty : null) || added.length > 0 ? 'order.updated' : null;
    if (what === 'ended' || what === 'resumed') open.endTold = what === 'ended' && type !== null;
    if (type !== null)
      open.record(at, { what: type, note: worse ? `level:${incident.level}` : `${what}:${alert.rule}@${alert.subject.key}` });
    const { assignments } = open.order;
    this.tell(open, assignments.slice(before), { type: 'order.dispatched', at }, step);
    if (type !== null) this.tell(open, assignments.slice(0, before), { type, at }, step);
    step.orders.push(open.order);
  }

  /** Falling and single members that end are kept, not told; what repeats itself is told ever more rarely. */
  private isNews(open: OpenOrder, what: IncidentChange['what'], novelty: ReturnType<OpenOrder['noteAlert']>): boolean {
    if (what === 'ended') {
      open.endings += 1;
      return worthTelling(open.endings);
    }
    // Who was told that it is over must hear that it is not.
    if (what === 'resumed' && open.endTold) return true;
    return novelty === 'rule' || (novelty === 'key' && worthTelling(open.order.alerts.length));
  }

  /**
   * Whoever the rule names and who is not in the order yet. The first lead stays the lead: a crew on its way is not
   * replaced by a file. A rule that joins with another lead, also at a higher level, has that party as a support.
   */
  private assign(open: OpenOrder, rule: OrderRule, at: Millis): Assignment[] {
    open.due = shorterDue(this.options.city, open.due, rule.due, at);
    const { street } = open.order.place;
    const added: Assignment[] = [];
    for (const party of partiesOf(rule)) {
      if (open.order.assignments.some((one) => one.party === party)) continue;
      const role = open.order.assignments.length === 0 ? 'lead' : 'support';
      const assignment = assignmentOf(this.options.city, party, role, { street, due: rule.due, at });
      open.add(assignment);
      open.record(at, { what: 'order.dispatched', party, state: 'dispatched' });
      added.push(assignment);
    }
    return added;
  }

  /** Tells the others what a party has answered: the supports when the lead moved, the lead when a support did. */
  private spread(open: OpenOrder, answer: { readonly moved: Assignment; readonly receipt: Receipt }, at: Millis, step: DispatchStep): void {
    const { moved, receipt } = answer;
    if (moved.role === 'lead' && receipt.state === 'declined') {
      const code = 'lead-declined';
      open.askAttention(code);
      open.record(at, { what: 'order.escalated', note: code });
      this.callOperations(open, code, at);
    }
    const to = open.order.assignments.filter((one) => (moved.role === 'lead' ? one !== moved : one.role === 'lead'));
    const declined = moved.role === 'lead' ? 'order.escalated' : 'order.updated';
    const type = receipt.state === 'declined' ? declined : (`order.${receipt.state}` as const);
    this.tell(open, to, { type, at, receipt }, step);
  }

  /** Operations gets an assignment of its own when it has none: who is called must be able to answer. @returns whether the city has one. */
  private callOperations(open: OpenOrder, code: string, at: Millis): boolean {
    const { city } = this.options;
    if (open.order.assignments.some((one) => one.party === OPERATIONS)) return true;
    if (!city.parties.some(({ id }) => id === OPERATIONS)) return false;
    const { street } = open.order.place;
    open.add(assignmentOf(city, OPERATIONS, 'support', { street, due: open.due, at }));
    open.record(at, { what: 'order.dispatched', party: OPERATIONS, state: 'dispatched', note: code });
    return true;
  }

  /** Tells operations that a party was not reached; of itself it cannot be told. */
  private warnOperations(open: OpenOrder, about: { readonly code: string; readonly party: string }, at: Millis, step: DispatchStep): void {
    const { code, party } = about;
    if (party === OPERATIONS || !this.callOperations(open, code, at)) return;
    open.record(at, { what: 'order.escalated', party: OPERATIONS, note: code });
    this.tell(
      open,
      open.order.assignments.filter((one) => one.party === OPERATIONS),
      { type: 'order.escalated', at },
      step,
    );
  }

  private close(open: OpenOrder, at: Millis, step: DispatchStep): void {
    open.change({ state: 'closed', closedAt: at });
    open.record(at, { what: 'order.closed' });
    this.tell(open, open.order.assignments, { type: 'order.closed', at }, step);
    step.closedIncidents.push(open.order.incident);
    this.orders.delete(open.order.id);
    this.closed.add(open.order.id, open.receipts);
  }

  private tell(open: OpenOrder, to: readonly Assignment[], notice: Notice, step: DispatchStep): void {
    open.tell(to, notice, this.options.links.orders, step.messages);
  }
}
