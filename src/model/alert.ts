import type { Level } from './level.ts';
import type { Subject } from './verdict.ts';
import type { Rule } from './rule.ts';
import type { Text } from './text.ts';
import type { Millis } from './time.ts';

export type AlertState = 'pending' | 'firing' | 'resolved';

/** One episode of one rule at one key. */
export interface Alert {
  readonly kind: 'alert';
  /** `al_` + hash of rule, key and the start of the episode: replay makes the same id. */
  readonly id: string;
  readonly rule: string;
  readonly version: number;
  readonly subject: Subject;
  readonly state: AlertState;
  /** Highest level now; for a resolved alert the last one. */
  readonly level: Level;
  /** Highest level of the episode. */
  readonly peak: Level;
  /** True while the condition has ended but a person must still reset it. */
  readonly latched: boolean;
  readonly since: Millis;
  readonly firedAt: Millis | null;
  readonly resolvedAt: Millis | null;
  readonly value: number | null;
  readonly because: Text;
  readonly incident: string | null;
  /** Who reset it, for a latched alert that a person ended. */
  readonly reset?: AlertReset | null;
  /** The silence that keeps it from opening an order. */
  readonly hushed?: string | null;
  /** An exercise: no sensor has raised it. */
  readonly drill?: boolean;
}

export interface AlertReset {
  readonly by: string;
  readonly note: string | null;
  readonly at: Millis;
}

/** A step of an alert, without the definition behind it. */
export type AlertPassage = Omit<AlertTransition, 'rule' | 'kind'>;

export interface AlertTransition {
  readonly kind: 'alert-transition';
  readonly alert: Alert;
  /** The definition that made it, for what an order needs to know. */
  readonly rule: Rule;
  readonly was: AlertState | null;
  readonly at: Millis;
}
