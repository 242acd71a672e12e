import type { Condition, FactReference } from './condition.ts';
import type { DueTime } from './due.ts';
import type { Level } from './level.ts';
import type { Text } from './text.ts';
import type { Millis } from './time.ts';

export type Scope = 'sensor' | 'place' | 'street' | 'district' | 'gateway';

/** What becomes of a rule's state when its file changes: it goes on, it is judged anew by the new conditions, or it begins afresh. */
export type OnChange = 'keep' | 'rebase' | 'reset';

/** V seen in a public text, S secondary, M memory, E engineering default. */
export type Evidence = 'V' | 'S' | 'M' | 'E';

export interface LevelRule {
  readonly level: Level;
  readonly when: Condition;
  /** The condition must stay true this long, in event time, before the level is raised. */
  readonly hold: Millis;
  /** `null`: the level ends when `when` is false. */
  readonly clearWhen: Condition | null;
  /** The clear condition must stay true this long. */
  readonly clearHold: Millis;
  readonly evidence: Evidence;
  /** Where this threshold comes from. */
  readonly source: string;
}

export interface OrderRule {
  /** What sort of happening: alerts of one kind at one place become one incident. */
  readonly kind: string;
  /** An order is opened from this level up. */
  readonly from: Level;
  readonly lead: string;
  readonly support: readonly string[];
  readonly due: { readonly accept: DueTime; readonly arrive: DueTime; readonly close: DueTime };
}

/** One rule file, validated and with its durations read. */
export interface Rule {
  readonly kind: 'rule';
  readonly id: string;
  readonly version: number;
  readonly title: Text;
  readonly domain: string;
  readonly unit: string;
  readonly scope: Scope;
  /** Keys are split further by this sensor property; `model` gives one key a device model and scope. */
  readonly split: 'model' | null;
  /** Only sensors of these models take part; empty means every sensor that reports a measure the rule asks for. */
  readonly models: readonly string[];
  /** The number that people see beside the sign. */
  readonly value: FactReference;
  /** Rising order. */
  readonly levels: readonly LevelRule[];
  readonly conditions: Readonly<Record<string, Condition>>;
  /** Stays firing until a person resets it. */
  readonly latch: boolean;
  /** Readings are put in order of time and judged this much later; alerts come as much later. 0: at once, as they arrive. */
  readonly lateness: Millis;
  /** After this much silence the facts of a key are undefined: nothing is raised, nothing cleared. `null`: never. */
  readonly stale: Millis | null;
  /** A level raised so many times within that time does not clear until its condition was false for that long. */
  readonly flap: { readonly raises: number; readonly within: Millis } | null;
  readonly onChange: OnChange;
  readonly order: OrderRule | null;
  readonly source: { readonly standard: string; readonly effectiveFrom: string | null; readonly note: string };
}

export interface RuleSet {
  /** SHA-256 over the files, hex. */
  readonly hash: string;
  readonly rules: readonly Rule[];
}
