import { reasonsOf } from '../model/called-for.ts';
import { DEFAULT_HANDLING, type Handling } from '../model/handling.ts';
import type { IncidentChange } from '../model/incident.ts';
import type { City, Party } from '../model/place.ts';
import type { OrderRule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, AssignmentState, OrderMessage, Role, WorkOrder } from '../model/work-order.ts';
import { askAgain, assignmentOf } from './assign.ts';
import { isDone } from './lifecycle.ts';
import { MessageGate } from './message-gate.ts';
import type { OpenOrder } from './open-order.ts';
import type { Notice } from './order-body.ts';
import { LEAD_DECLINED, NOBODY, UNVERIFIED } from './reasons.ts';
import { alongRoute, routeOf } from './routing.ts';

/** What one call comes to; the callee pushes. */
export interface DispatchStep {
  /** Newest version of each order that changed. */
  readonly orders: WorkOrder[];
  readonly messages: OrderMessage[];
  readonly closedIncidents: string[];
}

/** The moment of one call, and where it puts what it comes to. */
export interface Turn {
  readonly at: Millis;
  readonly step: DispatchStep;
}

/** Why somebody is asked. */
export interface Asking {
  readonly role: Role;
  readonly calledFor?: string | null;
  readonly by?: string | null;
  readonly note?: string | null;
}

/** What every part of dispatch does with an order: ask a party, tell it, take it out again. */
export class OrderDesk {
  readonly city: City;
  readonly handling: Handling;
  readonly gate: MessageGate;
  private readonly links: string;

  /** `links` stands before an order's id in its address. */
  constructor(city: City, links: string) {
    this.city = city;
    this.handling = city.handling ?? DEFAULT_HANDLING;
    this.gate = new MessageGate(this.handling);
    this.links = links;
  }

  partyOf(id: string): Party | undefined {
    return this.city.parties.find((party) => party.id === id);
  }

  /** Whom the rule's order goes to here and now, and by which route. */
  route({ rule, alert, incident }: IncidentChange, at: Millis): { readonly order: OrderRule; readonly route: string | null } | null {
    if (rule.order === null) return null;
    const { street, place } = alert.subject;
    const routed = { rule: rule.id, order: rule.order, level: incident.level, street, place, at };
    const route = routeOf(this.city.routes ?? [], routed, this.city.zone);
    return { order: alongRoute(rule.order, route), route: route?.id ?? null };
  }

  tell(open: OpenOrder, to: readonly Assignment[], notice: Omit<Notice, 'at'>, { at, step }: Turn): void {
    const messages: OrderMessage[] = [];
    open.tell(to, { ...notice, at }, this.links, messages);
    const { level } = open.order;
    const sort = urgentSort(open.order, this.handling.lifeSafety);
    for (const message of messages) step.messages.push(...this.gate.pass({ message, sort, level }));
  }

  /** Gives the party a share of the order, or asks it again where it has one. Tells nobody. @returns its share */
  ask(open: OpenOrder, party: string, asking: Asking, { at }: Turn): Assignment {
    const { role, calledFor = null, by = null, note = null } = asking;
    const { street } = open.order.place;
    const fresh = assignmentOf(this.city, party, role, { street, due: open.due, at });
    const share = calledFor === null ? fresh : { ...fresh, calledFor: [calledFor] };
    const before = open.order.assignments.find((one) => one.party === party && one.street === share.street);
    if (before === undefined) open.add(share);
    else open.replace(before, share);
    this.begin(open, share, { by, note }, at);
    return share;
  }

  /** The party goes again, in its role and for the reasons for which it was called. Tells nobody. @returns its share */
  askAgain(
    open: OpenOrder,
    before: Assignment,
    why: { readonly by?: string | null; readonly note?: string | null },
    { at }: Turn,
  ): Assignment {
    const share = askAgain(this.city, before, open.due, at);
    open.replace(before, share);
    this.begin(open, share, why, at);
    // Whoever leads has it again: that they declined is past.
    if (share.role === 'lead') {
      open.ease(LEAD_DECLINED);
      open.ease(NOBODY);
      open.recall = null;
    }
    return share;
  }

  /** Whoever stands there with a share of their own, and whoever was called and has resolved it, goes again. @returns their shares */
  askAllAgain(open: OpenOrder, states: readonly AssignmentState[], turn: Turn): Assignment[] {
    const again = open.order.assignments.filter(
      (one) => states.includes(one.state) && (one.state === 'resolved' ? !wasToVerify(one) : reasonsOf(one).length === 0),
    );
    return again.map((one) => this.askAgain(open, one, {}, turn));
  }

  /** Takes the share back: the party need not act any more, and hears so. */
  withdraw(open: OpenOrder, share: Assignment, why: { readonly by: string | null; readonly note: string }, turn: Turn): void {
    const withdrawn: Assignment = { ...share, state: 'withdrawn' };
    open.replace(share, withdrawn);
    open.restClocks(withdrawn);
    open.record(turn.at, { what: 'order.withdrawn', party: share.party, state: 'withdrawn', ...why });
    this.tell(open, [withdrawn], { type: 'order.cancelled' }, turn);
  }

  /** What somebody was called for is over: whoever has no other reason, and is not on the way, is let go. */
  release(open: OpenOrder, reason: string, turn: Turn): void {
    for (const called of open.order.assignments) {
      const reasons = reasonsOf(called);
      if (!reasons.includes(reason) || isDone(called.state)) continue;
      const left = reasons.filter((one) => one !== reason);
      const idle = called.state === 'dispatched' || (called.state === 'accepted' && wasToVerify(called));
      if (left.length > 0) open.replace(called, { ...called, calledFor: left });
      else if (idle) this.withdraw(open, called, { by: null, note: 'eased' }, turn);
      else this.tell(open, [called], { type: 'order.updated' }, turn);
    }
  }

  private begin(open: OpenOrder, share: Assignment, why: { readonly by?: string | null; readonly note?: string | null }, at: Millis): void {
    open.restClocks(share);
    open.record(at, { what: 'order.dispatched', party: share.party, state: 'dispatched', ...why });
  }
}

export function sharesOf(open: OpenOrder, party: string): Assignment[] {
  return open.order.assignments.filter((one) => one.party === party);
}

/** The kind by whose lane the order travels: that on which life depends, where any of its alerts is of such a one. */
function urgentSort({ sort, alerts }: WorkOrder, lifeSafety: readonly string[]): string {
  return alerts.find((alert) => alert.sort !== undefined && lifeSafety.includes(alert.sort))?.sort ?? sort;
}

function wasToVerify(share: Assignment): boolean {
  return reasonsOf(share).every((reason) => reason === UNVERIFIED) && reasonsOf(share).length > 0;
}
