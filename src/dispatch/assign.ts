import type { DueTime } from '../model/due.ts';
import type { City } from '../model/place.ts';
import type { OrderRule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment, Role } from '../model/work-order.ts';
import { dueFields, dueInstant, dueInstants, keptInstants, soonerInstants, type Due } from './due-instants.ts';
import { isDone } from './lifecycle.ts';

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
    ...dueFields(dueInstants(city, due, at)),
  };
}

/** The same share once more, from now on. */
export function askAgain(city: City, assignment: Assignment, due: Due, at: Millis): Assignment {
  const { dueAssumed: _, ...rest } = assignment;
  return { ...rest, state: 'dispatched', dispatchedAt: at, ...dueFields(dueInstants(city, due, at)) };
}

/** Whoever an order names, lead first, each once. */
export function partiesOf(rule: OrderRule): string[] {
  return [...new Set([rule.lead, ...rule.support])];
}

/** An escalation that leaves less time counts; one that leaves more does not. */
export function tightenDue(city: City, assignment: Assignment, due: Due, at: Millis): Assignment {
  if (isDone(assignment.state)) return assignment;
  const { dueAssumed: _, ...rest } = assignment;
  return { ...rest, ...dueFields(soonerInstants(keptInstants(assignment), dueInstants(city, due, at))) };
}

/** Step by step the one that is over sooner when both run from `at`: a day and a working day can only be compared on a day. */
export function shorterDue(city: City, a: Due, b: Due, at: Millis): Due {
  const shorter = (step: keyof Due): DueTime => (dueInstant(city, b[step], at).at < dueInstant(city, a[step], at).at ? b[step] : a[step]);
  return { accept: shorter('accept'), arrive: shorter('arrive'), close: shorter('close') };
}
