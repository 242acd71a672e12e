import type { ReloadOutcome } from '../api/ports.ts';
import type { Journal } from '../journal/journal.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { City } from '../model/place.ts';
import type { Problem } from '../model/problem.ts';
import type { RuleSet } from '../model/rule.ts';
import type { Emit } from '../telemetry/events.ts';
import type { EventResult } from './batch-outcome.ts';
import type { Configured } from './core.ts';
import { hashOf } from './definition.ts';

/** What a reload needs of the rest. */
export interface ReloadParts {
  /** Reads and checks the folder against the city in force. */
  readonly read: (city: City) => Promise<{ readonly rules: RuleSet; readonly problems: readonly Problem[] }>;
  readonly city: () => City;
  readonly journal: Pick<Journal, 'putDefinition'>;
  /** Decided when it returns, durable when it resolves. */
  readonly submit: (event: LogEvent) => Promise<EventResult>;
  readonly emit: Emit;
  readonly now: () => number;
}

/**
 * Puts changed rule files in force while the server runs.
 *
 * R1 All files are right, or nothing changes: the rules in force go on.
 * R2 A change of rules is one event in the log, between two messages: replay makes it at the same place.
 * R3 Requests that come while one is under way are one more, not many.
 */
export class RulesReload {
  inForce: Configured;
  last: ReloadOutcome | null = null;
  /** Told when other rules are in force. */
  changed: () => void = () => undefined;
  private readonly parts: ReloadParts;
  private running: Promise<ReloadOutcome> | null = null;
  private next: Promise<ReloadOutcome> | null = null;

  constructor(inForce: Configured, parts: ReloadParts) {
    this.inForce = inForce;
    this.parts = parts;
  }

  request(): Promise<ReloadOutcome> {
    if (this.running === null) {
      this.running = this.run().finally(() => {
        this.running = null;
      });
      return this.running;
    }
    // What changed after the one under way began to read is read by one more.
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = null;
        return this.request();
      });
    return this.next;
  }

  private async run(): Promise<ReloadOutcome> {
    const { parts } = this;
    const started = parts.now();
    const { rules, problems } = await parts.read(parts.city());
    if (problems.length > 0) {
      const [first] = problems as readonly [Problem];
      parts.emit({ name: 'pipeline.rules-refused', problems: problems.length, first: `${first.file}:${first.pointer} ${first.message}` });
      return this.keep({ at: started, result: 'refused', hash: this.inForce.rules, rules: rules.rules.length, problems });
    }
    const body = JSON.stringify(rules);
    const hash = hashOf(body);
    if (hash === this.inForce.rules) return this.keep({ at: started, result: 'unchanged', hash, rules: rules.rules.length, problems });
    await parts.journal.putDefinition(hash, body);
    const configured: Configured = { ...this.inForce, rules: hash };
    const submitted = parts.submit(configured);
    // A snapshot between decision and commit is of these rules already.
    this.inForce = configured;
    const decided = await submitted;
    parts.emit({ name: 'pipeline.rules-reloaded', hash, rules: rules.rules.length, milliseconds: parts.now() - started });
    this.changed();
    const left = decided.kind === 'configured' ? decided.problems : [];
    return this.keep({ at: started, result: 'changed', hash, rules: rules.rules.length, problems: left });
  }

  private keep(outcome: ReloadOutcome): ReloadOutcome {
    this.last = outcome;
    return outcome;
  }
}
