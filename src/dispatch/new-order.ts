import type { IncidentChange } from '../model/incident.ts';
import type { Rule } from '../model/rule.ts';
import type { WorkOrder } from '../model/work-order.ts';

/** The order of an incident that has just opened, before anybody is assigned. Its title names the sign and the place. */
export function newOrder(id: string, change: IncidentChange, place: WorkOrder['place'], drill: boolean): WorkOrder {
  const { incident, at } = change;
  return {
    kind: 'order',
    id,
    sort: incident.sort,
    state: 'open',
    level: incident.level,
    title: orderTitle(change.rule, place),
    incident: incident.id,
    place,
    alerts: [],
    assignments: [],
    drill: drill || change.alert.drill === true,
    openedAt: at,
    beganAt: change.crossedAt ?? change.alert.since,
    closedAt: null,
    attention: [],
    trail: [],
  };
}

/** What and where, as people call it. */
export function orderTitle({ title }: Pick<Rule, 'title'>, place: WorkOrder['place']): WorkOrder['title'] {
  return { zh: `${title.zh} · ${place.name.zh}`, en: `${title.en} · ${place.name.en}` };
}
