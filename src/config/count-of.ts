import type { Problem } from '../model/problem.ts';

/** For the sentence that stands before the list. */
export function countOf(problems: readonly Problem[]): string {
  return problems.length === 1 ? 'one fault' : `${problems.length} faults`;
}
