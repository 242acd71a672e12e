import { createAlerts, type Alerts, type AlertStep } from '../alerts/alerts.ts';
import { createDecoder } from '../decode/decode.ts';
import type { Refused } from '../decode/decoded.ts';
import { createDispatch, type Dispatch } from '../dispatch/dispatch.ts';
import type { DispatchStep } from '../dispatch/order-desk.ts';
import { GATEWAY_RULE } from '../engine/gateway-rule.ts';
import type { SavedEngine } from '../engine/engine-snapshot.ts';
import { Engine } from '../engine/engine.ts';
import { KEY_LIMIT } from '../engine/rule-memory.ts';
import type { SignExplanation } from '../model/explanation.ts';
import { DEFAULT_HANDLING } from '../model/handling.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { Problem } from '../model/problem.ts';
import type { Report } from '../model/reading.ts';
import { SAMPLE_LIMIT, type Rejection } from '../model/rejection.ts';
import type { Rule } from '../model/rule.ts';
import { mayAnswerFor } from '../model/sender.ts';
import type { Drill, Silence } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import { createRegistry, DEFAULT_LIMITS, type Registry } from '../registry/registry.ts';
import type { RegistrySnapshot } from '../registry/snapshot.ts';
import { countMessage, type BatchOutcome, type EventResult } from './batch-outcome.ts';
import type { Definition } from './definition.ts';

type Message = Extract<LogEvent, { readonly kind: 'message' }>;

export type Configured = Extract<LogEvent, { readonly kind: 'configured' }>;

export interface SavedCore {
  readonly format: 2;
  readonly now: Millis;
  readonly engine: SavedEngine;
  readonly registry: RegistrySnapshot;
  readonly alerts: unknown;
  readonly dispatch: unknown;
}

/**
 * The whole way of a reading, purely: decode → registry → engine → alerts → dispatch. It knows no file, socket, clock or
 * chance; what it is told, in the order in which it is told, decides everything that it says.
 *
 * C1 The same entries give the same outcomes: replay makes the same ids.
 * C2 A message that makes the core fail is quarantined as `internal` and harms no other.
 */
export class Core {
  now: Millis = Number.NEGATIVE_INFINITY;
  /** For whoever explains or tests: hears every verdict, changes nothing. */
  onVerdict: ((verdict: Verdict) => void) | null = null;
  readonly engine = new Engine();
  private readonly load: (event: Configured) => Definition;
  private readonly decoder = createDecoder();
  /** Emptied before every report: most have none. */
  private readonly verdicts: Verdict[] = [];
  private readonly alerts: Alerts = createAlerts();
  private registry: Registry | null = null;
  private dispatcher: Dispatch | null = null;
  private definition: Definition | null = null;
  /** The wall clock of the batch; under an event clock nothing is decided by it but what has no time of its own. */
  private openedAt: Millis = 0;
  private rules: ReadonlyMap<string, Rule> = new Map();

  /** `load` finds what a `configured` event names; it must give the same for the same hashes, for ever. */
  constructor(load: (event: Configured) => Definition = noDefinitions) {
    this.load = load;
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
      this.follow({ ...verdict, rule: this.rules.get(verdict.rule.id) ?? before.get(verdict.rule.id) ?? verdict.rule }, outcome);
    return problems;
  }

  private settleIn({ city, settings }: Definition): void {
    const registry = createRegistry(city, { ...DEFAULT_LIMITS, maxAhead: settings.maxAhead, maxJump: settings.maxJump });
    const events = settings.clock === 'events';
    const dispatcher = createDispatch({ city, drill: events, links: { orders: '/api/v1/orders/' }, clocks: !events });
    if (this.registry !== null) registry.restore(this.registry.snapshot());
    if (this.dispatcher !== null) dispatcher.restore(this.dispatcher.snapshot());
    this.registry = registry;
    this.dispatcher = dispatcher;
    this.alerts.handle(city.handling ?? DEFAULT_HANDLING);
  }

  get inForce(): Definition | null {
    return this.definition;
  }

  get sensors(): Registry {
    return this.required().registry;
  }

  get orders(): Dispatch {
    return this.required().dispatcher;
  }

  /** Opens a batch at the wall clock's time; with the event clock, time passes only by readings. */
  begin(at: Millis, outcome: BatchOutcome): void {
    this.openedAt = at;
    if (this.definition === null || this.followsData()) return;
    try {
      this.moveClock(at, outcome);
    } catch (error) {
      // Time passes at every start anew: what failed here once must not keep the server down for ever.
      outcome.failures.push(failureOf(error));
    }
  }

