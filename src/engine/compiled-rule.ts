import type { LevelRule, Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { TruthCells } from './cells/truth-cells.ts';
import type { SilenceCells } from './cells/silence-cells.ts';
import type { Ask, ConditionNode, Test } from './condition/compile-condition.ts';
import type { AskedSign } from './facts/asked-sign.ts';
import type { Edge, Feed, NewestStore } from './facts/fact-builder.ts';
import type { RuleMemory } from './rule-memory.ts';

export interface CompiledLevel {
  readonly rule: LevelRule;
  readonly when: Test<number>;
  readonly clear: Test<number> | null;
  /** What explanation walks. */
  readonly whenTree: ConditionNode<number>;
  readonly clearTree: ConditionNode<number> | null;
}

/** The rule as a function: closures over the columns of its memory, asked of a key. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly memory: RuleMemory;
  /** Scope and facts: a rule that is changed in other things goes on with all that it remembers. */
  readonly shape: string;
  readonly levels: readonly CompiledLevel[];
  readonly value: Ask<number>;
  /** The same as a number; NaN when it is none. */
  readonly number: (key: number) => number;
  readonly feeds: readonly Feed[];
  /** Every measure of which a reading concerns it; `*` for all. */
  readonly measures: ReadonlySet<string>;
  readonly notes: readonly ((key: number) => void)[];
  /** How long conditions have held: broken by a gap longer than `stale`, as holds are. */
  readonly truths: readonly TruthCells[];
  readonly edges: readonly Edge[];
  /** Times at which an absence or a duration may cross a threshold. */
  readonly dues: readonly Edge[];
  readonly silence: SilenceCells | null;
  readonly judgesSilence: boolean;
  /** A condition may become true by time alone, so that a quiet key must be looked at as well. */
  readonly wakesQuietKeys: boolean;
  /** All facts are of newest values: a late reading can be judged by itself. */
  readonly instant: boolean;
  readonly newest: readonly NewestStore[];
  readonly signs: readonly AskedSign[];
  /** No level can be reached before the value has come to `bound`; `null` where that cannot be said so simply. */
  readonly quick: { readonly rising: boolean; readonly bound: number } | null;
  /** Evaluates each key at most once in this time; 0 for at every reading. */
  readonly pace: Millis;
}
