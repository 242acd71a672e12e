import type { IncidentChange } from '../model/incident.ts';
import type { ClosedOrders } from './closed-orders.ts';
import type { Closing } from './closing.ts';
import type { Following, RoutedOrder } from './following.ts';
import type { LatelyClosed } from './lately-closed.ts';
import { newOrder } from './new-order.ts';
import { OpenOrder } from './open-order.ts';
import type { OrderDesk, Turn } from './order-desk.ts';
import { orderPlace } from './order-place.ts';

export interface OpeningParts {
  readonly desk: OrderDesk;
  readonly following: Following;
  readonly closing: Closing;
  readonly closed: ClosedOrders;
  readonly lately: LatelyClosed;
}

/** An incident gets its order: a new one, or the one of the same happening that was closed a short time ago. */
export class Opening {
  private readonly parts: OpeningParts;
  private readonly drill: boolean;

  /** `drill`: every order is one. */
  constructor(parts: OpeningParts, drill: boolean) {
    this.parts = parts;
    this.drill = drill;
  }

  /** `id` is that of a new order. */
  open(id: string, change: IncidentChange, routed: RoutedOrder, turn: Turn): OpenOrder {
    const { desk, following, lately } = this.parts;
    const { incident, alert } = change;
    const place = orderPlace(desk.city, incident, alert.subject);
    // Each exercise has an order of its own.
    const again = alert.drill === true ? null : lately.find({ sort: incident.sort, place, drill: this.drill }, turn.at);
    const open = again ?? new OpenOrder(newOrder(id, change, place, this.drill), routed.order.due);
    if (again !== null) this.reopen(again, change, turn);
    else open.noteAlert(alert, change.rule.order?.kind ?? null);
    const assigned = following.assign(open, routed, turn);
    desk.tell(open, assigned, { type: 'order.dispatched' }, turn);
    return open;
  }

  private reopen(open: OpenOrder, { incident, alert, rule }: IncidentChange, turn: Turn): void {
    const { closing, closed, lately } = this.parts;
    lately.forget(open.order.id);
    closed.forget(open.order.id);
    open.change({ incident: incident.id, level: incident.level });
    open.calm = false;
    open.endTold = false;
    open.noteAlert(alert, rule.order?.kind ?? null);
    closing.reopen(open, { what: 'order.reopened', by: null, note: `${alert.rule}@${alert.subject.key}` }, turn);
  }
}
