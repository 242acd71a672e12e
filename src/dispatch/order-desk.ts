import { DEFAULT_HANDLING, type Handling } from '../model/handling.ts';
import type { IncidentChange } from '../model/incident.ts';
import type { City, Party } from '../model/place.ts';
import type { OrderRule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, OrderMessage, Role, WorkOrder } from '../model/work-order.ts';
import { askAgain, assignmentOf, OPERATIONS } from './assign.ts';
import { RESTING } from './clocks.ts';
import { MessageGate } from './message-gate.ts';
import type { OpenOrder } from './open-order.ts';
import type { Notice } from './order-body.ts';
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
    const { sort, level } = open.order;
    for (const message of messages) step.messages.push(...this.gate.pass({ message, sort, level }));
  }

  /** Gives the party a share of the order, or asks it again where it has one. Tells nobody. @returns its share */
  ask(open: OpenOrder, party: string, asking: Asking, { at }: Turn): Assignment {
    const { role, calledFor = null, by = null, note = null } = asking;
    const { street } = open.order.place;
    const fresh = assignmentOf(this.city, party, role, { street, due: open.due, at });
    const share = calledFor === null ? fresh : { ...fresh, calledFor };
    const before = open.order.assignments.find((one) => one.party === party && one.street === share.street);
    if (before === undefined) open.add(share);
    else open.replace(before, share);
    open.setClocks(share, RESTING);
    open.record(at, { what: 'order.dispatched', party, state: 'dispatched', by, note });
    return share;
  }

  /** Whoever has resolved their share goes again. @returns their shares */
  askAllAgain(open: OpenOrder, { at }: Turn): Assignment[] {
    const again: Assignment[] = [];
    for (const one of open.order.assignments) {
      if (one.state !== 'resolved') continue;
      const share = askAgain(this.city, one, open.due, at);
      open.replace(one, share);
      open.setClocks(share, RESTING);
      open.record(at, { what: 'order.dispatched', party: share.party, state: 'dispatched' });
      again.push(share);
    }
    return again;
  }

  /** Takes the share back: the party need not act any more, and hears so. */
  withdraw(open: OpenOrder, share: Assignment, why: { readonly by: string | null; readonly note: string }, turn: Turn): void {
    const withdrawn: Assignment = { ...share, state: 'withdrawn' };
    open.replace(share, withdrawn);
    open.setClocks(withdrawn, RESTING);
    open.record(turn.at, { what: 'order.withdrawn', party: share.party, state: 'withdrawn', ...why });
    this.tell(open, [withdrawn], { type: 'order.cancelled' }, turn);
  }

  /** Operations gets an assignment of its own when it has none: who is called must be able to answer. @returns whether the city has one. */
  callOperations(open: OpenOrder, code: string, turn: Turn): boolean {
    if (open.order.assignments.some((one) => one.party === OPERATIONS && one.state !== 'withdrawn')) return true;
    if (this.partyOf(OPERATIONS) === undefined) return false;
    this.ask(open, OPERATIONS, { role: 'support', note: code }, turn);
    return true;
  }

  /** Tells operations that something is wrong with a party; of itself it cannot be told. */
  warnOperations(open: OpenOrder, about: { readonly code: string; readonly party: string | null }, turn: Turn): void {
    const { code, party } = about;
    if (party === OPERATIONS || !this.callOperations(open, code, turn)) return;
    open.record(turn.at, { what: 'order.escalated', party: OPERATIONS, note: code });
    this.tell(open, sharesOf(open, OPERATIONS), { type: 'order.escalated' }, turn);
  }
}

export function sharesOf(open: OpenOrder, party: string): Assignment[] {
  return open.order.assignments.filter((one) => one.party === party);
}