  /** Decides one event. */
  step(event: LogEvent, outcome: BatchOutcome): EventResult {
    switch (event.kind) {
      case 'message':
        return this.guarded(event, outcome);
      case 'receipt': {
        const step = dispatchStep();
        const result = this.orders.receive(event.receipt, this.now, step);
        if (result.kind === 'moved') outcome.receipts.push(event.receipt);
        outcome.answers.push({ receipt: event.receipt, outcome: result });
        this.settle(step, outcome);
        return { kind: 'receipt', outcome: result };
      }
      case 'command': {
        const step = dispatchStep();
        const result = this.orders.command(event.command, this.now, step);
        this.settle(step, outcome);
        return { kind: 'command', outcome: result };
      }
      case 'silence':
        this.alerts.silence(event.silence);
        return { kind: 'done' };
      case 'unsilence':
        return this.ended((step) => this.alerts.unsilence(event.silence, this.now, step), outcome);
      case 'drill':
        return this.ended((step) => this.beginDrill(event.drill, step), outcome);
      case 'drill-over':
        return this.ended((step) => this.alerts.endDrill(event.drill, this.now, step), outcome);
      case 'reset': {
        const step = alertStep();
        const done = this.alerts.reset(event.alert, { by: event.by, note: event.note, at: this.now }, step);
        this.raise(step, outcome);
        return { kind: 'reset', done };
      }
      case 'parked':
      case 'unheard':
      case 'taken':
        return this.hear(event, outcome);
      case 'configured': {
        const problems = this.configure(this.load(event), outcome);
        return { kind: 'configured', problems };
      }
      case 'started':
        // A clock that follows the data stood still while we were away: nobody was shut out.
        if (this.definition?.settings.clock !== 'events') this.engine.settle(event.settled);
        return { kind: 'done' };
      case 'forbidden':
      case 'tick':
        return { kind: 'done' };
    }
  }

  /** Silences that are to come or last. */
  silences(): readonly Silence[] {
    return this.alerts.silences();
  }

  /** Exercises that last. */
  drills(): readonly Drill[] {
    return this.alerts.drills();
  }

  /** @returns whether there was anything to begin or to end */
  private ended(deed: (step: AlertStep) => boolean, outcome: BatchOutcome): EventResult {
    const step = alertStep();
    const done = deed(step);
    this.raise(step, outcome);
    return { kind: 'deed', done };
  }

  private beginDrill(drill: Drill, step: AlertStep): boolean {
    const rule = this.rules.get(drill.rule);
    const place = this.definition?.city.places.find(({ id }) => id === drill.place);
    if (rule === undefined || place === undefined || rule.order === null) return false;
    this.alerts.drill(drill, { rule, place: place.id, street: place.street }, this.now, step);
    return true;
  }

  /** Why a sign stands as it does at a key, or why not, when the wall clock says `now`; `null`: no such sign. Changes nothing. */
  explain(sign: string, key: string, now: Millis): SignExplanation | null {
    const explanation = this.engine.explain(sign, key, this.followsData() ? this.now : Math.max(this.now, now));
    if (explanation === null) return null;
    for (const alert of this.alerts.firing())
      if (alert.rule === sign && alert.subject.key === explanation.key) return { explanation, alert };
    return { explanation, alert: null };
  }

  /** When the core next has something to decide though nothing arrives: never, where time passes only by readings. */
  nextAt(): Millis {
    return this.followsData()
      ? Number.POSITIVE_INFINITY
      : Math.min(this.engine.nextAt(), this.alerts.nextAt(), this.dispatcher?.nextAt() ?? Number.POSITIVE_INFINITY);
  }

  /** The earliest wall clock that the next entry may have. */
  notBefore(): Millis {
    return this.followsData() ? 0 : Math.max(0, this.now);
  }

  save(): SavedCore {
    const { registry, dispatcher } = this.required();
    return {
      format: 2,
      now: this.now,
      engine: this.engine.save(),
      registry: registry.snapshot(),
      alerts: this.alerts.snapshot(),
      dispatch: dispatcher.snapshot(),
    };
  }

  /** Takes up a saved state; the definition it was saved under must be in force. */
  restore(saved: SavedCore): void {
    const { registry, dispatcher } = this.required();
    this.now = saved.now;
    this.engine.restore(saved.engine);
    registry.restore(saved.registry);
    this.alerts.restore(saved.alerts, (id) => this.rules.get(id));
    dispatcher.restore(saved.dispatch);
  }

