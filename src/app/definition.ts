import { createHash } from 'node:crypto';
import type { City } from '../model/place.ts';
import type { RuleSet } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';

/** Settings that change what the core decides; they belong to the log as the rules do. */
export interface CoreSettings {
  /** `events`: the clock follows the data, and every order is a drill. */
  readonly clock: 'wall' | 'events';
  /** A reading further ahead of its receipt than this is not believed. */
  readonly maxAhead: Millis;
  /** With the event clock: a reading may move the clock by this much at the most. */
  readonly maxJump: Millis;
  /** Codec of each gateway whose topics do not say. */
  readonly codecs: Readonly<Record<string, string>>;
}

/** What is in force: all that the core's decisions depend on, beside the events. */
export interface Definition {
  readonly rules: RuleSet;
  readonly city: City;
  readonly settings: CoreSettings;
}

export function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
