import { assembleRule } from '../../../config/rule-assembly.ts';
import { parseRule } from '../../../config/rule-file.ts';
import type { RuleFile } from '../../../config/rule-file-shape.ts';
import type { Level } from '../../../model/level.ts';
import type { Rule } from '../../../model/rule.ts';
import type { RuleTestFile } from '../rule-test-file.ts';
import { benchOf, trialsOf, tryTrial, type Surroundings } from '../run-rule-tests.ts';
import { runTrial, type Bench } from '../run-trial.ts';
import type { Trial } from '../trial.ts';
import type { Mutant } from './mutants.ts';

/** `killed`: a test noticed. `refused`: no test did, but the file is refused as wrong. */
export type Fate = 'killed' | 'refused' | 'survived';

/** One rule with its tests, on which mutants of it are tried. */
export class MutationBench {
  readonly rule: Rule;
  readonly file: RuleFile;
  private readonly bench: Bench;
  private readonly trials: readonly Trial[];

  constructor(file: RuleFile, test: RuleTestFile, surroundings: Surroundings) {
    this.file = file;
    this.rule = assembleRule(file, file.id, []);
    this.bench = benchOf(this.rule, test, surroundings);
    // What is quick is tried first.
    this.trials = trialsOf(test).sort((a, b) => a.says.length - b.says.length);
  }

  /** The rule as it stands: which cases fail, and which levels no case reaches. */
  baseline(): { readonly failing: readonly string[]; readonly unreached: readonly Level[] } {
    const failing: string[] = [];
    const reached = new Set<Level | null>();
    for (const trial of this.trials) {
      const recording = runTrial(this.bench, trial);
      const differences = 'refused' in recording ? [recording.refused] : trial.judge(recording);
      if (differences.length > 0) failing.push(trial.name);
      if ('changes' in recording) for (const { level } of recording.changes) reached.add(level);
    }
    return { failing, unreached: this.rule.levels.map(({ level }) => level).filter((level) => !reached.has(level)) };
  }

  try(mutant: Mutant): Fate {
    const rule = assembleRule(mutant.file, this.file.id, []);
    const bench: Bench = { ...this.bench, rule, rules: this.bench.rules.map((one) => (one.id === rule.id ? rule : one)) };
    if (this.likelyFirst(mutant.level).some((trial) => tryTrial(bench, trial).length > 0)) return 'killed';
    return parseRule(JSON.stringify(mutant.file), `${this.file.id}.rule.json`).rule === null ? 'refused' : 'survived';
  }

  /** Cases that name the level are the ones to notice. */
  private likelyFirst(level: Level | null): readonly Trial[] {
    if (level === null) return this.trials;
    const names = this.trials.filter(({ name }) => name.startsWith(level));
    return [...names, ...this.trials.filter((trial) => !names.includes(trial))];
  }
}
