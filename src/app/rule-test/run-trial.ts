import type { Alert } from '../../model/alert.ts';
import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import type { Millis } from '../../model/time.ts';
import type { Assignment, WorkOrder } from '../../model/work-order.ts';
import { createOutcome, type BatchOutcome } from '../batch-outcome.ts';
import { Core } from '../core.ts';
import type { LevelChange, Recording, Said, Trial } from './trial.ts';

/** What a trial is run on. */
export interface Bench {
  readonly rule: Rule;
  /** The rule under test among them. */
  readonly rules: readonly Rule[];
  readonly city: City;
}

/** Sensors that name no gateway share this one. */
const GATEWAY = 'test';
const SETTINGS = { clock: 'wall', maxAhead: 300_000, maxJump: Number.MAX_SAFE_INTEGER, codecs: {} } as const;

/**
 * Runs one trial through the same core as the server's, on a virtual clock.
 * @returns what the rule under test came to, or why that cannot be said
 */
export function runTrial(bench: Bench, trial: Trial): Recording | { readonly refused: string } {
  const run = new TrialRun(bench, trial);
  return run.refused === null ? run.play() : { refused: run.refused };
}

interface Step {
  readonly at: Millis;
  readonly run: (outcome: BatchOutcome) => void;
}

class TrialRun {
  refused: string | null = null;
  private outcome = createOutcome();
  private readonly core = new Core();
  private readonly changes: LevelChange[] = [];
  private readonly alerts = new Map<string, Alert>();
  private readonly orders = new Map<string, WorkOrder>();
  private readonly gateways: ReadonlyMap<string, string | null>;
  private readonly bench: Bench;
  private readonly trial: Trial;

  constructor(bench: Bench, trial: Trial) {
    this.bench = bench;
    this.trial = trial;
    this.gateways = new Map(bench.city.sensors.map((sensor) => [sensor.id, sensor.gateway]));
    this.core.now = trial.start;
    const definition = { rules: { hash: '', rules: bench.rules }, city: bench.city, settings: SETTINGS };
    const [problem] = this.core.configure(definition, createOutcome());
    if (problem !== undefined) this.refused = `${problem.file}:${problem.pointer} ${problem.message}`;
    this.core.onVerdict = ({ rule, level, was, at, subject }) => {
      if (rule.id === bench.rule.id && level !== was) this.changes.push({ at: at - trial.start, key: subject.key, level });
    };
  }

  play(): Recording | { readonly refused: string } {
    const steps = this.steps();
    const end = Math.max(this.trial.start + this.trial.until, steps.at(-1)?.at ?? 0);
    // What is judged later than it happens must come out as well.
    steps.push({ at: this.judgedBy(end), run: () => undefined });
    for (const { at, run } of steps) {
      for (let due = this.core.nextAt(); due <= at && due > this.core.now; due = this.core.nextAt()) this.pass(due);
      this.pass(at, run);
      if (this.refused !== null) return { refused: this.refused };
    }
    return this.recording(end - this.trial.start);
  }

  private pass(at: Millis, run: Step['run'] = () => undefined): void {
    const { core, outcome } = this;
    core.begin(at, outcome);
    run(outcome);
    const [rejection] = outcome.rejections;
    if (rejection !== undefined) this.refused = `input refused: ${rejection.code} ${rejection.detail}`;
    if (outcome.failures[0] !== undefined) this.refused = outcome.failures[0];
    // Most say nothing, and leave the outcome as it was.
    if (outcome.alerts.size + outcome.orders.size === 0) return;
    for (const [id, alert] of outcome.alerts) if (alert.rule === this.bench.rule.id) this.alerts.set(id, alert);
    for (const [id, order] of outcome.orders) this.orders.set(id, order);
    this.outcome = createOutcome();
  }

  /** The clock at which everything that happened up to `end` has been judged. */
  private judgedBy(end: Millis): Millis {
    const { book } = this.core.engine;
    const running = book.rules.find(({ compiled }) => compiled.rule.id === this.bench.rule.id);
    const buffer = running === undefined ? null : book.laneOf(running).buffer;
    return buffer === null ? end : buffer.releaseOf(end);
  }

  private steps(): Step[] {
    const { start, says, receipts, resets } = this.trial;
    const steps: Step[] = [
      ...says.map((said) => ({ at: start + said.arrives, run: (outcome: BatchOutcome) => this.read(said, outcome) })),
      ...receipts.map(({ at, ...given }, i) => ({
        at: start + at,
        run: (outcome: BatchOutcome) => this.answer({ ...given, id: `rc-${i}` }, outcome),
      })),
      ...resets.map((at) => ({ at: start + at, run: (outcome: BatchOutcome) => this.reset(outcome) })),
    ];
    return steps.sort((a, b) => a.at - b.at);
  }

  private read({ at, sensor, gateway, values }: Said, outcome: BatchOutcome): void {
    const by = gateway ?? this.gateways.get(sensor) ?? GATEWAY;
    const payload = Buffer.from(JSON.stringify({ at: this.trial.start + at, values }));
    this.core.step({ kind: 'message', gateway: by, topic: `city/${by}/${sensor}`, payload }, outcome);
  }

  /** Of one party, for every open order. */
  private answer(given: Omit<Trial['receipts'][number], 'at'> & { readonly id: string }, outcome: BatchOutcome): void {
    for (const order of [...this.core.orders.open()]) {
      const receipt = { kind: 'receipt', ...given, id: `${given.id}-${order.id}`, order: order.id, street: null } as const;
      this.core.step({ kind: 'receipt', receipt: { ...receipt, by: null, note: null, at: null, door: 'http' } }, outcome);
    }
  }

  private reset(outcome: BatchOutcome): void {
    for (const { id, latched } of this.alerts.values()) {
      if (latched) this.core.step({ kind: 'reset', alert: id, by: 'test', note: null }, outcome);
    }
  }

  private recording(until: Millis): Recording {
    const { id } = this.bench.rule;
    return {
      changes: this.changes.filter(({ at }) => at <= until),
      orders: [...this.orders.values()]
        .filter(({ alerts }) => alerts.some((alert) => alert.rule === id))
        .map(({ level, assignments, state }) => ({ level, parties: namedBy(assignments), state })),
      alerts: [...this.alerts.values()].flatMap(({ subject, state, level, firedAt }) =>
        firedAt === null || state === 'pending' ? [] : [{ key: subject.key, state, level }],
      ),
    };
  }
}

/** Whom the rule asks. In a trial nobody answers, so that others are called in their place: they say nothing of the rule. */
function namedBy(assignments: readonly Assignment[]): string[] {
  return assignments.filter(({ calledFor }) => calledFor === undefined || calledFor === null).map(({ party }) => party);
}
