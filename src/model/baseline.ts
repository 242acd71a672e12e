import type { Millis } from './time.ts';

/*
 * Baselines as history knows them: for rules whose own memory is too young, what it would hold had they been in force all the while.
 */

/** One key of a rule: numbers of slots of time, ascending, and the newest value that was seen in each. */
export interface BaselineRow {
  readonly key: string;
  readonly slots: readonly number[];
  readonly values: readonly number[];
}

/** What a rule asks to be compared with; `of` says what, how long its slots are and how many it looks back. */
export interface BaselineStore {
  readonly of: string;
  readonly rows: readonly BaselineRow[];
}

export interface RuleBaselines {
  readonly rule: string;
  /** What of the rule decides the values: they are of no use to one that differs in it. */
  readonly basis: string;
  readonly stores: readonly BaselineStore[];
}

/** Plain data, kept in the journal under its hash as rules and the city are. */
export interface BaselineTable {
  readonly kind: 'baselines';
  /** By the clock of the server: slots that had not ended by then are not in it. */
  readonly computedAt: Millis;
  readonly rules: readonly RuleBaselines[];
}

/** From where on a rule knows by itself. */
export interface BaselineNeed {
  readonly rule: string;
  readonly basis: string;
  readonly stores: readonly {
    readonly of: string;
    /** Number of the first slot of each key that was noted; of keys that are not named, nothing was. */
    readonly begins: ReadonlyMap<string, number>;
  }[];
}
