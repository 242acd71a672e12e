import type { Rule } from '../../model/rule.ts';
import { textCode } from '../cells/text-code.ts';

/** Every text that a rule file holds, by its code: so a newest text can be shown and compared as it was sent. */
export function textsOf(rule: Rule): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  const stack: unknown[] = [rule.value, rule.levels, rule.conditions];
  for (let one = stack.pop(); stack.length > 0 || one !== undefined; one = stack.pop()) {
    if (typeof one === 'string') texts.set(textCode(one), one);
    else if (typeof one === 'object' && one !== null)
      stack.push(...(Object.values(one) as unknown[]).filter((value) => value !== undefined));
  }
  return texts;
}
