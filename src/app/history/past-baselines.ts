import type { HistoryStore } from '../../history/history-store.ts';
import type { BaselineNeed, BaselineTable, RuleBaselines } from '../../model/baseline.ts';
import type { Millis } from '../../model/time.ts';
import { hashOf, type Definition } from '../definition.ts';
import { eachPastReport } from './past-reports.ts';
import { PastRun } from './past-run.ts';

export interface BaselinesAsked {
  readonly needs: readonly BaselineNeed[];
  readonly definition: Definition;
  /** The table that is in force; `null`: none. */
  readonly inForce: BaselineTable | null;
  /** By the clock of the server. */
  readonly at: Millis;
}

/** A table to be put in force, as the journal keeps it. */
export interface FoundBaselines {
  readonly table: string;
  readonly body: string;
  readonly keys: number;
  readonly slots: number;
}

export interface BaselinesAnswer {
  /** `null`: history says nothing that is not in force already. */
  readonly found: FoundBaselines | null;
  /** Rules whose baselines are too many to be kept in the log. */
  readonly tooLarge: readonly string[];
}

/** Values of one table: some twelve bytes each in the journal. */
export const MOST_VALUES = 1_000_000;

/**
 * What history says was usual, for the rules that do not know by themselves.
 *
 * W2 A table that says nothing new is no new version: the log grows by what is learnt, not by the calendar.
 */
export async function pastBaselines(
  store: Pick<HistoryStore, 'arrivals'>,
  asked: BaselinesAsked,
  most = MOST_VALUES,
): Promise<BaselinesAnswer> {
  const { at, definition, inForce, needs } = asked;
  const { city } = definition;
  const rules: RuleBaselines[] = [];
  const tooLarge: string[] = [];
  let left = most;
  for (const need of needs) {
    const run = new PastRun(need, { rules: definition.rules.rules, city, at });
    await eachPastReport(store, { span: run.span, measures: run.measures, city }, (report, test) => run.take(report, test));
    const result = run.result();
    const values = result === null ? 0 : countValues([result]);
    if (values > left) tooLarge.push(need.rule);
    else if (result !== null && values > 0) {
      left -= values;
      rules.push(result);
    }
  }
  if (!saysMore(rules, inForce)) return { found: null, tooLarge };
  const body = JSON.stringify({ kind: 'baselines', computedAt: at, rules } satisfies BaselineTable);
  const keys = rules.flatMap(({ stores }) => stores.flatMap(({ rows }) => rows)).length;
  return { found: { table: hashOf(body), body, keys, slots: most - left }, tooLarge };
}

function countValues(rules: readonly RuleBaselines[]): number {
  let values = 0;
  for (const { stores } of rules) for (const { rows } of stores) for (const { slots } of rows) values += slots.length;
  return values;
}

/** Some slot of some key that is not in force, or is with another value. */
function saysMore(rules: readonly RuleBaselines[], inForce: BaselineTable | null): boolean {
  const known = new Map<string, ReadonlyMap<number, number>>();
  for (const [name, { slots, values }] of rowsOf(inForce?.rules ?? []))
    known.set(name, new Map(slots.map((slot, i) => [slot, values[i] as number])));
  for (const [name, { slots, values }] of rowsOf(rules)) {
    const of = known.get(name);
    if (slots.some((slot, i) => of?.get(slot) !== values[i])) return true;
  }
  return false;
}

function* rowsOf(rules: readonly RuleBaselines[]): Generator<[name: string, row: RuleBaselines['stores'][number]['rows'][number]]> {
  for (const { rule, basis, stores } of rules)
    for (const { of, rows } of stores) for (const row of rows) yield [JSON.stringify([rule, basis, of, row.key]), row];
}
