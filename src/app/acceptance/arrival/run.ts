import type { Alert } from '../../../model/alert.ts';
import type { LogEvent } from '../../../model/log-entry.ts';
import type { Millis } from '../../../model/time.ts';
import type { Verdict } from '../../../model/verdict.ts';
import type { WorkOrder } from '../../../model/work-order.ts';
import { createOutcome, type BatchOutcome } from '../../batch-outcome.ts';
import { Core, type SavedCore } from '../../core.ts';
import type { Definition } from '../../definition.ts';
import type { Arrival } from './arrivals.ts';

/** A verdict without the body of its rule. */
export type Said = Omit<Verdict, 'rule'> & { readonly rule: string };

/** One core that is told one order of arrival, and all that it said. */
export class Run {
  readonly core: Core;
  readonly verdicts: Said[] = [];
  readonly alerts = new Map<string, Alert>();
  readonly orders = new Map<string, WorkOrder>();
  duplicates = 0;

  constructor(definition: Definition, now: Millis) {
    this.core = new Core(() => definition);
    this.core.now = now;
    this.core.configure(definition, createOutcome());
    this.core.onVerdict = ({ rule, ...verdict }) => this.verdicts.push({ ...verdict, rule: rule.id });
  }

  /** Goes on where another core was saved. */
  static from(definition: Definition, saved: SavedCore): Run {
    const run = new Run(definition, saved.now);
    run.core.restore(saved);
    return run;
  }

  play(arrivals: readonly Arrival[]): this {
    for (const { at, word } of arrivals) {
      this.tickUntil(at);
      const { sensor, gateway, payload } = word;
      this.enter(at, { kind: 'message', gateway, topic: `city/${gateway}/${sensor}`, payload });
    }
    return this;
  }

  waitUntil(at: Millis): this {
    this.tickUntil(at);
    this.enter(at);
    return this;
  }

  /** Lets the clock tick whenever something is due. */
  private tickUntil(at: Millis): void {
    for (let due = this.core.nextAt(); due <= at && due > this.core.now; due = this.core.nextAt()) this.enter(due);
  }

  private enter(at: Millis, ...events: readonly LogEvent[]): void {
    const outcome = createOutcome();
    this.core.begin(at, outcome);
    for (const event of events) this.core.step(event, outcome);
    this.keep(outcome);
  }

  private keep(outcome: BatchOutcome): void {
    for (const [id, alert] of outcome.alerts) this.alerts.set(id, alert);
    for (const [id, order] of outcome.orders) this.orders.set(id, order);
    this.duplicates += outcome.counts.duplicates;
    const [rejection] = outcome.rejections;
    if (rejection !== undefined) throw new Error(`${rejection.code} ${rejection.detail}`);
    if (outcome.failures[0] !== undefined) throw new Error(outcome.failures[0]);
  }
}
