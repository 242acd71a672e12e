import { Engine, type Observation } from '../../engine/engine.ts';
import { GATEWAY_RULE } from '../../engine/gateway-rule.ts';
import { baselineReach, ownBaselines } from '../../engine/own-baselines.ts';
import type { BaselineNeed, RuleBaselines } from '../../model/baseline.ts';
import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import type { Span } from '../../model/series.ts';
import { parseDuration, type Millis } from '../../model/time.ts';
import type { Verdict } from '../../model/verdict.ts';

/** A key is known from its first word on: one that speaks seldom must have spoken before the first slot that counts. */
const AHEAD = 1.25;

/** Told by silence or by the lag of every message: whatever was received belongs to it. */
const OF_EVERYTHING = ['*', '$lag'];

/**
 * One rule, and the signs that it asks for, over stored readings: what it would remember had it been in force all the while. It is
 * the engine itself that remembers, so that a window, a plausible range or several sensors of a place mean what they mean there.
 *
 * W1 The baselines are those of an engine that was told the same readings as they were received, for every key that spoke within
 *    a quarter of their length before it.
 */
export class PastRun {
  /** Of the readings that it must be told, by their receipt. */
  readonly span: Span;
  /** `null`: of all. */
  readonly measures: readonly string[] | null;
  private readonly engine = new Engine();
  private readonly need: BaselineNeed;
  private readonly at: Millis;
  private readonly verdicts: Verdict[] = [];

  /** Up to `at`, for a rule of this set that stands in `need`. */
  constructor(need: BaselineNeed, { rules, city, at }: { readonly rules: readonly Rule[]; readonly city: City; readonly at: Millis }) {
    this.need = need;
    this.at = at;
    const asked = withAsked(need.rule, rules);
    this.engine.configure(asked, city, Number.NEGATIVE_INFINITY, this.verdicts);
    const { book } = this.engine;
    const measures = new Set(book.rules.flatMap(({ compiled }) => (compiled.rule.id === GATEWAY_RULE.id ? [] : [...compiled.measures])));
    this.measures = OF_EVERYTHING.some((one) => measures.has(one)) ? null : [...measures].sort();
    const before = Math.max(0, ...asked.map((rule) => longestWindow(rule) + rule.lateness));
    this.span = { from: at - baselineReach(book) * AHEAD - before, to: at };
  }

  /** Readings in the order in which they were received; of maintenance it hears only that somebody spoke. */
  take(report: Observation, test: boolean): void {
    const { engine, verdicts } = this;
    engine.advance(report.receivedAt, verdicts);
    if (test) engine.hear(report, verdicts);
    else engine.observe(report, verdicts);
    // Nobody hears what it would have said.
    verdicts.length = 0;
  }

  /** Slots before those that the rule in force knows by itself; `null`: the rule is another one by now. */
  result(): RuleBaselines | null {
    this.engine.advance(this.at, this.verdicts);
    const { rule, basis, stores } = this.need;
    const own = ownBaselines(this.engine.book, this.at).find((one) => one.rule === rule && one.basis === basis);
    if (own === undefined) return null;
    const begins = new Map(stores.map((store) => [store.of, store.begins]));
    return { rule, basis, stores: own.stores.map(({ of, rows }) => ({ of, rows: rows.flatMap((row) => rowBefore(row, begins.get(of))) })) };
  }
}

type Row = RuleBaselines['stores'][number]['rows'][number];

function rowBefore({ key, slots, values }: Row, begins: ReadonlyMap<string, number> | undefined): Row[] {
  const own = begins?.get(key) ?? Number.POSITIVE_INFINITY;
  const count = slots.findIndex((slot) => slot >= own);
  const before = count === -1 ? slots.length : count;
  return before === 0 ? [] : [{ key, slots: slots.slice(0, before), values: values.slice(0, before) }];
}

/** The rule and, transitively, the signs that its facts ask for. */
function withAsked(id: string, rules: readonly Rule[]): Rule[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const found = new Map<string, Rule>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const rule = byId.get(next);
    if (rule === undefined || found.has(next)) continue;
    found.set(next, rule);
    open.push(...textsUnder('sign', rule));
  }
  return [...found.values()];
}

function longestWindow(rule: Rule): Millis {
  return Math.max(0, ...textsUnder('window', rule).map((text) => parseDuration(text) ?? 0));
}

/** Texts under this name, wherever in the rule they stand. */
function textsUnder(name: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => (key === name && typeof one === 'string' ? [one] : textsUnder(name, one)));
}