  /** What the outbox says of its deliveries. */
  private hear(event: Extract<LogEvent, { readonly kind: 'parked' | 'unheard' | 'taken' }>, outcome: BatchOutcome): EventResult {
    const step = dispatchStep();
    if (event.kind === 'parked') this.orders.parked(event, this.now, step);
    else if (event.kind === 'unheard') this.orders.unheard(event, this.now, step);
    else this.orders.taken(event, this.now, step);
    this.settle(step, outcome);
    return { kind: 'done' };
  }

  private guarded(event: Message, outcome: BatchOutcome): EventResult {
    try {
      return this.message(event, outcome);
    } catch (error) {
      const rejection = this.reject(event, { code: 'internal', pointer: '', detail: failureOf(error) }, outcome);
      return { kind: 'message', readings: 0, tests: 0, duplicates: 0, rejections: [rejection] };
    }
  }

  private message(event: Message, outcome: BatchOutcome): EventResult {
    const decoded = this.decoder.decode(event.topic, event.payload, this.definition?.settings.codecs[event.gateway]);
    if (decoded.kind === 'receipt' && !mayAnswerFor(event.gateway, decoded.receipt)) {
      countMessage(outcome.counts, decoded.codec, 'rejected');
      const rejection = this.reject(event, foreignReceipt(event.gateway), outcome);
      return { kind: 'message', readings: 0, tests: 0, duplicates: 0, rejections: [rejection] };
    }
    if (decoded.kind === 'receipt') {
      countMessage(outcome.counts, decoded.codec, 'receipt');
      const answer = this.step({ kind: 'receipt', receipt: decoded.receipt }, outcome);
      // Whoever sent it gets no answer on MQTT: quarantine is where it can be found.
      if (answer.kind === 'receipt' && answer.outcome.kind === 'refused') {
        this.reject(event, { code: 'receipt-refused', pointer: '', detail: answer.outcome.detail }, outcome);
      }
      return answer;
    }
    const { counts, rejections } = outcome;
    const { readings, tests, duplicates } = counts;
    const first = rejections.length;
    if (decoded.kind === 'refused') this.reject(event, decoded.rejection, outcome);
    else {
      for (const rejection of decoded.rejections) this.reject(event, rejection, outcome);
      for (let i = 0; i < decoded.reports.length; i += 1) {
        this.report(event, decoded.reports[i] as Report, memberPointer(decoded.members, i), outcome);
      }
    }
    const clean = rejections.length === first;
    countMessage(counts, decoded.codec, clean ? 'read' : 'rejected');
    return {
      kind: 'message',
      readings: counts.readings - readings,
      tests: counts.tests - tests,
      duplicates: counts.duplicates - duplicates,
      rejections: clean ? NONE : rejections.slice(first),
    };
  }

  private report(event: Message, report: Report, pointer: string, outcome: BatchOutcome): void {
    try {
      this.believe(event, report, pointer, outcome);
    } catch (error) {
      this.reject(event, { code: 'internal', pointer, detail: failureOf(error) }, outcome);
    }
  }

  private believe(event: Message, report: Report, pointer: string, outcome: BatchOutcome): void {
    const { registry, events } = this.required();
    const receivedAt = Number.isFinite(this.now) ? this.now : this.openedAt;
    const resolved = registry.resolve(report, { gateway: event.gateway, receivedAt, now: this.now, events });
    if (resolved.kind === 'refused') {
      this.reject(event, { ...resolved, pointer: pointer + resolved.pointer }, outcome);
      return;
    }
    if (resolved.kind === 'duplicate') {
      outcome.counts.duplicates += 1;
      return;
    }
    if (resolved.adopted) outcome.counts.adopted += 1;
    const { sensor, observedAt } = resolved;
    if (events && observedAt > this.now) this.moveClock(observedAt, outcome);
    const { counts } = outcome;
    if (resolved.kind === 'test') {
      // Under maintenance a device must not alert; but it has spoken, and is not silent.
      counts.tests += 1;
      this.engine.hear({ sensor, at: observedAt, receivedAt: this.now, gateway: event.gateway }, this.verdicts);
      this.followAll(this.verdicts.splice(0), outcome);
      return;
    }
    const { engine } = this;
    const { late, implausible } = engine.counts;
    try {
      const { values } = report;
      counts.readings += engine.observe({ sensor, values, at: observedAt, receivedAt: this.now, gateway: event.gateway }, this.verdicts);
    } finally {
      // Also where it failed: the engine has moved on, and would never say these again.
      if (this.verdicts.length > 0) this.followAll(this.verdicts.splice(0), outcome);
    }
    if (engine.counts.refused.size > 0) this.rejectUnruled(event, pointer, outcome);
    counts.late += engine.counts.late - late;
    counts.implausible += engine.counts.implausible - implausible;
    counts.lag = this.now - observedAt;
  }

