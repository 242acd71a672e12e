import { levelRank, type Level } from '../model/level.ts';
import type { Route, RouteMatch } from '../model/route.ts';
import type { OrderRule } from '../model/rule.ts';
import type { Text } from '../model/text.ts';
import type { Millis } from '../model/time.ts';

/** What is to be routed. */
export interface Routed {
  readonly rule: string;
  readonly order: OrderRule;
  readonly level: Level;
  readonly street: string | null;
  readonly place: string | null;
  readonly at: Millis;
}

/** Why a route takes an order, or what keeps it from it. */
export interface RouteReason {
  readonly route: Route;
  readonly takes: boolean;
  /** What does not match; empty where it takes the order or a route before it does. */
  readonly because: readonly Text[];
}

/** The first route that matches decides; `null`: none does, and the rule's own parties are asked. */
export function routeOf(routes: readonly Route[], routed: Routed, zone: string): Route | null {
  return routes.find(({ when }) => mismatches(when, routed, zone).length === 0) ?? null;
}

/** The order as the route has it. */
export function alongRoute(order: OrderRule, route: Route | null): OrderRule {
  if (route === null) return order;
  const lead = route.lead ?? order.lead;
  const support = [...(route.support ?? order.support), ...(route.also ?? [])].filter((party) => party !== lead);
  return { ...order, lead, support: [...new Set(support)], due: route.due ?? order.due };
}

/** Every route, with why it takes the order or not. */
export function explainRoutes(routes: readonly Route[], routed: Routed, zone: string): RouteReason[] {
  const chosen = routeOf(routes, routed, zone);
  return routes.map((route) => ({ route, takes: route === chosen, because: mismatches(route.when, routed, zone) }));
}

function mismatches(when: RouteMatch, routed: Routed, zone: string): Text[] {
  const { rule, order, level, street, place, at } = routed;
  const found: Text[] = [];
  const lacks = (list: readonly string[] | undefined, value: string | null): boolean =>
    list !== undefined && (value === null || !list.includes(value));
  if (lacks(when.rules, rule)) found.push({ zh: `规则是 ${rule}`, en: `the rule is ${rule}` });
  if (lacks(when.kinds, order.kind)) found.push({ zh: `类别是 ${order.kind}`, en: `the kind is ${order.kind}` });
  if (when.from !== undefined && levelRank(level) < levelRank(when.from))
    found.push({ zh: `等级 ${level} 低于 ${when.from}`, en: `the level ${level} is below ${when.from}` });
  if (lacks(when.streets, street)) found.push({ zh: `街镇是 ${street ?? '无'}`, en: `the street is ${street ?? 'none'}` });
  if (lacks(when.places, place)) found.push({ zh: `地点是 ${place ?? '无'}`, en: `the place is ${place ?? 'none'}` });
  if (when.hours === undefined && when.days === undefined) return found;
  const { minute, day, text } = localTime(at, zone);
  if (when.hours !== undefined && !within(minute, when.hours)) found.push({ zh: `当地时间 ${text}`, en: `it is ${text} there` });
  if (when.days !== undefined && !when.days.includes(day)) found.push({ zh: `星期 ${day}`, en: `it is day ${day} of the week` });
  return found;
}

function within(minute: number, { from, to }: { readonly from: number; readonly to: number }): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

const DAYS: Readonly<Record<string, number>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };
const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(at: Millis, zone: string): { readonly minute: number; readonly day: number; readonly text: string } {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', weekday: 'short', hourCycle: 'h23' });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const [hour = '0', minute = '0'] = [parts.get('hour'), parts.get('minute')];
  return { minute: Number(hour) * 60 + Number(minute), day: DAYS[parts.get('weekday') ?? ''] ?? 0, text: `${hour}:${minute}` };
}
