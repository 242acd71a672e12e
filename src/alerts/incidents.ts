import type { Alert } from '../model/alert.ts';
import { fingerprint } from '../model/fingerprint.ts';
import type { Incident, IncidentChange } from '../model/incident.ts';
import type { Handling } from '../model/handling.ts';
import { higherLevel, levelRank, type Level } from '../model/level.ts';
import type { Millis } from '../model/time.ts';
import { DRILL_KEY } from '../model/silence.ts';
import type { Subject } from '../model/verdict.ts';

type What = IncidentChange['what'];

/** An incident whose order is not closed yet. */
interface KnownIncident {
  readonly group: string;
  incident: Incident;
  /**
   * By rule and key: a new episode takes the place of the earlier one, so that a flapping sensor does not make the
   * incident grow. Level `null`: resolved.
   */
  readonly members: Map<string, Member>;
}

/** `calm`: its condition has ended, but a person must still reset it; or it has come down to where nobody would be sent. */
interface Member {
  readonly alert: string;
  readonly level: Level | null;
  readonly calm?: boolean;
}

export interface SavedIncident {
  readonly group: string;
  readonly incident: Incident;
  readonly members: readonly (readonly [member: string, alert: string, level: Level | null, calm?: boolean])[];
}

/** What came of it, or `null` when the incident is none of ours any more. */
export type IncidentStep = { readonly what: What; readonly incident: Incident } | null;

/**
 * Alerts of one kind at one place are one incident; where there is no place, at one street; where there is neither, at one key.
 * A city may have one incident a street or a district of some kinds.
 */
function groupOf(sort: string, subject: Subject, by: 'place' | 'street' | 'district'): string {
  // Each exercise is an incident of its own.
  if (subject.key.startsWith(DRILL_KEY)) return `${sort}|${subject.key}|place:${subject.place ?? ''}`;
  if (by === 'district') return `${sort}|district`;
  if (by === 'street' && subject.street !== null) return `${sort}|street:${subject.street}`;
  if (subject.place !== null) return `${sort}|place:${subject.place}`;
  return subject.street !== null ? `${sort}|street:${subject.street}` : `${sort}|${subject.key}`;
}

/** The incidents that are known: opened, and their order not closed. */
export class Incidents {
  group: Handling['group'];
  private readonly byGroup = new Map<string, KnownIncident>();
  private readonly byId = new Map<string, KnownIncident>();

  constructor(group: Handling['group'] = {}) {
    this.group = group;
  }

  knows(id: string | null): boolean {
    return id !== null && this.byId.has(id);
  }

  /** The incident that this alert belongs to, known already or to be opened by it. */
  idFor(alert: Alert, sort: string): string {
    const group = this.groupOf(sort, alert.subject);
    const known = this.byGroup.get(group);
    if (known !== undefined) return known.incident.id;
    // An alert that outlives its incident and rises again opens another one, under another id.
    return alert.incident === null ? fingerprint('in', group, alert.id) : fingerprint('in', group, alert.id, alert.incident);
  }

  /** The alert, whose `incident` is set, becomes a member. */
  enter(member: string, alert: Alert, sort: string, at: Millis): { readonly what: What; readonly incident: Incident } {
    const group = this.groupOf(sort, alert.subject);
    const known = this.byGroup.get(group);
    if (known === undefined) return { what: 'opened', incident: this.open(group, member, alert, { sort, at }) };
    const what = known.incident.endedAt === null ? 'joined' : 'resumed';
    // Deleted first, so that the order of members stays the order in which they joined.
    known.members.delete(member);
    known.members.set(member, { alert: alert.id, level: alert.level });
    return { what, incident: this.renew(known, null) };
  }

  /** The alert, whose `incident` is set to that of another group, becomes a member there. */
  joinOther(member: string, alert: Alert): IncidentStep {
    const known = this.byId.get(alert.incident ?? '');
    if (known === undefined) return null;
    const what = known.incident.endedAt === null ? 'joined' : 'resumed';
    known.members.delete(member);
    known.members.set(member, { alert: alert.id, level: alert.level });
    return { what, incident: this.renew(known, null) };
  }

