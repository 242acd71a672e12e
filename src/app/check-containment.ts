import { resolve } from 'node:path';
import type { Problem } from '../model/problem.ts';
import type { Definition } from './definition.ts';

/** What only the rules can tell of `contain`: a rule that there is not contains nothing, and what life depends on is part of nothing. */
export function checkContainment({ city, rules }: Pick<Definition, 'city' | 'rules'>, directory: string): Problem[] {
  const kinds = new Map(rules.rules.map(({ id, order }) => [id, order?.kind ?? null]));
  const file = resolve(directory, 'handling.json');
  const problems: Problem[] = [];
  const say = (pointer: string, message: string): void => void problems.push({ code: 'city-reference', file, pointer, message });
  (city.handling?.inhibit ?? []).forEach(({ by, quiet }, index) => {
    if (!kinds.has(by)) say(`/contain/${index}/by`, `There is no rule "${by}"; name another.`);
    quiet.forEach((rule, i) => {
      const kind = kinds.get(rule);
      const pointer = `/contain/${index}/quiet/${i}`;
      if (kind === undefined) say(pointer, `There is no rule "${rule}"; name another.`);
      else if (kind !== null && city.handling?.lifeSafety.includes(kind) === true)
        say(
          pointer,
          `Rule "${rule}" opens orders of the kind "${kind}", on which life depends: it has an order of its own; remove it here.`,
        );
    });
  });
  return problems;
}
