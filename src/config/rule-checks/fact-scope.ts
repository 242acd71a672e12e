import type { Problem } from '../../model/problem.ts';
import type { Scope } from '../../model/rule.ts';
import type { FoundFact } from './fact-walk.ts';

/** Whose attributes a rule of each scope can ask for: a street is not one place. */
const KNOWN: Readonly<Record<'place' | 'sensor', readonly Scope[]>> = { place: ['sensor', 'place'], sensor: ['sensor'] };

/** Attributes are asked for where there is one sensor, or one place, to have them. */
export function checkFactScope(facts: readonly FoundFact[], scope: Scope, file: string): Problem[] {
  const problems: Problem[] = [];
  for (const { fact, pointer } of facts) {
    if ((fact !== 'place' && fact !== 'sensor') || KNOWN[fact].includes(scope)) continue;
    const message = `A ${scope} is not one ${fact}, so that this is never known; use another fact, or the scope ${KNOWN[fact].join(' or ')}.`;
    problems.push({ code: 'rule-fact-scope', file, pointer: `${pointer}/fact`, message });
  }
  return problems;
}
