import fc from 'fast-check';
import { compileCondition, FALSE, TRUE, UNKNOWN, type Fact, type Truth } from '../../../engine/condition/compile-condition.ts';
import { evaluate, type Question } from '../../../engine/condition/evaluate.ts';
import { EvaluationRefused } from '../../../engine/condition/expansion.ts';
import type { Condition, FactReference } from '../../../model/condition.ts';
import { readQuestion } from '../../eval-question.ts';
import { askReference, ignoreLeftOver } from '../../reference-eval.ts';
import { constructsOf } from './constructs.ts';
import { questionLine } from './questions.ts';

export type Verdict = 'true' | 'false' | 'error';
export type Tally = Record<Verdict, number>;

export interface Difference {
  readonly line: string;
  readonly theirs: Verdict;
  readonly ours: Verdict;
  readonly by: 'door' | 'live';
}

export interface TrialReport {
  cases: number;
  readonly verdicts: Tally;
  /** Found and made as small as they go. */
  readonly differences: Difference[];
  readonly refused: Map<string, number>;
  readonly constructs: Map<string, Tally>;
  /** What the engine of the live rules made of those that have an answer. */
  readonly live: { decided: number; unknown: number; refused: number };
}

export interface TrialOptions {
  readonly cases: number;
  readonly seed: number;
  readonly answer?: (question: Question) => boolean;
  /** Ends the trial at so many. */
  readonly mostDifferences?: number;
  readonly progress?: (report: TrialReport) => void;
}

const CHUNK = 2_000;

/** Asks json-rules-engine and Maibo the same questions, errors included, and collects where they differ. */
export async function runConditionTrial(options: TrialOptions): Promise<TrialReport> {
  const { cases, seed, answer = evaluate, mostDifferences = 1, progress } = options;
  const report: TrialReport = {
    cases: 0,
    verdicts: noTally(),
    differences: [],
    refused: new Map(),
    constructs: new Map(),
    live: { decided: 0, unknown: 0, refused: 0 },
  };
  const close = ignoreLeftOver();
  for (let done = 0; done < cases && report.differences.length < mostDifferences; done += CHUNK) {
    const checked = await fc.check(
      fc.asyncProperty(questionLine, async (line) => (await compare(line, answer, report)) === null),
      { numRuns: Math.min(CHUNK, cases - done), seed: seed + done },
    );
    if (checked.counterexample !== null) {
      const difference = await compare(checked.counterexample[0], answer, report);
      if (difference !== null) report.differences.push(difference);
    }
    progress?.(report);
  }
  await close();
  return report;
}

async function compare(line: string, answer: (question: Question) => boolean, report: TrialReport): Promise<Difference | null> {
  report.cases += 1;
  const ours = await verdictOf(() => answer(readQuestion(line)));
  // What would never end must not be asked.
  if (ours instanceof EvaluationRefused) {
    const kind = ours.message.replaceAll(/"(?:[^"\\]|\\.)*"/g, '…');
    report.refused.set(kind, (report.refused.get(kind) ?? 0) + 1);
    return null;
  }
  const theirs = await verdictOf(() => askReference(readQuestion(line)));
  if (theirs instanceof EvaluationRefused) throw theirs;
  report.verdicts[theirs] += 1;
  for (const construct of constructsOf(readQuestion(line))) {
    const tally = report.constructs.get(construct) ?? noTally();
    tally[theirs] += 1;
    report.constructs.set(construct, tally);
  }
  if (ours !== theirs) return { line, theirs, ours, by: 'door' };
  return theirs === 'error' ? null : compareLive(line, theirs, report);
}

/** Live rules know a third answer, and refuse at once what the door refuses as it comes to it; but they never say the opposite. */
function compareLive(line: string, theirs: Verdict, { live }: TrialReport): Difference | null {
  const truth = askLive(readQuestion(line));
  if (truth === null) live.refused += 1;
  else if (truth === UNKNOWN) live.unknown += 1;
  else {
    live.decided += 1;
    if (truth !== (theirs === 'true' ? TRUE : FALSE)) return { line, theirs, ours: truth === TRUE ? 'true' : 'false', by: 'live' };
  }
  return null;
}

function askLive({ conditions, facts, named }: Question): Truth | null {
  const fact = (reference: FactReference): Fact<null> => {
    const value = Object.hasOwn(facts, reference.fact) ? facts[reference.fact] : undefined;
    return { ask: () => value, number: typeof value === 'number' ? () => value : null };
  };
  let test;
  try {
    test = compileCondition(conditions as Condition, { fact, named: named as Record<string, Condition> });
  } catch {
    return null;
  }
  return test(null);
}

async function verdictOf(ask: () => boolean | Promise<boolean>): Promise<Verdict | EvaluationRefused> {
  try {
    return (await ask()) ? 'true' : 'false';
  } catch (error) {
    return error instanceof EvaluationRefused ? error : 'error';
  }
}

function noTally(): Tally {
  return { true: 0, false: 0, error: 0 };
}
