import { baselineNeeds } from '../../engine/own-baselines.ts';
import type { Journal } from '../../journal/journal.ts';
import type { LogEvent } from '../../model/log-entry.ts';
import { Refusal } from '../../model/problem.ts';
import type { Millis } from '../../model/time.ts';
import { ZoneOffsets } from '../../model/zone-offsets.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Configured, Core } from '../core.ts';
import type { HistoryAnswer, HistoryQuestion } from './historian-protocol.ts';
import type { FoundBaselines } from './past-baselines.ts';

export interface BaselinesParts {
  readonly core: Core;
  readonly journal: Pick<Journal, 'putDefinition' | 'definition'>;
  readonly ask: (question: HistoryQuestion) => Promise<HistoryAnswer>;
  /** Decided when it returns, durable when it resolves. */
  readonly submit: (event: LogEvent) => Promise<unknown>;
  readonly inForce: () => Configured;
  /** Minutes after local midnight. */
  readonly dailyAt: number;
  readonly emit: Emit;
  readonly now: () => Millis;
  /** @returns what calls it off */
  readonly after: (ms: Millis, then: () => void) => () => void;
}

/** Between two attempts that fail: history may just be starting. */
const FIRST_PAUSE: Millis = 5_000;
const LONGEST_PAUSE: Millis = 600_000;
const MINUTE: Millis = 60_000;
const DAY: Millis = 86_400_000;

/**
 * Asks history for the baselines of rules that are too young to know by themselves: at the start, after a change of rules, and
 * once a day. What it says goes into the log, and takes effect there and nowhere else.
 *
 * B1 The table is in the journal before an event names it.
 * B2 History that cannot be asked harms nothing: it is counted, told, and asked again after longer and longer pauses.
 * B3 Of what is not the answer to the rules and the city in force nothing is put in force.
 */
export class Baselines {
  failures = 0;
  private readonly parts: BaselinesParts;
  private callOff: (() => void) | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private pause = FIRST_PAUSE;
  private closed = false;

  constructor(parts: BaselinesParts) {
    this.parts = parts;
  }

  /** Asks now; a request that comes while one is under way is one more after it. */
  refresh(): Promise<void> {
    if (this.running !== null) {
      this.again = true;
      return this.running;
    }
    this.callOff?.();
    this.running = this.attempt().finally(() => {
      this.running = null;
      if (this.closed) return;
      if (this.again) {
        this.again = false;
        void this.refresh();
      }
    });
    return this.running;
  }

  /** An answer that is still to come is not waited for, and not put in force. */
  stop(): void {
    this.closed = true;
    this.callOff?.();
  }

  private async attempt(): Promise<void> {
    const { emit, now } = this.parts;
    try {
      await this.askAndSubmit();
      this.pause = FIRST_PAUSE;
      this.schedule(untilDaily(now(), this.parts.dailyAt, this.parts.core.inForce?.city.zone ?? 'UTC'));
    } catch (error) {
      if (this.closed) return;
      this.failures += 1;
      const code = error instanceof Refusal ? error.code : 'history-failed';
      emit({ name: 'history.baselines-failed', code, reason: error instanceof Error ? error.message : String(error) });
      this.schedule(this.pause);
      this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
    }
  }

  private async askAndSubmit(): Promise<void> {
    const { ask, core, emit, inForce, now } = this.parts;
    const began = now();
    const needs = baselineNeeds(core.engine.book, began);
    if (needs.length === 0) return;
    const configured = inForce();
    const question = { kind: 'baselines', needs, configured, inForce: core.engine.past?.version ?? null, at: began } as const;
    const reply = await ask(question);
    if (reply.kind !== 'baselines' || this.closed) return;
    const { found, tooLarge } = reply.answer;
    if (tooLarge.length > 0) emit({ name: 'history.baselines-left-out', rules: tooLarge });
    if (found === null) emit({ name: 'history.baselines-unchanged', milliseconds: now() - began });
    // Rules that have changed meanwhile are asked for anew by whoever changed them; another city comes with a restart.
    else if (inForce().city === configured.city) await this.putInForce(found, began);
  }

  private async putInForce({ body, keys, slots, table }: FoundBaselines, began: Millis): Promise<void> {
    const { emit, journal, now, submit } = this.parts;
    await journal.putDefinition(table, body);
    await submit({ kind: 'baselined', table });
    emit({ name: 'history.baselines-found', table, keys, slots, milliseconds: now() - began });
  }

  private schedule(ms: Millis): void {
    if (this.closed) return;
    this.callOff?.();
    this.callOff = this.parts.after(ms, () => void this.refresh());
  }
}

/** How long it is until the next such minute of a day of the city. */
export function untilDaily(now: Millis, minute: number, zone: string): Millis {
  const offset = new ZoneOffsets(zone).offsetAt(now);
  const sinceMidnight = (((now + offset) % DAY) + DAY) % DAY;
  const wait = minute * MINUTE - sinceMidnight;
  return wait > 0 ? wait : wait + DAY;
}
