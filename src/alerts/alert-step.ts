import type { AlertState, AlertTransition } from '../model/alert.ts';
import type { IncidentChange } from '../model/incident.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Episode } from './episode-book.ts';
import type { IncidentStep } from './incidents.ts';

/** What one call comes to; the callee pushes. */
export interface AlertStep {
  readonly transitions: AlertTransition[];
  readonly changes: IncidentChange[];
}

export type Told = NonNullable<IncidentStep> & { readonly crossedAt?: Millis };

/** What happened to the incident, with the moment at which the alert's condition became true. */
export function crossed(result: Told | null, { since }: Verdict): Told | null {
  return result === null ? null : { ...result, crossedAt: since };
}

/** The alert is now as it says; `was` is its state before. */
export function sayAlert(episode: Episode, was: AlertState | null, at: Millis, step: AlertStep): void {
  step.transitions.push({ kind: 'alert-transition', alert: episode.alert, rule: episode.rule, was, at });
}

/** What happened to its incident, if anything did. */
export function sayIncident(episode: Episode, result: Told | null, at: Millis, step: AlertStep): void {
  if (result === null) return;
  step.changes.push({
    kind: 'incident-change',
    what: result.what,
    incident: result.incident,
    alert: episode.alert,
    rule: episode.rule,
    at,
    ...(result.crossedAt === undefined ? {} : { crossedAt: result.crossedAt }),
  });
}
