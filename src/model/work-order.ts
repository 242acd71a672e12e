import type { DueStep } from './due.ts';
import type { Position } from './place.ts';
import type { Level } from './level.ts';
import type { Text } from './text.ts';
import type { Millis } from './time.ts';

export type AssignmentState = 'dispatched' | 'accepted' | 'on-site' | 'resolved' | 'declined' | 'withdrawn';
/** `resolved`: everybody has done their share, and it is not verified yet. */
export type OrderState = 'open' | 'resolved' | 'closed' | 'cancelled';
/** The three times that an assignment is held to. */
export type ClockStep = 'accept' | 'arrive' | 'close';
export type Role = 'lead' | 'support';
export type Door = 'http' | 'mqtt' | 'engine' | 'delivery';

/** One party's share of an order. */
export interface Assignment {
  readonly party: string;
  /** Street code where the party has an office a street; else `null`. */
  readonly street: string | null;
  readonly role: Role;
  readonly state: AssignmentState;
  /** When it was asked, last of all when the order was opened again. */
  readonly dispatchedAt?: Millis;
  /** Why somebody was called who has no share of their own; read it by `reasonsOf`. */
  readonly calledFor?: readonly string[] | string | null;
  readonly due: { readonly accept: Millis; readonly arrive: Millis; readonly close: Millis };
  /** Due in working days that reach into a year which the calendar does not cover: only weekends were left out. Absent: none. */
  readonly dueAssumed?: readonly DueStep[];
}

export interface OrderAlert {
  readonly id: string;
  readonly rule: string;
  readonly version: number;
  readonly key: string;
  readonly level: Level;
  readonly since: Millis;
  readonly resolvedAt: Millis | null;
  readonly because: Text;
  /** The kind of order that its rule opens; absent in orders of before this was kept. */
  readonly sort?: string;
}

/** One line of an order's history. */
export interface TrailEntry {
  readonly at: Millis;
  readonly what:
    | OrderMessageType
    | 'order.receipt'
    | 'order.delivery-parked'
    | 'order.delivery-unheard'
    | 'order.delivery-taken'
    | 'order.due-soon'
    | 'order.overdue'
    | 'order.eased'
    | 'order.called-again'
    | 'order.withdrawn'
    | 'order.verified'
    | 'order.returned'
    | 'order.reopened'
    | 'order.digested'
    | 'alert.reset';
  readonly party: string | null;
  readonly state: AssignmentState | null;
  readonly by: string | null;
  readonly note: string | null;
  readonly door: Door;
}

export interface WorkOrder {
  readonly kind: 'order';
  /** `wo_` + hash of the incident id. */
  readonly id: string;
  readonly sort: string;
  readonly state: OrderState;
  readonly level: Level;
  readonly title: Text;
  readonly incident: string;
  readonly place: { readonly id: string; readonly name: Text; readonly street: string | null; readonly at: Position | null };
  readonly alerts: readonly OrderAlert[];
  readonly assignments: readonly Assignment[];
  /** Made under an event clock or by an exercise: must never reach a production channel. */
  readonly drill: boolean;
  readonly openedAt: Millis;
  /** When the condition that opened it became true, in event time; absent in orders of before this was kept. */
  readonly beganAt?: Millis;
  readonly closedAt: Millis | null;
  /** How often it was opened again. */
  readonly reopened?: number;
  /** Something a person must look at (`lead-declined`, `nobody`, `unverified`, `overdue:STEP:PARTY`, `delivery-parked:PARTY`, `unreachable:PARTY` or `unreachable:PARTY/STREET`). */
  readonly attention: readonly string[];
  readonly trail: readonly TrailEntry[];
}

export type OrderMessageType =
  | 'order.dispatched'
  | 'order.escalated'
  | 'order.updated'
  | 'order.accepted'
  | 'order.on-site'
  | 'order.resolved'
  | 'order.closed'
  | 'order.cancelled';

/** What a message says of one order. */
export interface Told {
  readonly order: string;
  readonly type: string;
}

/** What one party is told about one order, once; expanded to deliveries at the edge. */
export interface OrderMessage {
  readonly kind: 'order-message';
  /** `msg_` + hash of order, party, street and running number, or of what is in a digest: the `webhook-id` of every attempt. */
  readonly id: string;
  readonly type: OrderMessageType;
  /** Of a digest an id of its own, `dg_…`, which is no order. */
  readonly order: string;
  /** Of a digest: what it tells of which order. */
  readonly digest?: readonly Told[];
  readonly party: string;
  readonly street: string | null;
  readonly drill: boolean;
  readonly at: Millis;
  /** The JSON body of the contract, ready to be signed. */
  readonly body: string;
}
