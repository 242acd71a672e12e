import { GATEWAY_RULE } from '../../engine/gateway-rule.ts';
import { higherLevel, type Level } from '../../model/level.ts';
import type { Alert } from '../../model/alert.ts';
import type { Millis } from '../../model/time.ts';
import type { OrderMessage, WorkOrder } from '../../model/work-order.ts';
import type { BatchOutcome } from '../batch-outcome.ts';
import type { PartyHour, RunAlert, RunOrder } from './run-result.ts';

const HOUR: Millis = 3_600_000;
/** Alerts and orders that are kept of a run; more of them nobody reads, and a rule that fires at everything must not fill the memory. */
export const MOST = 200_000;

/** Of a message that sends a party out. */
const SENDS: ReadonlySet<string> = new Set(['order.dispatched']);

/**
 * What a run came to, gathered while it runs.
 *
 * K1 Every alert that fires within the span, or fires when it begins, is kept once, as it stood last; so is every order.
 */
export class RunRecord {
  private readonly from: Millis;
  private readonly gateways: boolean;
  private readonly alerts = new Map<string, RunAlert>();
  private readonly orders = new Map<string, RunOrder>();
  private readonly load = new Map<string, { orders: number; messages: number }>();
  /** Orders that others tell of. */
  private readonly leftOut = new Set<string>();
  cut = false;

  /** What is over before `from` only led there. Without `gateways`, what is said of them is left out. */
  constructor(from: Millis, gateways = true) {
    this.from = from;
    this.gateways = gateways;
  }

  take({ alerts, messages, orders }: BatchOutcome): void {
    for (const alert of alerts.values()) this.alert(alert);
    for (const order of orders.values()) this.order(order);
    for (const message of messages) this.message(message);
  }

  result(): { readonly alerts: RunAlert[]; readonly orders: RunOrder[]; readonly load: PartyHour[]; readonly cut: boolean } {
    const load = [...this.load].map(([name, counted]) => {
      const [hour, party] = name.split(' ') as [string, string];
      return { party, hour: Number(hour), ...counted };
    });
    return {
      alerts: [...this.alerts.values()].sort((a, b) => a.firedAt - b.firedAt || (a.id < b.id ? -1 : 1)),
      orders: [...this.orders.values()].sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1)),
      load: load.sort((a, b) => a.hour - b.hour || (a.party < b.party ? -1 : 1)),
      cut: this.cut,
    };
  }

  private alert({ id, rule, subject, firedAt, resolvedAt, peak }: Alert): void {
    if (firedAt === null || (rule === GATEWAY_RULE.id && !this.gateways)) return;
    if (resolvedAt !== null && resolvedAt < this.from) {
      this.alerts.delete(id);
      return;
    }
    const { key, place, street } = subject;
    this.keep(this.alerts, { id, rule, key, place, street, firedAt, resolvedAt, peak });
  }

  private order({ id, sort, place, openedAt, closedAt, level, assignments }: WorkOrder): void {
    if (sort === GATEWAY_RULE.order?.kind && !this.gateways) {
      this.leftOut.add(id);
      return;
    }
    if (closedAt !== null && closedAt < this.from) {
      this.orders.delete(id);
      return;
    }
    const known = this.orders.get(id);
    const parties = [...new Set(assignments.map(({ party }) => party))];
    const highest = higherLevel(known?.level ?? null, level) as Level;
    this.keep(this.orders, { id, sort, place: place.id, street: place.street, openedAt, closedAt, level: highest, parties });
  }

  private message({ at, order, party, type }: OrderMessage): void {
    if (at < this.from || this.leftOut.has(order)) return;
    const name = `${Math.floor(at / HOUR) * HOUR} ${party}`;
    const counted = this.load.get(name) ?? { orders: 0, messages: 0 };
    counted.messages += 1;
    if (SENDS.has(type)) counted.orders += 1;
    this.load.set(name, counted);
  }

  private keep<One extends { readonly id: string }>(all: Map<string, One>, one: One): void {
    if (all.size < MOST || all.has(one.id)) all.set(one.id, one);
    else this.cut = true;
  }
}
