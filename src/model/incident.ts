import type { Alert } from './alert.ts';
import type { Level } from './level.ts';
import type { Rule } from './rule.ts';
import type { Millis } from './time.ts';

/** Alerts that are one happening: same kind, same place (or same street where there is no place). */
export interface Incident {
  readonly kind: 'incident';
  /** `in_` + hash of the group and the first alert. */
  readonly id: string;
  /** The rule's `order.kind`: fire, flood, crowd, … */
  readonly sort: string;
  readonly place: string | null;
  readonly street: string | null;
  /** Members, in the order in which they joined. */
  readonly alerts: readonly string[];
  /** Highest level over the firing members; the last one after the end. */
  readonly level: Level;
  readonly openedAt: Millis;
  /** When the last member was resolved; `null` while any fires. */
  readonly endedAt: Millis | null;
  /** True while no member stands where an order would be opened: all are resolved, lower than that, or wait for a person to reset them. */
  readonly calm?: boolean;
}

/** What happened to an incident, for dispatch. */
export interface IncidentChange {
  readonly kind: 'incident-change';
  readonly what: 'opened' | 'joined' | 'raised' | 'lowered' | 'member-resolved' | 'calmed' | 'ended' | 'resumed';
  readonly incident: Incident;
  /** The alert that caused the change. */
  readonly alert: Alert;
  readonly rule: Rule;
  readonly at: Millis;
  /** Of an alert that fires or has changed its level: when its condition became true, in event time. */
  readonly crossedAt?: Millis;
}
