import type { Condition, FactReference } from '../model/condition.ts';
import type { Level } from '../model/level.ts';
import type { Evidence, OnChange, Rule, Scope } from '../model/rule.ts';
import type { Text } from '../model/text.ts';
import type { Millis } from '../model/time.ts';

/** Windows, holds, clears, staleness and due times are at most this long. */
export const LONGEST_DURATION: Millis = 31 * 86_400_000;
/** Everything that comes is kept in memory for so long. */
export const LONGEST_LATENESS: Millis = 3_600_000;

/** One level as the file writes it. */
export interface LevelFile {
  readonly when: Condition;
  readonly for?: string;
  readonly clear?: { readonly when?: Condition; readonly for?: string };
  readonly evidence: Evidence;
  readonly source: string;
}

/** A rule file that `schemas/rule.schema.json` accepts: durations are still text. */
export interface RuleFile {
  readonly id: string;
  readonly version: number;
  readonly title: Text;
  readonly domain: string;
  readonly unit: string;
  readonly scope: Scope;
  readonly split?: 'model';
  readonly models?: readonly string[];
  readonly value: FactReference;
  readonly conditions?: Readonly<Record<string, Condition>>;
  readonly levels: Readonly<Partial<Record<Level, LevelFile>>>;
  readonly latch?: boolean;
  readonly lateness?: string;
  readonly stale?: string | null;
  readonly flap?: { readonly raises: number; readonly within: string };
  readonly onChange?: OnChange;
  readonly order?: {
    readonly kind: string;
    readonly from: Level;
    readonly lead: string;
    readonly support: readonly string[];
    readonly due: { readonly accept: string; readonly arrive: string; readonly close: string };
  } | null;
  readonly source: Rule['source'];
}
