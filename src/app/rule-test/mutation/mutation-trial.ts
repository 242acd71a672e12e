import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleFile } from '../../../config/rule-file-shape.ts';
import { RULE_FILE_ENDING } from '../../../config/rule-checks/file-name.ts';
import { RULE_TEST_ENDING } from '../../../config/rule-test-file.ts';
import type { Level } from '../../../model/level.ts';
import type { RuleTestFile } from '../rule-test-file.ts';
import type { Surroundings } from '../run-rule-tests.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import { MutationBench, type Fate } from './try-mutants.ts';

/** What became of the mutants of one rule. */
export interface RuleMutation {
  readonly rule: string;
  /** Below the rules folder. */
  readonly file: string;
  /** Cases that fail on the rule as it stands: nothing is tried on it then. */
  readonly failing: readonly string[];
  /** Levels that no case reaches. */
  readonly unreached: readonly Level[];
  readonly fates: Readonly<Record<Fate, number>>;
  readonly survivors: readonly Mutant[];
}

/** A rule of a folder with the tests beside it. */
export function benchFor(
  directory: string,
  rule: { readonly id: string; readonly domain: string },
  surroundings: Surroundings,
): MutationBench {
  const read = (ending: string): unknown => JSON.parse(readFileSync(join(directory, rule.domain, rule.id + ending), 'utf8'));
  return new MutationBench(read(RULE_FILE_ENDING) as RuleFile, read(RULE_TEST_ENDING) as RuleTestFile, surroundings);
}

/** Tries every mutant of one rule of a folder on its tests. */
export function mutateRule(
  directory: string,
  rule: { readonly id: string; readonly domain: string },
  surroundings: Surroundings,
): RuleMutation {
  const bench = benchFor(directory, rule, surroundings);
  const { failing, unreached } = bench.baseline();
  const fates: Record<Fate, number> = { killed: 0, refused: 0, survived: 0 };
  const survivors: Mutant[] = [];
  for (const mutant of failing.length > 0 ? [] : mutantsOf(bench.file)) {
    const fate = bench.try(mutant);
    fates[fate] += 1;
    if (fate === 'survived') survivors.push(mutant);
  }
  return { rule: rule.id, file: `${rule.domain}/${rule.id}${RULE_FILE_ENDING}`, failing, unreached, fates, survivors };
}
