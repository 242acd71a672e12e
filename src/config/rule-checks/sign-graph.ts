import { didYouMean } from '../../model/nearest-name.ts';
import type { Problem } from '../../model/problem.ts';
import type { Rule } from '../../model/rule.ts';
import { factsOf } from './fact-walk.ts';
import { formatDuration, type Millis } from '../../model/time.ts';
import { checkSignScope, type AskedSign, type SignPlace } from './sign-scope.ts';

/** A rule and the file that it comes from. */
export interface FiledRule {
  readonly rule: Rule;
  readonly file: string;
}

interface AskingRule extends FiledRule {
  readonly signs: readonly AskedSign[];
}

/** The rule that comes with the engine; no file may take its name, and every file may ask for it. */
export const BUILT_IN: SignPlace = { id: 'gateway-down', scope: 'gateway', split: null };
/** Signs that are asked for through signs multiply, as named conditions do. */
const EXPANDED_LIMIT = 500;
/** So many unknown signs are told with the one that was probably meant: a folder of slips does not take minutes. */
const SUGGESTED = 20;

function signsOf({ value, conditions, levels }: Rule): AskedSign[] {
  const written = levels.map(({ level, when, clearWhen }) => [level, { when, clear: { when: clearWhen } }] as const);
  return factsOf({ value, conditions, levels: Object.fromEntries(written) })
    .filter(({ fact }) => fact === 'sign')
    .map(({ params, pointer }) => ({ sign: params['sign'] as string, at: (params['at'] as string | undefined) ?? 'same', pointer }));
}

/**
 * What only the whole set of rules can say: every sign that is asked for exists, can be known where it is asked, and none
 * depends on itself.
 * @param unread ids of rules that are there but have problems of their own; asking for one of them is no second problem.
 */
export function checkSigns(filed: readonly FiledRule[], unread: ReadonlySet<string>): Problem[] {
  const rules = filed.map((one): AskingRule => ({ ...one, signs: signsOf(one.rule) }));
  const places = new Map<string, SignPlace>([BUILT_IN, ...rules.map(({ rule }) => rule)].map((one) => [one.id, one]));
  const waits = new Map(rules.map(({ rule: { id, lateness } }) => [id, lateness]));
  const problems: Problem[] = [];
  const ids = [...places.keys(), ...unread];
  let unknown = 0;
  for (const { rule, file, signs } of rules) {
    for (const asked of signs) {
      const other = places.get(asked.sign);
      if (other !== undefined) {
        const found = [...checkSignScope(rule, asked, other), ...checkWait(rule, asked, waits.get(asked.sign) ?? rule.lateness)];
        problems.push(...found.map((one) => ({ ...one, file })));
      } else if (!unread.has(asked.sign)) {
        unknown += 1;
        const meant = unknown > SUGGESTED ? '' : didYouMean(asked.sign, ids);
        const message = `There is no rule "${asked.sign}"${meant}; correct the id, or add its file.`;
        problems.push({ code: 'rule-sign-unknown', file, pointer: `${asked.pointer}/params/sign`, message });
      }
    }
  }
  return [...problems, ...checkGraph(rules)];
}

/** Signs that ask for each other see events in one order, so that both wait as long as the longer one: a fire alarm must not wait unasked. */
function checkWait({ lateness }: Rule, { sign, pointer }: AskedSign, other: Millis): Omit<Problem, 'file'>[] {
  if (lateness === other) return [];
  const [mine, its] = [formatDuration(lateness), formatDuration(other)];
  const message = `This rule has the lateness ${mine} and "${sign}" ${its}, so that both would wait the longer time; write one lateness in both.`;
  return [{ code: 'rule-sign-lateness', pointer: `${pointer}/params/sign`, message }];
}

/** Settles rule after rule whose signs are all settled; no recursion, since a chain of files may be as long as somebody likes. */
function checkGraph(rules: readonly AskingRule[]): Problem[] {
  const open = new Map(rules.map((one) => [one.rule.id, one]));
  const waiting = new Map<string, number>();
  const askers = new Map<string, string[]>();
  for (const { rule, signs } of rules) {
    const known = signs.filter(({ sign }) => open.has(sign));
    waiting.set(rule.id, known.length);
    for (const { sign } of known) {
      const list = askers.get(sign);
      if (list === undefined) askers.set(sign, [rule.id]);
      else list.push(rule.id);
    }
  }
  const sizes = new Map<string, number>();
  const problems: Problem[] = [];
  const ready = rules.map(({ rule }) => rule.id).filter((id) => waiting.get(id) === 0);
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    const { file, signs } = open.get(id) as AskingRule;
    const size = signs.reduce((sum, { sign }) => sum + (sizes.get(sign) ?? 0), 1);
    sizes.set(id, size);
    const largest = signs.find(({ sign }) => (sizes.get(sign) ?? 0) > EXPANDED_LIMIT);
    // Told once, of the rule that goes too far, not of all that ask for it.
    if (size > EXPANDED_LIMIT && largest === undefined) problems.push(tooMany(file, signs[0] as AskedSign));
    for (const asker of askers.get(id) ?? []) {
      const left = (waiting.get(asker) as number) - 1;
      waiting.set(asker, left);
      if (left === 0) ready.push(asker);
    }
  }
  return [...problems, ...findCycles(rules.filter(({ rule }) => !sizes.has(rule.id)))];
}

function tooMany(file: string, { pointer }: AskedSign): Problem {
  const message = `With the signs of its signs this asks for more than ${EXPANDED_LIMIT}; ask for fewer.`;
  return { code: 'rule-signs-too-many', file, pointer: `${pointer}/params/sign`, message };
}

/** Each of these rules asks, at last, for one in a circle: follow the first sign of each until one comes again. */
function findCycles(stuck: readonly AskingRule[]): Problem[] {
  const byId = new Map(stuck.map((one) => [one.rule.id, one]));
  const visited = new Set<string>();
  const problems: Problem[] = [];
  for (const { rule } of stuck) {
    const trail: string[] = [];
    let id = rule.id;
    while (!visited.has(id)) {
      visited.add(id);
      trail.push(id);
      id = ((byId.get(id) as AskingRule).signs.find(({ sign }) => byId.has(sign)) as AskedSign).sign;
    }
    const start = trail.indexOf(id);
    if (start < 0) continue;
    const { file, signs } = byId.get(id) as AskingRule;
    const asked = signs.find(({ sign }) => byId.has(sign)) as AskedSign;
    const message = `These signs ask for each other in a circle, ${[...trail.slice(start), id].join(' → ')}; take one of the references out.`;
    problems.push({ code: 'rule-sign-cycle', file, pointer: `${asked.pointer}/params/sign`, message });
  }
  return problems;
}
