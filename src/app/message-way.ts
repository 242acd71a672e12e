import { createDecoder } from '../decode/decode.ts';
import type { Refused } from '../decode/decoded.ts';
import type { Engine, Observation } from '../engine/engine.ts';
import { KEY_LIMIT } from '../engine/rule-memory.ts';
import type { Report } from '../model/reading.ts';
import type { Rejection } from '../model/rejection.ts';
import { mayAnswerFor } from '../model/sender.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Registry } from '../registry/registry.ts';
import { countMessage, type BatchOutcome, type EventResult } from './batch-outcome.ts';
import type { Consequences } from './consequences.ts';
import type { CoreClock } from './core-clock.ts';
import type { Deeds } from './deeds.ts';
import type { Definition } from './definition.ts';
import { failureOf, foreignReceipt, rejectMessage, type Message } from './refuse-message.ts';

export interface MessageWiring {
  readonly engine: Engine;
  readonly consequences: Consequences;
  readonly deeds: Deeds;
  readonly clock: CoreClock;
}

/** The way of one message: decode → registry → engine → what follows. This is the hot path. */
export class MessageWay {
  private readonly engine: Engine;
  private readonly consequences: Consequences;
  private readonly deeds: Deeds;
  private readonly clock: CoreClock;
  private readonly decoder = createDecoder();
  /** Emptied before every report: most have none. */
  private readonly verdicts: Verdict[] = [];
  private registry: Registry | null = null;
  private codecs: Definition['settings']['codecs'] = {};

  constructor({ engine, consequences, deeds, clock }: MessageWiring) {
    this.engine = engine;
    this.consequences = consequences;
    this.deeds = deeds;
    this.clock = clock;
  }

  get sensors(): Registry {
    if (this.registry === null) throw new Error('the core was asked before any definition was in force');
    return this.registry;
  }

  /** The sensors that are known go on under these limits. */
  settleIn(registry: Registry, codecs: Definition['settings']['codecs']): void {
    if (this.registry !== null) registry.restore(this.registry.snapshot());
    this.registry = registry;
    this.codecs = codecs;
  }

  decide(event: Message, outcome: BatchOutcome): EventResult {
    try {
      return this.message(event, outcome);
    } catch (error) {
      const rejection = this.reject(event, { code: 'internal', pointer: '', detail: failureOf(error) }, outcome);
      return { kind: 'message', readings: 0, tests: 0, duplicates: 0, rejections: [rejection] };
    }
  }

  private message(event: Message, outcome: BatchOutcome): EventResult {
    const decoded = this.decoder.decode(event.topic, event.payload, this.codecs[event.gateway]);
    if (decoded.kind === 'receipt' && !mayAnswerFor(event.gateway, decoded.receipt)) {
      countMessage(outcome.counts, decoded.codec, 'rejected');
      const rejection = this.reject(event, foreignReceipt(event.gateway), outcome);
      return { kind: 'message', readings: 0, tests: 0, duplicates: 0, rejections: [rejection] };
    }
    if (decoded.kind === 'receipt') {
      countMessage(outcome.counts, decoded.codec, 'receipt');
      const answer = this.deeds.hear({ kind: 'receipt', receipt: decoded.receipt }, this.clock.now, outcome);
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
    const { clock } = this;
    const { now, followsData: events } = clock;
    const receivedAt = Number.isFinite(now) ? now : clock.openedAt;
    const resolved = this.sensors.resolve(report, { gateway: event.gateway, receivedAt, now, events });
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
    if (events && observedAt > now) clock.move(observedAt, outcome);
    const { values } = report;
    this.judge({ sensor, values, at: observedAt, receivedAt: clock.now, gateway: event.gateway }, resolved.kind === 'test', outcome);
    if (this.engine.counts.refused.size > 0) this.rejectUnruled(event, pointer, outcome);
  }

  /** What has been accepted, from here or from history: judged, and followed. */
  judge(observation: Observation, test: boolean, outcome: BatchOutcome): void {
    const { clock, engine, verdicts } = this;
    const { counts } = outcome;
    if (test) {
      // Under maintenance a device must not alert; but it has spoken, and is not silent.
      counts.tests += 1;
      engine.hear(observation, verdicts);
      this.consequences.followAll(verdicts.splice(0), clock.now, outcome);
      return;
    }
    const { late, implausible } = engine.counts;
    try {
      counts.readings += engine.observe(observation, verdicts);
    } finally {
      // Also where it failed: the engine has moved on, and would never say these again.
      if (verdicts.length > 0) this.consequences.followAll(verdicts.splice(0), clock.now, outcome);
    }
    counts.late += engine.counts.late - late;
    counts.implausible += engine.counts.implausible - implausible;
    counts.lag = clock.now - observation.at;
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

  private reject(event: Message, refused: Omit<Refused, 'kind'>, outcome: BatchOutcome): Rejection {
    return rejectMessage(event, refused, this.clock.openedAt, outcome);
  }
}

const NONE: readonly Rejection[] = [];

/** Where in a batch a report stood; a single message has no member. */
function memberPointer(members: readonly number[] | null, i: number): string {
  return members === null ? '' : `/${members[i] ?? i}`;
}
