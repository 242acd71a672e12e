import type { Assignment } from './work-order.ts';

/**
 * Why somebody was called who has no share of their own: the parties (and streets) whose time ran out, or what else was wrong.
 * Empty: the share is their own. Orders of before there could be several have one name, or `null`.
 */
export function reasonsOf({ calledFor }: Pick<Assignment, 'calledFor'>): readonly string[] {
  if (calledFor === undefined || calledFor === null) return [];
  return typeof calledFor === 'string' ? [calledFor] : calledFor;
}
