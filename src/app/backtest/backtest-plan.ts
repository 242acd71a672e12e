import { DEFAULT_HANDLING } from '../../model/handling.ts';
import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import { groupsOf, together, type RuleGroup } from './rule-groups.ts';

/** Which of the two sets that are compared. */
export type Side = 'before' | 'after';

/** What one thread runs in one piece. */
export interface Job {
  readonly side: Side;
  readonly rules: readonly Rule[];
  readonly measures: readonly string[] | null;
  /** What it says of gateways counts: it hears every reading. */
  readonly gateways: boolean;
  /** From 0. */
  readonly thread: number;
}

export interface Plan {
  readonly jobs: readonly Job[];
  /** Rules that take part, of both sides, in order. */
  readonly rules: readonly string[];
  /** Those of them that differ between the sides. */
  readonly changed: readonly string[];
  /** Readings of these are read; `null`: all. */
  readonly measures: readonly string[] | null;
}

export interface PlanOptions {
  readonly after: readonly Rule[];
  /** `null`: compared with what was recorded. */
  readonly before: readonly Rule[] | null;
  /** Only these rules and what they are bound to; `null`: all, or where two sets are compared, those that differ. */
  readonly only: readonly string[] | null;
  readonly city: City;
  /** Threads that one side may be spread over. */
  readonly threads: number;
}

/** What has to be run to say what changes: rules that are the same on both sides and bound to none that differs say the same. */
export function planBacktest({ after, before, city, only, threads }: PlanOptions): Plan {
  const changed = before === null ? [] : changedBetween(before, after);
  const wanted = only ?? (before === null ? null : changed);
  const handling = city.handling ?? DEFAULT_HANDLING;
  const jobs: Job[] = [];
  // Bound in either set is bound: what is compared must be the same rules.
  const bound = wanted === null ? null : boundTo(wanted, [groupsOf(after, handling), groupsOf(before ?? [], handling)]);
  const spread = before === null ? threads : Math.max(1, Math.floor(threads / 2));
  for (const [side, rules] of [
    ['after', after],
    ['before', before],
  ] as const) {
    const groups = groupsOf(rules ?? [], handling).filter((group) => bound === null || group.rules.some(({ id }) => bound.has(id)));
    const first = side === 'after' || threads === 1 ? 0 : spread;
    const parts = rules === null ? [] : share(groups, spread, bound === null);
    jobs.push(...parts.map((part) => ({ ...part, side, thread: first + part.thread })));
  }
  const names = new Set(jobs.flatMap((job) => job.rules.map(({ id }) => id)));
  return { jobs, rules: [...names].sort(), changed, measures: together(jobs.map(({ measures }) => measures)) };
}

function changedBetween(before: readonly Rule[], after: readonly Rule[]): string[] {
  const texts = new Map(before.map((rule) => [rule.id, JSON.stringify(rule)]));
  const changed = after.filter((rule) => texts.get(rule.id) !== JSON.stringify(rule)).map(({ id }) => id);
  const kept = new Set(after.map(({ id }) => id));
  return [...changed, ...before.map(({ id }) => id).filter((id) => !kept.has(id))].sort();
}

function boundTo(wanted: readonly string[], sets: readonly (readonly RuleGroup[])[]): ReadonlySet<string> {
  const bound = new Set(wanted);
  for (let size = -1; size !== bound.size; ) {
    size = bound.size;
    for (const { rules } of sets.flat()) if (rules.some(({ id }) => bound.has(id))) for (const { id } of rules) bound.add(id);
  }
  return bound;
}

/** What each thread has to do, in one piece: a thread that hears every reading for some of its rules hears it for all. */
function share(groups: readonly RuleGroup[], threads: number, gateways: boolean): Omit<Job, 'side'>[] {
  const rules = groups.reduce((sum, group) => sum + group.rules.length, 0);
  const weightOf = ({ busy, rules: { length } }: RuleGroup): number => length + (busy * rules) / 3;
  const parts = Array.from({ length: threads }, (): RuleGroup[] => []);
  const weights = new Array<number>(threads).fill(0);
  for (const group of [...groups].sort((a, b) => weightOf(b) - weightOf(a))) {
    const least = weights.indexOf(Math.min(...weights));
    parts[least]?.push(group);
    weights[least] = (weights[least] as number) + weightOf(group);
  }
  return parts.flatMap((part, thread) => {
    const own = gateways && thread === 0;
    if (part.length === 0 && !own) return [];
    const measures = own ? null : together(part.map((group) => group.measures));
    return [{ rules: part.flatMap((group) => group.rules), measures, gateways: own, thread }];
  });
}
