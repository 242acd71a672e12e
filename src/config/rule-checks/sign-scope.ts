import type { Problem } from '../../model/problem.ts';
import type { Rule, Scope } from '../../model/rule.ts';

/** One place in a rule file where another sign is asked for. */
export interface AskedSign {
  readonly sign: string;
  readonly at: string;
  /** Of the fact. */
  readonly pointer: string;
}

export type SignPlace = Pick<Rule, 'id' | 'scope' | 'split'>;

/** A sensor stands in a place, a place in a street, a street in the district; sensors of one gateway may stand anywhere. */
const WIDTH: Readonly<Record<Scope, number>> = { sensor: 0, place: 1, street: 2, gateway: 3, district: 3 };

/** Whether a rule can ever know a sign where it asks for it. */
export function checkSignScope(rule: SignPlace, { sign, at, pointer }: AskedSign, other: SignPlace): Omit<Problem, 'file'>[] {
  const say = (message: string): Omit<Problem, 'file'>[] => [{ code: 'rule-fact-scope', pointer: `${pointer}/params/at`, message }];
  if (at === 'same') {
    if (rule.scope !== other.scope) {
      const wider = WIDTH[rule.scope] > WIDTH[other.scope] ? rule.scope : other.scope;
      const mend = `write "at": "${wider === 'gateway' ? 'district' : wider}"`;
      return say(`This rule judges each ${rule.scope} and "${sign}" each ${other.scope}, so that no key is the same; ${mend}.`);
    }
    if (rule.split === other.split) return [];
    return say(
      `Only one of the two rules splits its keys by model, so that no key is the same; write "at" with an area, or "split" in both.`,
    );
  }
  const area = WIDTH[at as Scope];
  if (WIDTH[rule.scope] > area) {
    return say(`A ${rule.scope} does not lie in one ${at}; write "at": "${rule.scope === 'gateway' ? 'district' : rule.scope}".`);
  }
  if (WIDTH[other.scope] <= area) return [];
  return say(
    `"${sign}" judges each ${other.scope}, of which a ${at} holds none; write "at": "${other.scope === 'gateway' ? 'district' : other.scope}".`,
  );
}
