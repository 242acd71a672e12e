import type { Alert } from './alert.ts';
import type { FactReference } from './condition.ts';
import type { Level } from './level.ts';
import type { Scope } from './rule.ts';
import type { Text } from './text.ts';

/*
 * Why a rule stands as it does at a key, or why not: made for people, so times are RFC 3339 and durations are written as in
 * rule files; sentences name times on the clock of the city.
 */

/** Event time at which something happens, and when the clock has come so far that it is decided: later by the rule's lateness. */
export interface ExplainedMoment {
  readonly at: string;
  readonly decided: string;
}

/** Why something is not known, or what holds a level back: a word for programs, a sentence for people. */
export interface Reason {
  readonly code: string;
  readonly text: Text;
}

export type Shown = string | number | boolean | null | readonly Shown[];

/** A fact with what it came to. */
export interface ExplainedFact extends FactReference {
  /** In words: `sum(rain, 1h)`. */
  readonly text: string;
  /** `null` when not known. */
  readonly value: Shown;
  readonly unknown: Reason | null;
  /** The facts that it is made of. */
  readonly parts: readonly ExplainedFact[];
  /** The named condition that it watches or chooses by. */
  readonly condition: ExplainedCondition | null;
}

export interface ExplainedComparison {
  /** With what was seen: `value (4.9 cm) ≥ 5`. */
  readonly text: string;
  readonly left: ExplainedFact;
  readonly operator: string;
  /** A fact, or the value that stands in the rule. */
  readonly right: { readonly fact: ExplainedFact } | { readonly value: Shown };
  /** Why it is neither true nor false. */
  readonly unknown: Reason | null;
}

export interface ExplainedCondition {
  readonly kind: 'all' | 'any' | 'not' | 'leaf';
  /** JSON pointer in the rule file. */
  readonly pointer: string;
  /** Of the named condition that stands here. */
  readonly name: string | null;
  readonly truth: 'true' | 'false' | 'unknown';
  readonly children: readonly ExplainedCondition[];
  readonly leaf: ExplainedComparison | null;
}

export interface ExplainedLevel {
  readonly level: Level;
  readonly state: 'quiet' | 'holding' | 'active';
  /** Since when its condition has been true; for an active level, since when it was before it was raised. */
  readonly since: string | null;
  readonly hold: string;
  /** How much of the hold has passed. */
  readonly held: string | null;
  readonly raises: ExplainedMoment | null;
  /** Of an active level: since when what clears it has been true. */
  readonly clearSince: string | null;
  /** With what flapping adds. */
  readonly clearHold: string;
  readonly clearHeld: string | null;
  readonly clears: ExplainedMoment | null;
  readonly when: ExplainedCondition;
  /** `null`: it ends when `when` is false. */
  readonly clear: ExplainedCondition | null;
}

/** A sample, or a pane of samples that came close together. */
export interface ExplainedSample {
  readonly at: string;
  /** What the pane keeps of its samples; `null` where values are not kept. */
  readonly value: Shown;
  readonly count: number;
  /** Whose it is, where that is told apart. */
  readonly sensor: string | null;
}

/** One row of a store: the key's own, or that of one of its sensors. */
export interface ExplainedRow {
  readonly sensor: string | null;
  /** Samples in the window. */
  readonly samples: number;
  readonly from: string | null;
  readonly to: string | null;
  /** How much of the window the samples cover, where somebody asks for that. */
  readonly covered: string | null;
  /** Newest first. */
  readonly newest: readonly ExplainedSample[];
}

/** What is remembered for a fact. */
export interface ExplainedWindow {
  /** The facts that ask for it, in words. */
  readonly facts: readonly string[];
  readonly rows: readonly ExplainedRow[];
  /** Rows that are not shown. */
  readonly more: number;
}

export interface ExplainedSensor {
  readonly sensor: string;
  readonly model: string;
  /** When it last said anything. */
  readonly heard: string | null;
}

/** Readings that have come and not been judged, because earlier ones may still come. */
export interface Waiting {
  readonly readings: number;
  /** When the first of them is judged. */
  readonly judged: string | null;
  readonly newest: readonly { readonly sensor: string; readonly measure: string; readonly at: string; readonly value: Shown }[];
}

interface Explained {
  readonly rule: { readonly id: string; readonly version: number; readonly title: Text; readonly unit: string; readonly scope: Scope };
  /** As it was asked for. */
  readonly asked: string;
  /** Of the city, for whoever shows the times. */
  readonly zone: string;
  /** The time that all of this is said of; `null` where no clock has begun. */
  readonly at: string | null;
  readonly summary: Text;
  readonly lateness: string;
  readonly waiting: Waiting;
}

/** A rule at a key of its own. */
export interface KeyExplanation extends Explained {
  readonly exists: true;
  readonly key: string;
  readonly place: { readonly id: string; readonly title: Text } | null;
  readonly street: { readonly code: string; readonly title: Text } | null;
  readonly at: string;
  /** Event time of the last look at the key. */
  readonly reached: string | null;
  /** Newest reading of the key, and how long ago. */
  readonly newest: { readonly at: string; readonly ago: string } | null;
  readonly stale: string | null;
  readonly value: ExplainedFact;
  readonly standing: Level | null;
  readonly holding: Level | null;
  readonly levels: readonly ExplainedLevel[];
  /** What holds a level back or up, beside its conditions. */
  readonly heldBy: readonly Reason[];
  /** The next look though nothing arrives. */
  readonly due: ExplainedMoment | null;
  readonly windows: readonly ExplainedWindow[];
  /** Longest silent first. */
  readonly sensors: readonly ExplainedSensor[];
  readonly moreSensors: number;
}

/** A key that the rule does not have, and what could make it. */
export interface KeyAbsence extends Explained {
  readonly exists: false;
  /** The key that was meant, if it can be one of this rule. */
  readonly key: string | null;
  readonly why: Reason;
  /** Sensors that could make it. */
  readonly sensors: readonly ExplainedSensor[];
  readonly moreSensors: number;
  /** A reading of one of these would; `*`: any word of theirs. */
  readonly measures: readonly string[];
  /** Keys that the rule has there, or anywhere. */
  readonly keys: readonly string[];
}

export type Explanation = KeyExplanation | KeyAbsence;

/** A sign at a key, with the alert that stands there. */
export interface SignExplanation {
  readonly explanation: Explanation;
  readonly alert: Alert | null;
}

/** An alert as it was recorded; for one that is not over, how its rule stands now. */
export interface AlertExplanation {
  readonly alert: Alert;
  readonly summary: Text;
  readonly live: Explanation | null;
}
