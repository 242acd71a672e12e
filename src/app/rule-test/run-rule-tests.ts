import type { City } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import { expandLadder } from './expand-ladder.ts';
import type { RuleTestFile } from './rule-test-file.ts';
import { runTrial, type Bench } from './run-trial.ts';
import { cityOf } from './trial-city.ts';
import type { Trial } from './trial.ts';
import { trialOf } from './written-case.ts';

export interface RuleTestResult {
  readonly rule: string;
  readonly name: string;
  readonly passed: boolean;
  /** What differed, a line each. */
  readonly differences: readonly string[];
}

/** Every case of a file, those of its ladders too. */
export function trialsOf({ cases = [], ladders = [] }: RuleTestFile): Trial[] {
  return [...cases.map(trialOf), ...ladders.flatMap((ladder, i) => expandLadder(ladder, i + 1))];
}

/** The rule with those that its test wants beside it. */
export function benchOf(rule: Rule, file: RuleTestFile, { rules, parties }: Surroundings): Bench {
  const beside = (file.with ?? []).flatMap((id) => rules.filter((one) => one.id === id && one.id !== rule.id));
  return { rule, rules: [rule, ...beside], city: cityOf(rule, file.city, parties) };
}

/** What a test file may take for granted: the other rules of the folder, the parties of the city. */
export interface Surroundings {
  readonly rules: readonly Rule[];
  readonly parties: City['parties'];
}

/** What differs in one case; empty when it passes. */
export function tryTrial(bench: Bench, trial: Trial): string[] {
  const recording = runTrial(bench, trial);
  return 'refused' in recording ? [recording.refused] : trial.judge(recording);
}

/** Runs every case of a file against its rule. */
export function* runRuleTests(rule: Rule, file: RuleTestFile, surroundings: Surroundings): Generator<RuleTestResult> {
  const bench = benchOf(rule, file, surroundings);
  for (const trial of trialsOf(file)) {
    const differences = tryTrial(bench, trial);
    yield { rule: rule.id, name: trial.name, passed: differences.length === 0, differences };
  }
}
