import type { DueStep, DueTime } from '../model/due.ts';
import type { City } from '../model/place.ts';
import type { OrderRule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';
import type { Assignment } from '../model/work-order.ts';
import { workingDaysOf } from './working-days.ts';

export type Due = OrderRule['due'];

/** When a step is due, and whether the calendar could not say for sure. */
interface Instant {
  readonly at: Millis;
  readonly assumed: boolean;
}

export type DueInstants = Readonly<Record<DueStep, Instant>>;

/** Whatever a rule mixes, no step is due after the one that follows it. */
export function dueInstants(city: City, due: Due, from: Millis): DueInstants {
  const close = dueInstant(city, due.close, from);
  const arrive = soonerOf(dueInstant(city, due.arrive, from), close);
  return { accept: soonerOf(dueInstant(city, due.accept, from), arrive), arrive, close };
}

export function dueInstant(city: City, due: DueTime, from: Millis): Instant {
  if (typeof due === 'number') return { at: from + due, assumed: false };
  return workingDaysOf(city).due(from, due.days);
}

/** As an assignment keeps them. */
export function dueFields({ accept, arrive, close }: DueInstants): Pick<Assignment, 'due' | 'dueAssumed'> {
  const assumed = Object.entries({ accept, arrive, close }).flatMap(([step, one]) => (one.assumed ? [step as DueStep] : []));
  return { due: { accept: accept.at, arrive: arrive.at, close: close.at }, ...(assumed.length === 0 ? {} : { dueAssumed: assumed }) };
}

/** Those of an assignment that has them already. */
export function keptInstants({ due, dueAssumed = [] }: Assignment): DueInstants {
  const kept = (step: DueStep): Instant => ({ at: due[step], assumed: dueAssumed.includes(step) });
  return { accept: kept('accept'), arrive: kept('arrive'), close: kept('close') };
}

/** Step by step the sooner of the two. */
export function soonerInstants(a: DueInstants, b: DueInstants): DueInstants {
  return { accept: soonerOf(a.accept, b.accept), arrive: soonerOf(a.arrive, b.arrive), close: soonerOf(a.close, b.close) };
}

function soonerOf(a: Instant, b: Instant): Instant {
  return b.at < a.at ? b : a;
}
