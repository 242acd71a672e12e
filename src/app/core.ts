import type { DrillPlace } from '../alerts/exercise.ts';
import type { Dispatch } from '../dispatch/dispatch.ts';
import { GATEWAY_RULE } from '../engine/gateway-rule.ts';
import type { SavedEngine } from '../engine/engine-snapshot.ts';
import { Engine, type Observation } from '../engine/engine.ts';
import { PastSlots } from '../engine/past-slots.ts';
import type { BaselineTable } from '../model/baseline.ts';
import type { SignExplanation } from '../model/explanation.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import type { Drill, Silence } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import { createRegistry, DEFAULT_LIMITS, type Registry } from '../registry/registry.ts';
import type { RegistrySnapshot } from '../registry/snapshot.ts';
import type { BatchOutcome, EventResult } from './batch-outcome.ts';
import { Consequences } from './consequences.ts';
import { CoreClock } from './core-clock.ts';
import { Deeds } from './deeds.ts';
import type { Definition } from './definition.ts';
import { MessageWay } from './message-way.ts';
import { failureOf } from './refuse-message.ts';

export type Configured = Extract<LogEvent, { readonly kind: 'configured' }>;

export interface SavedCore {
  readonly format: 2;
  readonly now: Millis;
  readonly engine: SavedEngine;
  readonly registry: RegistrySnapshot;
  readonly alerts: unknown;
  readonly dispatch: unknown;
  /** Hash of the table of baselines in force; older snapshots know none. */
  readonly baselines?: string | null;
}

/**
 * The whole way of a reading, purely: decode → registry → engine → alerts → dispatch. It knows no file, socket, clock or
 * chance; what it is told, in the order in which it is told, decides everything that it says.
 *
 * C1 The same entries give the same outcomes: replay makes the same ids.
 * C2 A message that makes the core fail is quarantined as `internal` and harms no other.
 */
export class Core {
  readonly engine = new Engine();
  private readonly load: (event: Configured) => Definition;
  private readonly loadBaselines: (table: string) => BaselineTable;
  private readonly consequences = new Consequences();
  private readonly clock = new CoreClock(this.engine, this.consequences);
  private readonly deeds = new Deeds(this.consequences, (drill) => this.placeOf(drill));
  private readonly messages = new MessageWay({
    engine: this.engine,
    consequences: this.consequences,
    deeds: this.deeds,
    clock: this.clock,
  });
  private definition: Definition | null = null;
  private rules: ReadonlyMap<string, Rule> = new Map();

  /** They find what a `configured` and a `baselined` event names, and must give the same for the same hashes, for ever. */
  constructor(load: (event: Configured) => Definition = noDefinitions, loadBaselines: (table: string) => BaselineTable = noDefinitions) {
    this.load = load;
    this.loadBaselines = loadBaselines;
  }

  get now(): Millis {
    return this.clock.now;
  }

  set now(at: Millis) {
    this.clock.now = at;
  }

  /** For whoever explains or tests: hears every verdict, changes nothing. */
  set onVerdict(listener: (verdict: Verdict) => void) {
    this.consequences.onVerdict = listener;
  }

  /** Puts a definition in force; rules that do not compile are left out and named. */
  configure(definition: Definition, outcome: BatchOutcome): Problem[] {
    const { city, settings } = definition;
    // Rules alone may change under load: who the sensors are and what orders there are stays as it is.
    if (this.definition?.city !== city || this.definition.settings !== settings) this.settleIn(definition);
    this.definition = definition;
    const verdicts: Verdict[] = [];
    const before = this.rules;
    this.rules = new Map([...definition.rules.rules, GATEWAY_RULE].map((rule) => [rule.id, rule]));
    const problems = this.engine.configure(definition.rules.rules, city, Math.max(this.now, 0), verdicts);
    for (const verdict of verdicts)
      this.consequences.follow(
        { ...verdict, rule: this.rules.get(verdict.rule.id) ?? before.get(verdict.rule.id) ?? verdict.rule },
        this.now,
        outcome,
      );
    return problems;
  }

  private settleIn({ city, settings }: Definition): void {
    const registry = createRegistry(city, { ...DEFAULT_LIMITS, maxAhead: settings.maxAhead, maxJump: settings.maxJump });
    this.clock.followsData = settings.clock === 'events';
    this.messages.settleIn(registry, settings.codecs);
    this.consequences.settleIn(city, this.clock.followsData);
  }

