import type { Observation } from '../../engine/engine.ts';
import { DEFAULT_HANDLING } from '../../model/handling.ts';
import type { Problem } from '../../model/problem.ts';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Millis } from '../../model/time.ts';
import { createOutcome, type BatchOutcome } from '../batch-outcome.ts';
import { Core } from '../core.ts';
import type { Definition } from '../definition.ts';
import { AcceptedReports } from './accepted-report.ts';
import { ImaginedAnswers, type Answering } from './imagined-answers.ts';
import { RunRecord } from './run-record.ts';
import type { RunResult } from './run-result.ts';

export interface StoredRunOptions {
  readonly definition: Definition;
  /** What fires before only leads there. */
  readonly from: Millis;
  readonly answering: Answering;
  /** Readings of other measures are left out, and so is what is said of gateways, which are judged by all; `null`: all. */
  readonly measures?: readonly string[] | null;
  /** False: others say what there is to say of gateways. */
  readonly gateways?: boolean;
  /** For trials: hears what came of a moment, before it is let go. */
  readonly onOutcome?: (outcome: BatchOutcome) => void;
}

/**
 * The server's own core over stored readings, on a virtual clock: nothing that it decides leaves it.
 *
 * V1 The same readings in the order of the log give the alerts that the server gave, step by step and byte for byte.
 * V2 Time passes as it did then: what is due between two readings is decided at its own time.
 * V3 What cannot be judged is counted and harms no other.
 */
export class StoredRun {
  /** Rules that do not compile are left out, and named here. */
  readonly problems: readonly Problem[];
  private readonly core = new Core();
  private readonly reports: AcceptedReports;
  private readonly record: RunRecord;
  private readonly answers: ImaginedAnswers;
  private readonly onOutcome: ((outcome: BatchOutcome) => void) | null;
  private outcome = createOutcome();
  private unruled = 0;
  private failures = 0;
  private readonly sums = { readings: 0, tests: 0, late: 0, implausible: 0 };

  constructor({ definition, from, answering, onOutcome, measures = null, gateways = measures === null }: StoredRunOptions) {
    const { city } = definition;
    this.reports = new AcceptedReports(city, measures);
    this.record = new RunRecord(from, gateways);
    this.answers = new ImaginedAnswers(answering, city.handling ?? DEFAULT_HANDLING);
    this.onOutcome = onOutcome ?? null;
    // History keeps when a reading was received: time passes by that.
    const settings = { ...definition.settings, clock: 'wall' } as const;
    // Messages are counted before they are put together to digests: which meet in one depends on all orders there are.
    const handling = { ...(city.handling ?? DEFAULT_HANDLING), limit: null };
    this.problems = this.core.configure({ ...definition, settings, city: { ...city, handling } }, createOutcome());
  }

  /** When the newest reading was received. */
  get now(): Millis {
    return this.core.now;
  }

  take(block: ReadingBlock): void {
    this.reports.take(block, this.judge);
  }

  /** Lets time pass to the end of the span. */
  finish(at: Millis): void {
    this.pass(at);
  }

  result(): RunResult {
    this.gather();
    const { failures, sums, unruled } = this;
    const counts = { ...sums, unknown: this.reports.unknown, unruled, failures };
    return { kind: 'run', ...this.record.result(), counts };
  }

  private readonly judge = (report: Observation, test: boolean): void => {
    const { core } = this;
    if (report.receivedAt > core.now) this.pass(report.receivedAt);
    try {
      core.judge(report, test, this.outcome);
    } catch {
      this.failures += 1;
    }
    const { refused } = core.engine.counts;
    if (refused.size > 0) {
      this.unruled += 1;
      refused.clear();
    }
    if (this.outcome.transitions.length > 0) this.settle();
  };

  private pass(to: Millis): void {
    const { answers, core } = this;
    for (let due = this.dueAt(); due <= to; due = this.dueAt()) {
      core.begin(due, this.outcome);
      for (const event of answers.come(due, (id) => core.orders.get(id))) core.step(event, this.outcome);
      this.settle();
    }
    // Nothing else is due by then.
    core.now = to;
  }

  private dueAt(): Millis {
    const { core } = this;
    // What came too late to wait is due at once: with the next tick.
    return Math.min(Math.max(core.nextAt(), core.now + 1), this.answers.nextAt());
  }

  /** Answers what has been asked, until nobody has anything to say; then keeps what came of it. */
  private settle(): void {
    const { answers, core } = this;
    let asked = this.outcome.orders;
    while (asked.size > 0) {
      const said = createOutcome();
      for (const order of asked.values()) for (const event of answers.heard(order, core.now)) core.step(event, said);
      this.gather();
      this.outcome = said;
      asked = said.orders;
    }
    this.gather();
  }

  private gather(): void {
    const { counts, failures } = this.outcome;
    this.sums.readings += counts.readings;
    this.sums.tests += counts.tests;
    this.sums.late += counts.late;
    this.sums.implausible += counts.implausible;
    this.failures += failures.length;
    this.record.take(this.outcome);
    this.onOutcome?.(this.outcome);
    this.outcome = createOutcome();
  }
}
