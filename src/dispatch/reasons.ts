import { reasonsOf } from '../model/called-for.ts';
import type { Assignment } from '../model/work-order.ts';

/** The lead has declined: whoever is called for that has all that the lead had to do, until the lead or another takes it on. */
export const LEAD_DECLINED = 'lead-declined';
/** Everybody is done, and nobody has said that it is over. */
export const UNVERIFIED = 'unverified';
/** Everybody declined. */
export const NOBODY = 'nobody';

/** Called in another's place: owes an answer, and the rest they settle among themselves. */
export function owesAnswerAlone(share: Assignment): boolean {
  const reasons = reasonsOf(share);
  return reasons.length > 0 && !reasons.includes(LEAD_DECLINED);
}

/** Called for one reason more; a share of its own stays that. */
export function withReason(share: Assignment, reason: string): Assignment {
  const reasons = reasonsOf(share);
  return reasons.length === 0 || reasons.includes(reason) ? share : { ...share, calledFor: [...reasons, reason] };
}
