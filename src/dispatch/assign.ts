import type { City } from '../model/place.ts';
import type { OrderRule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, Role } from '../model/work-order.ts';
import { isDone } from './lifecycle.ts';

export type Due = OrderRule['due'];

/** The party that is called when something is wrong with an order: the operations centre. */
export const OPERATIONS = 'ops';

/** One assignment, running from `at`. A party with an office a street gets the street of the order. */
export function assignmentOf(
  city: City,
  party: string,
  role: Role,
  order: { readonly street: string | null; readonly due: Due; readonly at: Millis },
): Assignment {
  const { due, at } = order;
  return {
    party,
    street: city.parties.find(({ id }) => id === party)?.perStreet === true ? order.street : null,
    role,
    state: 'dispatched',
    dispatchedAt: at,
    due: { accept: at + due.accept, arrive: at + due.arrive, close: at + due.close },
  };
}

/** The same share once more, from now on. */
export function askAgain(assignment: Assignment, due: Due, at: Millis): Assignment {
  const times = { accept: at + due.accept, arrive: at + due.arrive, close: at + due.close };
  return { ...assignment, state: 'dispatched', dispatchedAt: at, due: times };
}

/** Whoever an order names, lead first, each once. */
export function partiesOf(rule: OrderRule): string[] {
  return [...new Set([rule.lead, ...rule.support])];
}

/** An escalation that leaves less time counts; one that leaves more does not. */
export function tightenDue(assignment: Assignment, due: Due, at: Millis): Assignment {
  if (isDone(assignment.state)) return assignment;
  const { accept, arrive, close } = assignment.due;
  return {
    ...assignment,
    due: { accept: Math.min(accept, at + due.accept), arrive: Math.min(arrive, at + due.arrive), close: Math.min(close, at + due.close) },
  };
}

export function shorterDue(a: Due, b: Due): Due {
  return { accept: Math.min(a.accept, b.accept), arrive: Math.min(a.arrive, b.arrive), close: Math.min(a.close, b.close) };
}
