import type { Alert } from '../model/alert.ts';
import type { Level } from '../model/level.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, OrderAlert, OrderMessage, TrailEntry, WorkOrder } from '../model/work-order.ts';
import { CLOCK_STEPS, overdueCode, RESTING, type Clocks } from './clocks.ts';
import type { Due } from './due-instants.ts';
import { orderBody, type Notice } from './order-body.ts';
import { ReceiptBook, type SavedReceipts } from './receipt-book.ts';
import { RefusedDeliveries, type SavedRefused } from './refused-deliveries.ts';
import { SentMessages, type SavedSent } from './sent-messages.ts';

export interface SavedOrder {
  readonly order: WorkOrder;
  readonly due: Due;
  readonly told: Level;
  readonly endings: number;
  readonly endTold: boolean;
  readonly sent: SavedSent;
  readonly receipts: SavedReceipts;
  readonly calm?: boolean;
  readonly resolvedAt?: Millis | null;
  readonly recall?: Recalling | null;
  readonly clocks?: readonly (readonly [assignment: string, clocks: Clocks])[];
  readonly commands?: readonly (readonly [id: string, deed: string])[];
  readonly refused?: SavedRefused;
}

/** When operations is called again, and how often that has been. */
export interface Recalling {
  readonly at: Millis;
  readonly count: number;
}

/** What a line of the trail says beside the time. */
export type Entry = Pick<TrailEntry, 'what'> & Partial<TrailEntry>;

/** An order that is not closed: the record that is published, and what only dispatch needs to know of it. */
export class OpenOrder {
  order: WorkOrder;
  /** The shortest times that any of its rules gives. */
  due: Due;
  /** The level that its parties were told last. */
  told: Level;
  /** How often its incident has ended. */
  endings = 0;
  /** True while the last that its parties heard is that the incident has ended. */
  endTold = false;
  /** Receipts that moved it. */
  receipts = new ReceiptBook();
  /** No condition of its alerts holds now. */
  calm = false;
  /** Since when everybody has done their share; `null`: not yet, or nobody need be reminded of it any more. */
  resolvedAt: Millis | null = null;
  /** Nobody takes it on, or verifies it; `null`: somebody does, or was called often enough. */
  recall: Recalling | null = null;
  /** Ids of commands that were carried out, with what they were. */
  readonly commands = new Map<string, string>();
  /** What its parties' receivers refused. */
  readonly refused = new RefusedDeliveries();
  private readonly clocks = new Map<string, Clocks>();
  private sent: SentMessages;

  constructor(order: WorkOrder, due: Due) {
    this.order = order;
    this.due = due;
    this.told = order.level;
    this.sent = new SentMessages(order.id);
  }

  static restore(saved: SavedOrder): OpenOrder {
    const open = new OpenOrder(saved.order, saved.due);
    open.told = saved.told;
    open.endings = saved.endings;
    open.endTold = saved.endTold;
    open.sent = new SentMessages(saved.order.id, saved.sent);
    open.receipts = ReceiptBook.restore(saved.receipts);
    open.calm = saved.calm ?? false;
    open.resolvedAt = saved.resolvedAt ?? null;
    open.recall = saved.recall ?? null;
    for (const [assignment, clocks] of saved.clocks ?? []) open.clocks.set(assignment, clocks);
    for (const [id, deed] of saved.commands ?? []) open.commands.set(id, deed);
    open.refused.restore(saved.refused ?? []);
    return open;
  }

  save(): SavedOrder {
    const { order, due, told, endings, endTold, calm, resolvedAt, recall } = this;
    const books = { sent: this.sent.save(), receipts: this.receipts.save(), refused: this.refused.save() };
    const maps = { clocks: [...this.clocks], commands: [...this.commands] };
    return { order, due, told, endings, endTold, calm, resolvedAt, recall, ...books, ...maps };
  }

  change(fields: Partial<WorkOrder>): void {
    this.order = { ...this.order, ...fields };
  }

  /** A new episode of a rule at a key takes the place of its earlier one. @returns what the alert is new in. */
  noteAlert(alert: Alert, sort: string | null): 'rule' | 'key' | null {
    const { id, rule, version, subject, level, since, resolvedAt, because } = alert;
    const line: OrderAlert = { id, rule, version, key: subject.key, level, since, resolvedAt, because, ...(sort === null ? {} : { sort }) };
    const { alerts } = this.order;
    const known = alerts.findIndex((one) => one.rule === rule && one.key === subject.key);
    this.change({ alerts: known === -1 ? [...alerts, line] : alerts.with(known, line) });
    if (known !== -1) return null;
    return alerts.some((one) => one.rule === rule) ? 'key' : 'rule';
  }

  add(assignment: Assignment): void {
    this.change({ assignments: [...this.order.assignments, assignment] });
  }

  replace(before: Assignment, after: Assignment): void {
    this.change({ assignments: this.order.assignments.map((one) => (one === before ? after : one)) });
  }

  clocksOf(assignment: Assignment): Clocks {
    return this.clocks.get(nameOf(assignment)) ?? RESTING;
  }

  setClocks(assignment: Assignment, clocks: Clocks): void {
    if (clocks === RESTING) this.clocks.delete(nameOf(assignment));
    else this.clocks.set(nameOf(assignment), clocks);
  }

  /** Its times begin anew, or run no more: what was said of them is past. */
  restClocks(assignment: Assignment): void {
    this.setClocks(assignment, RESTING);
    for (const step of CLOCK_STEPS) this.ease(overdueCode(step, assignment));
  }

  /** Nobody need look any more because of this. */
  ease(code: string): void {
    if (this.order.attention.includes(code)) this.change({ attention: this.order.attention.filter((one) => one !== code) });
  }

  /** @returns false when it was asked for already. */
  askAttention(code: string): boolean {
    if (this.order.attention.includes(code)) return false;
    this.change({ attention: [...this.order.attention, code] });
    return true;
  }

  record(at: Millis, entry: Entry): void {
    const line: TrailEntry = { at, party: null, state: null, by: null, note: null, door: 'engine', ...entry };
    this.change({ trail: [...this.order.trail, line] });
  }

  /** One message to each of `to`. Last of all changes, because a body says how the order stands when it is made. */
  tell(to: readonly Assignment[], notice: Notice, links: string, messages: OrderMessage[]): void {
    const { id, drill } = this.order;
    for (const assignment of to) {
      const { party, street } = assignment;
      const numbered = this.sent.next(party, street, notice.at);
      messages.push({
        kind: 'order-message',
        id: numbered.id,
        type: notice.type,
        order: id,
        party,
        street,
        drill,
        at: notice.at,
        body: orderBody(this.order, assignment, { ...notice, ...numbered }, `${links}${id}`),
      });
      this.told = this.order.level;
    }
  }
}

/** What tells the assignments of an order apart: a party, and its office where it has one a street. */
export function nameOf({ party, street }: Pick<Assignment, 'party' | 'street'>): string {
  return `${party}|${street ?? ''}`;
}
