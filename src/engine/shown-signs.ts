import { standingOf, type Standing } from './engine.ts';
import type { RuleBook } from './rule-book.ts';

/** What signs say where people look: at every key of a place or wider, and of a sensor's keys at those that have a level. */
export function* shownSigns({ rules }: RuleBook): Generator<Standing> {
  for (const rule of rules) {
    const { memory, compiled } = rule;
    const wide = compiled.rule.scope !== 'sensor';
    for (let key = 0; key < memory.keys; key += 1)
      if (wide || rule.levelAt(memory.standing[key] as number) !== null) yield standingOf(rule, key);
  }
}