  /** The reading stands; but a rule that has no room for another key could not judge it. */
  private rejectUnruled(event: Message, pointer: string, outcome: BatchOutcome): void {
    const { refused } = this.engine.counts;
    for (const rule of refused.keys()) {
      const detail = `Rule "${rule}" holds as many keys as it may (${KEY_LIMIT}); narrow its models or its scope.`;
      this.reject(event, { code: 'key-cap', pointer, detail }, outcome);
    }
    refused.clear();
  }

  private moveClock(at: Millis, outcome: BatchOutcome): void {
    if (at <= this.now) return;
    this.now = at;
    if (this.engine.nextAt() <= at) {
      const verdicts: Verdict[] = [];
      this.engine.advance(at, verdicts);
      this.followAll(verdicts, outcome);
    }
    if (this.alerts.nextAt() <= at) {
      const ended = alertStep();
      this.alerts.advance(at, ended);
      this.raise(ended, outcome);
    }
    // What the signs say comes first: a sign that is calm now may have closed an order whose time runs out now.
    if (this.orders.nextAt() > at) return;
    const step = dispatchStep();
    this.orders.advance(at, step);
    this.settle(step, outcome);
  }

  /** One that cannot be followed does not keep the others back. */
  private followAll(verdicts: readonly Verdict[], outcome: BatchOutcome): void {
    const failures: unknown[] = [];
    for (const verdict of verdicts) {
      try {
        this.follow(verdict, outcome);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  private follow(verdict: Verdict, outcome: BatchOutcome): void {
    this.onVerdict?.(verdict);
    const step = alertStep();
    this.alerts.apply(verdict, step);
    this.raise(step, outcome);
  }

  private raise(step: AlertStep, outcome: BatchOutcome): void {
    for (const { alert, was, at } of step.transitions) {
      outcome.alerts.set(alert.id, alert);
      outcome.transitions.push({ alert, was, at });
    }
    for (const change of step.changes) {
      const orders = dispatchStep();
      // Due times run from when we knew, which is now, not from when it began.
      this.orders.apply({ ...change, at: this.now }, orders);
      this.settle(orders, outcome);
    }
  }

  private settle(step: DispatchStep, outcome: BatchOutcome): void {
    for (const order of step.orders) outcome.orders.set(order.id, order);
    outcome.messages.push(...step.messages);
    for (const incident of step.closedIncidents) {
      const released = alertStep();
      this.alerts.orderClosed(incident, this.now, released);
      this.raise(released, outcome);
    }
  }

  private reject(event: Message, refused: Omit<Refused, 'kind'>, outcome: BatchOutcome): Rejection {
    const { code, pointer, detail } = refused;
    const { counts } = outcome;
    counts.rejections[code] = (counts.rejections[code] ?? 0) + 1;
    const sample = event.payload.slice(0, SAMPLE_LIMIT);
    const { gateway, topic } = event;
    const rejection: Rejection = { kind: 'rejection', code, pointer, detail, gateway, topic, at: this.openedAt, sample };
    outcome.rejections.push(rejection);
    return rejection;
  }

  private required(): { registry: Registry; dispatcher: Dispatch; events: boolean } {
    if (this.registry === null || this.dispatcher === null) throw new Error('the core was asked before any definition was in force');
    return { registry: this.registry, dispatcher: this.dispatcher, events: this.followsData() };
  }

  private followsData(): boolean {
    return this.definition?.settings.clock === 'events';
  }
}

function noDefinitions(): never {
  throw new Error('this core was given no definitions to load');
}

const NONE: readonly Rejection[] = [];

/** Where in a batch a report stood; a single message has no member. */
function memberPointer(members: readonly number[] | null, i: number): string {
  return members === null ? '' : `/${members[i] ?? i}`;
}

function foreignReceipt(sender: string): Omit<Refused, 'kind'> {
  const [party = '', street] = sender.split('/');
  const own = street === undefined ? `"party": "${party}"` : `"party": "${party}" and "street": "${street}"`;
  return { code: 'receipt-foreign', pointer: '/party', detail: `The log-in "${sender}" answers for itself only; send ${own}.` };
}

function failureOf(error: unknown): string {
  return `The core failed on this message: ${(error instanceof Error ? error.message : String(error)).slice(0, 200)}`;
}

function alertStep(): AlertStep {
  return { transitions: [], changes: [] };
}

function dispatchStep(): DispatchStep {
  return { orders: [], messages: [], closedIncidents: [] };
}
