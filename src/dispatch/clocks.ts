import type { Millis } from '../model/time.ts';
import type { Assignment, ClockStep } from '../model/work-order.ts';
import { isDone } from './lifecycle.ts';
import { owesAnswerAlone } from './reasons.ts';

/** What the clocks of one assignment have done so far. */
export interface Clocks {
  /** `accept:due-soon`, `accept:overdue`, …: said once. */
  readonly said: readonly string[];
  /** Rungs of the ladder that were climbed, and when the next one is due; `null`: not climbing. */
  readonly rung: number;
  readonly climbAt: Millis | null;
}

export const RESTING: Clocks = { said: [], rung: 0, climbAt: null };

/** What is due next of an assignment. */
export type Due =
  | { readonly kind: 'due-soon' | 'overdue'; readonly step: ClockStep; readonly at: Millis }
  | { readonly kind: 'climb'; readonly at: Millis };

/** Steps that the party still owes, in their order. */
export function owed(share: Assignment): readonly ClockStep[] {
  const { state } = share;
  if (owesAnswerAlone(share)) return state === 'dispatched' ? ['accept'] : [];
  if (isDone(state)) return [];
  if (state === 'on-site') return ['close'];
  return state === 'accepted' ? ['arrive', 'close'] : ['accept', 'arrive', 'close'];
}

export const CLOCK_STEPS: readonly ClockStep[] = ['accept', 'arrive', 'close'];

/** What asks for attention when a time of the party runs out. */
export function overdueCode(step: ClockStep, { party }: Pick<Assignment, 'party'>): string {
  return `overdue:${step}:${party}`;
}

/** Owed steps whose time has run out, as far as that was said. */
export function overdue(assignment: Assignment, { said }: Clocks): readonly ClockStep[] {
  return owed(assignment).filter((step) => said.includes(`${step}:overdue`));
}

/** The next thing that the clocks of an assignment bring, whenever that is; `null`: nothing. `warnAt` as in `Handling`. */
export function nextDue(assignment: Assignment, clocks: Clocks, warnAt: number | null): Due | null {
  let next: Due | null = clocks.climbAt === null ? null : { kind: 'climb', at: clocks.climbAt };
  for (const step of owed(assignment)) {
    const due = assignment.due[step];
    if (clocks.said.includes(`${step}:overdue`)) continue;
    next = earlier(next, { kind: 'overdue', step, at: due });
    if (warnAt === null || assignment.dispatchedAt === undefined || clocks.said.includes(`${step}:due-soon`)) continue;
    const at = due - Math.round((due - assignment.dispatchedAt) * (1 - warnAt));
    next = earlier(next, { kind: 'due-soon', step, at });
  }
  return next;
}

/** Of two at one time the one that was found first. */
function earlier(known: Due | null, candidate: Due): Due {
  return known !== null && known.at <= candidate.at ? known : candidate;
}

/** Owed steps of which this is to be said by then, first of all the one that is due first. */
export function dueSteps(assignment: Assignment, { said }: Clocks, now: Millis): readonly ClockStep[] {
  return owed(assignment).filter((step) => assignment.due[step] <= now && !said.includes(`${step}:overdue`));
}