  get inForce(): Definition | null {
    return this.definition;
  }

  get sensors(): Registry {
    return this.messages.sensors;
  }

  get orders(): Dispatch {
    return this.consequences.orders;
  }

  /**
   * Opens a batch at the wall clock's time; with the event clock, time passes only by readings. Where the batch begins with a
   * start, no party's time runs out before that is known: an answer may have been on its way while we were away.
   */
  begin(at: Millis, outcome: BatchOutcome, first: LogEvent['kind'] | null = null): void {
    this.clock.openedAt = at;
    if (this.definition === null || this.clock.followsData) return;
    try {
      this.clock.move(at, outcome, first === 'started' || first === 'configured');
    } catch (error) {
      // Time passes at every start anew: what failed here once must not keep the server down for ever.
      outcome.failures.push(failureOf(error));
    }
  }

  /** Decides one event. */
  step(event: LogEvent, outcome: BatchOutcome): EventResult {
    switch (event.kind) {
      case 'message':
        return this.messages.decide(event, outcome);
      case 'receipt':
      case 'parked':
      case 'unheard':
      case 'taken':
        return this.deeds.hear(event, this.now, outcome);
      case 'configured': {
        const problems = this.configure(this.load(event), outcome);
        return { kind: 'configured', problems };
      }
      case 'baselined':
        this.compareWith(event.table);
        return { kind: 'done' };
      case 'started':
        // A clock that follows the data stood still while we were away: nobody was shut out.
        if (this.clock.followsData) return { kind: 'done' };
        this.engine.settle(event.settled);
        this.orders.settle(event.settled);
        return { kind: 'done' };
      case 'forbidden':
      case 'sampled':
      case 'tick':
        return { kind: 'done' };
      default:
        return this.deeds.perform(event, this.now, outcome);
    }
  }

  /** Decides what history has kept of a message: it was accepted when it came. The clock must have been opened at its receipt. */
  judge(observation: Observation, test: boolean, outcome: BatchOutcome): void {
    this.messages.judge(observation, test, outcome);
  }

  /** Silences that are to come or last. */
  silences(): readonly Silence[] {
    return this.consequences.alerts.silences();
  }

  /** Exercises that last. */
  drills(): readonly Drill[] {
    return this.consequences.alerts.drills();
  }

  /** What is compared with it hears of it at its next look: nothing has been measured. */
  private compareWith(table: string): void {
    this.engine.past = new PastSlots(table, this.loadBaselines(table));
  }

  private placeOf(drill: Drill): DrillPlace | null {
    const rule = this.rules.get(drill.rule);
    const place = this.definition?.city.places.find(({ id }) => id === drill.place);
    return rule === undefined || place === undefined || rule.order === null ? null : { rule, place: place.id, street: place.street };
  }

  /** Why a sign stands as it does at a key, or why not, when the wall clock says `now`; `null`: no such sign. Changes nothing. */
  explain(sign: string, key: string, now: Millis): SignExplanation | null {
    const explanation = this.engine.explain(sign, key, this.clock.shown(now));
    if (explanation === null) return null;
    for (const alert of this.consequences.alerts.firing())
      if (alert.rule === sign && alert.subject.key === explanation.key) return { explanation, alert };
    return { explanation, alert: null };
  }

  /** When the core next has something to decide though nothing arrives: never, where time passes only by readings. */
  nextAt(): Millis {
    return this.clock.nextAt();
  }

  /** The earliest wall clock that the next entry may have. */
  notBefore(): Millis {
    return this.clock.notBefore();
  }

  save(): SavedCore {
    const registry = this.sensors.snapshot();
    return {
      format: 2,
      now: this.now,
      engine: this.engine.save(),
      registry,
      ...this.consequences.save(),
      baselines: this.engine.past?.version ?? null,
    };
  }

  /** Takes up a saved state; the definition it was saved under must be in force. */
  restore(saved: SavedCore): void {
    this.now = saved.now;
    if (typeof saved.baselines === 'string') this.compareWith(saved.baselines);
    this.engine.restore(saved.engine);
    this.sensors.restore(saved.registry);
    this.consequences.restore(saved, (id) => this.rules.get(id));
  }
}

function noDefinitions(): never {
  throw new Error('this core was given no definitions to load');
}
