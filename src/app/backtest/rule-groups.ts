import { compileRule } from '../../engine/compile-rule.ts';
import { GATEWAY_RULE } from '../../engine/gateway-rule.ts';
import type { Handling } from '../../model/handling.ts';
import type { Rule } from '../../model/rule.ts';

/** Rules that have to be run together, for what one says may change what becomes of another. */
export interface RuleGroup {
  readonly rules: readonly Rule[];
  /** Measures of which readings concern them; `null`: every reading, for somebody of them asks who is silent. */
  readonly measures: readonly string[] | null;
  /** How many of them every reading concerns. */
  readonly busy: number;
}

/**
 * Cuts a set of rules where nothing goes from one part to the other: they ask for each other's signs, open orders of one kind, or
 * one is contained in the other.
 *
 * G1 Groups that are run each by itself, each with the readings of its measures, give what the whole set gives.
 */
export function groupsOf(rules: readonly Rule[], { inhibit }: Pick<Handling, 'inhibit'>): RuleGroup[] {
  const bonds = new Bonds();
  const hears = new Map<string, readonly string[] | null>();
  const busy = new Set<string>();
  for (const rule of rules) {
    bonds.join(rule.id, rule.id);
    if (rule.order !== null) bonds.join(rule.id, `kind ${rule.order.kind}`);
    const { compiled } = compileRule(rule, rule.id);
    for (const { sign } of compiled?.signs ?? []) bonds.join(rule.id, sign);
    hears.set(rule.id, compiled === null ? [] : measuresOf(compiled));
    if (compiled !== null && isBusy(compiled)) busy.add(rule.id);
  }
  for (const { by, quiet } of inhibit) for (const contained of quiet) bonds.join(by, contained);
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) {
    const root = bonds.rootOf(rule.id);
    groups.set(root, [...(groups.get(root) ?? []), rule]);
  }
  return [...groups.values()].map((members) => ({
    rules: members,
    measures: together(members.map(({ id }) => hears.get(id) ?? null)),
    busy: members.filter(({ id }) => busy.has(id)).length,
  }));
}

/** All that any of them hears. */
export function together(all: readonly (readonly string[] | null)[]): readonly string[] | null {
  const measures = new Set<string>();
  for (const some of all) {
    if (some === null) return null;
    for (const measure of some) measures.add(measure);
  }
  return [...measures].sort();
}

type Compiled = NonNullable<ReturnType<typeof compileRule>['compiled']>;

/** Silence is broken by any reading, and so is that of a gateway. */
function measuresOf({ judgesSilence, measures, signs, silence }: Compiled): readonly string[] | null {
  if (judgesSilence || signs.some(({ sign }) => sign === GATEWAY_RULE.id)) return null;
  return isBusy({ measures, silence }) ? null : [...measures];
}

/** Asks of every sensor whether it speaks, or how late. */
function isBusy({ measures, silence }: Pick<Compiled, 'measures' | 'silence'>): boolean {
  return silence !== null || [...measures].some((name) => name === '*' || name.startsWith('$'));
}

/** Who belongs together, in the end. */
class Bonds {
  private readonly above = new Map<string, string>();

  join(a: string, b: string): void {
    const [one, other] = [this.rootOf(a), this.rootOf(b)];
    if (one !== other) this.above.set(one, other);
  }

  rootOf(name: string): string {
    let at = name;
    for (let next = this.above.get(at); next !== undefined; next = this.above.get(at)) at = next;
    return at;
  }
}
