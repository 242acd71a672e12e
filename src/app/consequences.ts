import type { AlertStep } from '../alerts/alert-step.ts';
import { createAlerts, type Alerts } from '../alerts/alerts.ts';
import { createDispatch, type Dispatch } from '../dispatch/dispatch.ts';
import type { DispatchStep } from '../dispatch/order-desk.ts';
import { DEFAULT_HANDLING } from '../model/handling.ts';
import type { City } from '../model/place.ts';
import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import type { BatchOutcome } from './batch-outcome.ts';

/** From what the signs say to alerts, from alerts to orders; and back, for an order that is over releases its alerts. */
export class Consequences {
  readonly alerts: Alerts = createAlerts();
  /** For whoever explains or tests: hears every verdict, changes nothing. */
  onVerdict: ((verdict: Verdict) => void) | null = null;
  private dispatcher: Dispatch | null = null;

  get orders(): Dispatch {
    if (this.dispatcher === null) throw new Error('the core was asked before any definition was in force');
    return this.dispatcher;
  }

  /** The orders that there are go on in this city. */
  settleIn(city: City, events: boolean): void {
    const dispatcher = createDispatch({ city, drill: events, links: { orders: '/api/v1/orders/' }, clocks: !events });
    if (this.dispatcher !== null) dispatcher.restore(this.dispatcher.snapshot());
    this.dispatcher = dispatcher;
    this.alerts.handle(city.handling ?? DEFAULT_HANDLING);
  }

  /** One that cannot be followed does not keep the others back. */
  followAll(verdicts: readonly Verdict[], now: Millis, outcome: BatchOutcome): void {
    const failures: unknown[] = [];
    for (const verdict of verdicts) {
      try {
        this.follow(verdict, now, outcome);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  follow(verdict: Verdict, now: Millis, outcome: BatchOutcome): void {
    this.onVerdict?.(verdict);
    const step = alertStep();
    this.alerts.apply(verdict, step);
    this.raise(step, now, outcome);
  }

  /** What alerts have said goes to the orders. */
  raise(step: AlertStep, now: Millis, outcome: BatchOutcome): void {
    for (const { alert, was, at } of step.transitions) {
      outcome.alerts.set(alert.id, alert);
      outcome.transitions.push({ alert, was, at });
    }
    for (const change of step.changes) {
      const orders = dispatchStep();
      // Due times run from when we knew, which is now, not from when it began.
      this.orders.apply({ ...change, at: now }, orders);
      this.settle(orders, now, outcome);
    }
  }

  /** What orders have said goes out, and back to the alerts. */
  settle(step: DispatchStep, now: Millis, outcome: BatchOutcome): void {
    for (const order of step.orders) outcome.orders.set(order.id, order);
    outcome.messages.push(...step.messages);
    for (const incident of step.closedIncidents) {
      const released = alertStep();
      this.alerts.orderClosed(incident, now, released);
      this.raise(released, now, outcome);
    }
  }

  /** Lets silences and exercises, then the clocks of the orders unless those wait, come to `now`. */
  advance(now: Millis, outcome: BatchOutcome, waiting = false): void {
    if (this.alerts.nextAt() <= now) {
      const ended = alertStep();
      this.alerts.advance(now, ended);
      this.raise(ended, now, outcome);
    }
    // What the signs say comes first: a sign that is calm now may have closed an order whose time runs out now.
    if (waiting || this.orders.nextAt() > now) return;
    const step = dispatchStep();
    this.orders.advance(now, step);
    this.settle(step, now, outcome);
  }

  nextAt(): Millis {
    return Math.min(this.alerts.nextAt(), this.dispatcher?.nextAt() ?? Number.POSITIVE_INFINITY);
  }

  save(): { readonly alerts: unknown; readonly dispatch: unknown } {
    return { alerts: this.alerts.snapshot(), dispatch: this.orders.snapshot() };
  }

  restore(saved: { readonly alerts: unknown; readonly dispatch: unknown }, ruleOf: (id: string) => Rule | undefined): void {
    this.alerts.restore(saved.alerts, ruleOf);
    this.orders.restore(saved.dispatch);
  }
}

export function alertStep(): AlertStep {
  return { transitions: [], changes: [] };
}

export function dispatchStep(): DispatchStep {
  return { orders: [], messages: [], closedIncidents: [] };
}
