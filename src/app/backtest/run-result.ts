import type { Level } from '../../model/level.ts';
import type { Millis } from '../../model/time.ts';

/** One episode of a rule at a key that came to fire. */
export interface RunAlert {
  readonly id: string;
  readonly rule: string;
  readonly key: string;
  readonly place: string | null;
  readonly street: string | null;
  /** Event time. */
  readonly firedAt: Millis;
  /** `null`: still firing at the end. */
  readonly resolvedAt: Millis | null;
  readonly peak: Level;
}

export interface RunOrder {
  readonly id: string;
  /** Kind of the happening, as its rule says. */
  readonly sort: string;
  readonly place: string;
  readonly street: string | null;
  readonly openedAt: Millis;
  /** `null`: open at the end, or not known. */
  readonly closedAt: Millis | null;
  /** Highest level that it came to. */
  readonly level: Level;
  readonly parties: readonly string[];
}

/** What a party was asked in one hour. */
export interface PartyHour {
  readonly party: string;
  /** Its beginning. */
  readonly hour: Millis;
  /** Orders that it was sent to, or sent to again. */
  readonly orders: number;
  /** Messages of all kinds. */
  readonly messages: number;
}

export interface RunCounts {
  readonly readings: number;
  readonly tests: number;
  /** Arrived after their moment had been judged. */
  readonly late: number;
  readonly implausible: number;
  /** Of sensors that this city does not take. */
  readonly unknown: number;
  /** A rule had no room for another key. */
  readonly unruled: number;
  /** What the core could not follow. */
  readonly failures: number;
}

/** What rules came to over a span of history: plain data. */
export interface RunResult {
  readonly kind: 'run';
  readonly alerts: readonly RunAlert[];
  readonly orders: readonly RunOrder[];
  /** `null`: not known, as of what was recorded. */
  readonly load: readonly PartyHour[] | null;
  readonly counts: RunCounts | null;
  /** There was more than may be kept; the counts of what is kept are all that can be said. */
  readonly cut: boolean;
}

export const EMPTY_RUN: RunResult = { kind: 'run', alerts: [], orders: [], load: [], counts: null, cut: false };
