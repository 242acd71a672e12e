import type { Level } from '../../model/level.ts';
import type { Millis } from '../../model/time.ts';
import type { ReceiptState, Values } from './rule-test-file.ts';

/** What one sensor says at one moment; all times of a trial count from its start. */
export interface Said {
  readonly at: Millis;
  /** When the clock has it arrive. */
  readonly arrives: Millis;
  readonly sensor: string;
  /** `null`: the gateway of the sensor. */
  readonly gateway: string | null;
  readonly values: Values;
}

/** One case, written or expanded: what happens, and what is to be said of it. */
export interface Trial {
  readonly name: string;
  readonly start: Millis;
  readonly says: readonly Said[];
  readonly receipts: readonly { readonly at: Millis; readonly party: string; readonly state: ReceiptState }[];
  readonly resets: readonly Millis[];
  readonly until: Millis;
  /** @returns what differed, a line each */
  readonly judge: (recording: Recording) => string[];
}

/** A level of the rule under test has changed. */
export interface LevelChange {
  readonly at: Millis;
  readonly key: string;
  readonly level: Level | null;
}

/** What the rule under test came to. */
export interface Recording {
  readonly changes: readonly LevelChange[];
  readonly orders: readonly { readonly level: Level; readonly parties: readonly string[]; readonly state: string }[];
  /** Those that ever fired. */
  readonly alerts: readonly { readonly key: string; readonly state: 'firing' | 'resolved'; readonly level: Level }[];
}

export const TRIAL_START = Date.parse('2026-06-01T00:00:00+08:00');
export const FIRST_SENSOR = 's1';
