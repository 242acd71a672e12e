import type { Level } from './level.ts';
import type { Rule } from './rule.ts';
import type { Text } from './text.ts';
import type { Millis } from './time.ts';

/** What a key stands for and where it stands. */
export interface Subject {
  /** `sensor:ID`, `place:ID`, `street:CODE`, `district:ID`; with a split, `…/MODEL`. */
  readonly key: string;
  readonly sensor: string | null;
  readonly place: string | null;
  readonly street: string | null;
}

/** Said by the engine whenever a rule's standing at a key changes, and only then. */
export interface Verdict {
  readonly kind: 'verdict';
  readonly rule: Rule;
  readonly subject: Subject;
  readonly level: Level | null;
  readonly was: Level | null;
  /** The highest level whose condition holds but whose hold has not yet passed, above `level`; else `null`. */
  readonly pending: Level | null;
  /** Event time of the change. */
  readonly at: Millis;
  /** Event time at which the condition of the (pending or raised) level became true. */
  readonly since: Millis;
  readonly value: number | null;
  readonly because: Text;
}
