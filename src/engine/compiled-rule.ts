import type { LevelRule, Rule } from '../model/rule.ts';
import type { Scalar } from '../model/text.ts';
import type { Millis } from '../model/time.ts';
import type { Subject } from '../model/verdict.ts';
import type { Ask, Test } from './compile-condition.ts';
import type { SampleValue, Series, SeriesLimits } from './series.ts';

/*
 * What a rule is when it is compiled, and what it remembers for each key. Both stand here because each speaks of the other:
 * a compiled condition is asked of a key, and a key knows its rule.
 */

/** Samples that a rule keeps: which measures feed it, which values are believed, how far back. */
export interface SeriesSpec {
  readonly measures: readonly string[];
  readonly within: readonly [number, number] | null;
  limits: SeriesLimits;
}

/** A flag kept for every member of a key. */
export interface ShareSpec {
  readonly measures: readonly string[];
  readonly matches: (value: SampleValue) => boolean;
}

export interface CompiledLevel {
  readonly rule: LevelRule;
  readonly when: Test<KeyState>;
  readonly clear: Test<KeyState> | null;
}

/** The rule as a function: closures over a key's state, and what that state must hold. */
export interface CompiledRule {
  readonly rule: Rule;
  /** What its state is made of: scope and facts. A rule that is changed in other things goes on with what it remembers. */
  readonly memory: string;
  readonly levels: readonly CompiledLevel[];
  readonly value: Ask<KeyState>;
  readonly pooled: readonly SeriesSpec[];
  readonly grouped: readonly SeriesSpec[];
  readonly shares: readonly ShareSpec[];
  readonly windows: readonly Millis[];
  readonly silence: boolean;
  /** True when silence of any form can raise it. */
  readonly judgesSilence: boolean;
  /** Every measure that a reading of which concerns this rule; `*` for all. */
  readonly measures: ReadonlySet<string>;
  /** Silences (ms since the newest reading) at which an absence condition may change its mind. */
  readonly absences: readonly { readonly series: number | null; readonly after: Millis }[];
  /** True when a condition can become true by time alone, so that a quiet key must be looked at as well. */
  readonly wakesQuietKeys: boolean;
}

/** One sensor's part in a key. */
export interface Member {
  readonly sensor: string;
  cadence: Millis | null;
  lastSeen: Millis;
  silent: boolean;
  /** One flag a share-of-values fact: does the newest value match? `null` before the first. */
  readonly matches: (boolean | null)[];
}

/** Standing of one level at one key. `NaN` times mean: not running. */
export interface LevelState {
  active: boolean;
  trueSince: Millis;
  clearSince: Millis;
}

/** Everything remembered for one rule at one scope key. */
export interface KeyState {
  readonly compiled: CompiledRule;
  readonly subject: Subject;
  /** Order of creation: breaks ties between timers, so that replay is exact. */
  readonly ordinal: number;
  readonly pooled: Series[];
  /** One list a grouped series: by member ordinal. */
  readonly grouped: Series[][];
  readonly members: Member[];
  readonly memberOf: Map<string, number>;
  /** Members with a cadence, and how many of them are silent now. */
  judged: number;
  silent: number;
  /** One pair a share of values: members whose newest value is known, and how many of them match. */
  readonly known: number[];
  readonly matching: number[];
  readonly levels: LevelState[];
  placeAttributes: Readonly<Record<string, Scalar>>;
  sensorAttributes: Readonly<Record<string, Scalar>>;
  /** Event time reached by this key. */
  time: Millis;
  /** Newest reading of any member. */
  newest: Millis;
  /** Next time at which it must be looked at though nothing arrives; Infinity for never. */
  due: Millis;
  /** `due` of its living entry in the timer queue; Infinity for none. */
  scheduled: Millis;
  /** Earliest time at which a member may have fallen silent. */
  silenceDue: Millis;
  /** Index of the highest active level, −1 for none. */
  standing: number;
  /** Index of the highest level being held, above `standing`; −1 for none. */
  holding: number;
}
