import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCity } from '../../../config/city-folder.ts';
import { checkRules } from '../../load-definition.ts';
import { CHECKOUT } from '../../test-rig.ts';
import { benchFor } from './mutation-trial.ts';
import { mutantsOf, type Mutant } from './mutants.ts';

const RULES = join(CHECKOUT, 'rules');

/** One move of one threshold, another for each rule and version. */
function sampleOf(mutants: readonly Mutant[], seed: number): readonly Mutant[] {
  const moves = mutants.filter(({ kind }) => kind === 'threshold');
  return moves.length === 0 ? [] : [moves[(seed * 5) % moves.length] as Mutant];
}

/* `npm run test:mutation` tries all of them. */
describe('a threshold of each rule that is moved by one step', () => {
  it('is noticed by a test of the rule', { timeout: 60_000 }, async () => {
    const city = await readCity(join(CHECKOUT, 'fixtures/xuhui'));
    const { rules } = await checkRules(RULES, city);
    const survivors: string[] = [];
    let tried = 0;
    for (const [i, rule] of rules.rules.entries()) {
      const bench = benchFor(RULES, rule, { rules: rules.rules, parties: city.parties });
      for (const mutant of sampleOf(mutantsOf(bench.file), i + rule.version)) {
        tried += 1;
        if (bench.try(mutant) === 'survived') survivors.push(`${rule.id}#${mutant.pointer}: ${mutant.was} → ${mutant.now}`);
      }
    }
    expect(survivors).toEqual([]);
    expect(tried).toBe(rules.rules.length);
  });
});
