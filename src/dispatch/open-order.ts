import type { Alert } from '../model/alert.ts';
import { fingerprint } from '../model/fingerprint.ts';
import type { Level } from '../model/level.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, OrderAlert, OrderMessage, TrailEntry, WorkOrder } from '../model/work-order.ts';
import type { Due } from './due-instants.ts';
import { orderBody, type Notice } from './order-body.ts';
import { ReceiptBook, type SavedReceipts } from './receipt-book.ts';

export interface SavedOrder {
  readonly order: WorkOrder;
  readonly due: Due;
  readonly told: Level;
  readonly endings: number;
  readonly endTold: boolean;
  readonly sent: readonly (readonly [assignment: string, count: number])[];
  readonly receipts: SavedReceipts;
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
  private readonly sent = new Map<string, number>();

  constructor(order: WorkOrder, due: Due) {
    this.order = order;
    this.due = due;
    this.told = order.level;
  }

  static restore(saved: SavedOrder): OpenOrder {
    const open = new OpenOrder(saved.order, saved.due);
    open.told = saved.told;
    open.endings = saved.endings;
    open.endTold = saved.endTold;
    for (const [assignment, count] of saved.sent) open.sent.set(assignment, count);
    open.receipts = ReceiptBook.restore(saved.receipts);
    return open;
  }

  save(): SavedOrder {
    const { order, due, told, endings, endTold } = this;
    return { order, due, told, endings, endTold, sent: [...this.sent], receipts: this.receipts.save() };
  }

  change(fields: Partial<WorkOrder>): void {
    this.order = { ...this.order, ...fields };
  }

  /** A new episode of a rule at a key takes the place of its earlier one. @returns what the alert is new in. */
  noteAlert(alert: Alert): 'rule' | 'key' | null {
    const { id, rule, version, subject, level, since, resolvedAt, because } = alert;
    const line: OrderAlert = { id, rule, version, key: subject.key, level, since, resolvedAt, because };
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
      const receiver = `${party}|${street ?? ''}`;
      const number = (this.sent.get(receiver) ?? 0) + 1;
      this.sent.set(receiver, number);
      const message = fingerprint('msg', id, party, street ?? '', number);
      messages.push({
        kind: 'order-message',
        id: message,
        type: notice.type,
        order: id,
        party,
        street,
        drill,
        at: notice.at,
        body: orderBody(this.order, assignment, { ...notice, id: message }, `${links}${id}`),
      });
      this.told = this.order.level;
    }
  }
}