  /**
   * The level of a member has changed: `raised` or `lowered` speaks of the member, the incident has its own level.
   * `asks`: it still stands where an order would be opened.
   */
  levelChanged(member: string, alert: Alert, asks: boolean): IncidentStep {
    const found = this.memberOf(member, alert);
    if (found === null) return null;
    const { known } = found;
    // Its condition is back before anybody reset it: all that were calm are calm no more.
    const back = found.calm && asks && known.incident.calm === true;
    if (found.level === alert.level && !found.calm) return null;
    const higher = levelRank(alert.level) - levelRank(found.level);
    known.members.set(member, { alert: alert.id, level: alert.level, calm: !asks });
    const incident = this.renew(known, known.incident.endedAt);
    if (higher !== 0) return { what: higher > 0 ? 'raised' : 'lowered', incident };
    return back ? { what: 'resumed', incident } : null;
  }

  /** The condition of a member has ended, and it waits for a person. @returns a change when nothing holds any more */
  calmed(member: string, alert: Alert): IncidentStep {
    const found = this.memberOf(member, alert);
    if (found === null) return null;
    found.known.members.set(member, { alert: alert.id, level: alert.level, calm: true });
    const incident = this.renew(found.known, found.known.incident.endedAt);
    return incident.calm === true ? { what: 'calmed', incident } : null;
  }

  resolved(member: string, alert: Alert, at: Millis): IncidentStep {
    const found = this.memberOf(member, alert);
    if (found === null) return null;
    const { known } = found;
    known.members.set(member, { alert: alert.id, level: null });
    const over = [...known.members.values()].every(({ level }) => level === null);
    return { what: over ? 'ended' : 'member-resolved', incident: this.renew(known, over ? at : null) };
  }

  /** @returns the keys of the members it had. */
  forget(id: string): string[] {
    const known = this.byId.get(id);
    if (known === undefined) return [];
    this.byId.delete(id);
    this.byGroup.delete(known.group);
    return [...known.members.keys()];
  }

  save(): SavedIncident[] {
    return [...this.byId.values()].map(({ group, incident, members }) => ({
      group,
      incident,
      members: [...members].map(([member, { alert, level, calm }]) =>
        calm === true ? ([member, alert, level, calm] as const) : ([member, alert, level] as const),
      ),
    }));
  }

  restore(saved: readonly SavedIncident[]): void {
    this.byGroup.clear();
    this.byId.clear();
    for (const { group, incident, members } of saved) {
      const kept = members.map(([member, alert, level, calm = false]) => [member, { alert, level, calm }] as const);
      this.keep({ group, incident, members: new Map(kept) });
    }
  }

  private groupOf(sort: string, subject: Subject): string {
    return groupOf(sort, subject, this.group[sort] ?? 'place');
  }

  private open(group: string, member: string, alert: Alert, opening: { readonly sort: string; readonly at: Millis }): Incident {
    const incident: Incident = {
      kind: 'incident',
      id: alert.incident as string,
      sort: opening.sort,
      // Of all that a larger area has, the incident is nowhere in particular.
      place: group.includes('|place:') ? alert.subject.place : null,
      street: group.endsWith('|district') ? null : alert.subject.street,
      alerts: [alert.id],
      level: alert.level,
      openedAt: opening.at,
      endedAt: null,
      calm: false,
    };
    this.keep({ group, incident, members: new Map([[member, { alert: alert.id, level: alert.level }]]) });
    return incident;
  }

  private keep(known: KnownIncident): void {
    this.byGroup.set(known.group, known);
    this.byId.set(known.incident.id, known);
  }

  private memberOf(member: string, alert: Alert): { readonly known: KnownIncident; readonly level: Level; readonly calm: boolean } | null {
    const known = alert.incident === null ? undefined : this.byId.get(alert.incident);
    const found = known?.members.get(member);
    if (known === undefined || found?.alert !== alert.id || found.level === null) return null;
    return { known, level: found.level, calm: found.calm === true };
  }

  private renew(known: KnownIncident, endedAt: Millis | null): Incident {
    const members = [...known.members.values()];
    const level = members.reduce<Level | null>((highest, one) => higherLevel(highest, one.level), null) ?? known.incident.level;
    const calm = members.every((one) => one.level === null || one.calm === true);
    known.incident = { ...known.incident, alerts: members.map(({ alert }) => alert), level, endedAt, calm };
    return known.incident;
  }
}
