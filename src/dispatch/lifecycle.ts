import type { ReceiptState } from '../model/receipt.ts';
import type { Assignment, AssignmentState } from '../model/work-order.ts';

/** Every step that a receipt may make; what does not stand here is refused. */
export const STEPS: Readonly<Record<AssignmentState, readonly ReceiptState[]>> = {
  dispatched: ['accepted', 'declined', 'on-site', 'resolved'],
  accepted: ['on-site', 'resolved', 'declined'],
  'on-site': ['resolved'],
  resolved: [],
  declined: [],
};

export function isDone(state: AssignmentState): boolean {
  return STEPS[state].length === 0;
}

/**
 * An order may close when its lead has resolved it and every support has resolved or declined. Where the lead declined, any
 * other that resolved stands in for it; operations, which is then always called, must have answered too. An order that
 * everybody declined stays open: somebody must look at it.
 */
export function mayClose(assignments: readonly Assignment[]): boolean {
  if (!assignments.every(({ state }) => isDone(state))) return false;
  const lead = assignments.find(({ role }) => role === 'lead');
  return lead?.state === 'declined' ? assignments.some(({ state }) => state === 'resolved') : lead?.state === 'resolved';
}
