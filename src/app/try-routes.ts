import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { readRoutingTrials, type RoutingTrial } from '../config/routing-trials.ts';
import { alongRoute, explainRoutes, routeOf, type Routed, type RouteReason } from '../dispatch/routing.ts';
import type { Level } from '../model/level.ts';
import type { City } from '../model/place.ts';
import type { Problem } from '../model/problem.ts';
import type { OrderRule, Rule } from '../model/rule.ts';
import type { Definition } from './definition.ts';
import { loadDefinition } from './load-definition.ts';

/** What is asked of the routes. */
export interface RouteQuestion {
  readonly rule: string;
  readonly level: Level;
  readonly street: string | null;
  readonly place: string | null;
  readonly at: number;
}

export interface RouteAnswer {
  readonly order: OrderRule;
  readonly reasons: readonly RouteReason[];
}

export interface RoutingTrials {
  readonly passed: number;
  readonly failed: readonly { readonly name: string; readonly expected: string; readonly got: string }[];
  /** Routes that no trial takes. */
  readonly untried: readonly string[];
}

/** What only the rules can tell: a route that asks for one that there is not will never take an order. */
export function checkRoutes({ city, rules }: Definition, directory: string): Problem[] {
  const ids = new Set(rules.rules.map(({ id }) => id));
  const kinds = new Set(rules.rules.flatMap(({ order }) => (order === null ? [] : [order.kind])));
  const file = resolve(directory, 'routing.json');
  const problems: Problem[] = [];
  (city.routes ?? []).forEach(({ when }, index) => {
    (when.rules ?? []).forEach((rule, i) => {
      const pointer = `/routes/${index}/when/rules/${i}`;
      if (!ids.has(rule)) problems.push({ code: 'city-reference', file, pointer, message: `There is no rule "${rule}"; name another.` });
    });
    (when.kinds ?? []).forEach((kind, i) => {
      const pointer = `/routes/${index}/when/kinds/${i}`;
      const message = `No rule opens orders of the kind "${kind}"; name another.`;
      if (!kinds.has(kind)) problems.push({ code: 'city-reference', file, pointer, message });
    });
  });
  return problems;
}

export async function tryRoutes(config: Config): Promise<RoutingTrials & { readonly problems: readonly Problem[] }> {
  const definition = await loadDefinition(config, 'wall');
  const trials = readRoutingTrials(config.cityDir);
  const failed: { name: string; expected: string; got: string }[] = [];
  const taken = new Set<string>();
  for (const trial of trials) {
    const got = answerOf(definition, trial);
    const expected = wordsOf(trial.route, trial);
    if (got.route !== null) taken.add(got.route);
    if (got.words !== expected) failed.push({ name: trial.name, expected, got: got.words });
  }
  const untried = (definition.city.routes ?? []).map(({ id }) => id).filter((id) => !taken.has(id));
  return { passed: trials.length - failed.length, failed, untried, problems: checkRoutes(definition, config.cityDir) };
}

/** Whom an order would go to, and why; `null`: there is no such rule, or it opens no order. */
export async function explainRoute(config: Config, question: RouteQuestion): Promise<RouteAnswer | null> {
  const { city, rules } = await loadDefinition(config, 'wall');
  const routed = routedOf(city, rules.rules, question);
  if (routed === null) return null;
  return {
    order: alongRoute(routed.order, routeOf(city.routes ?? [], routed, city.zone)),
    reasons: explainRoutes(city.routes ?? [], routed, city.zone),
  };
}

function routedOf(city: City, rules: readonly Rule[], question: RouteQuestion): Routed | null {
  const order = rules.find(({ id }) => id === question.rule)?.order ?? null;
  const place = city.places.find(({ id }) => id === question.place);
  return order === null ? null : { ...question, street: question.street ?? place?.street ?? null, order };
}

function answerOf({ city, rules }: Definition, trial: RoutingTrial): { readonly route: string | null; readonly words: string } {
  const { rule, level, street = null, place = null, at } = trial;
  const routed = routedOf(city, rules.rules, { rule, level, street, place, at: Date.parse(at) });
  if (routed === null) return { route: null, words: `no order: there is no rule "${rule}" that opens one` };
  const route = routeOf(city.routes ?? [], routed, city.zone);
  return { route: route?.id ?? null, words: wordsOf(route?.id ?? null, alongRoute(routed.order, route)) };
}

function wordsOf(route: string | null, { lead, support }: { readonly lead: string; readonly support: readonly string[] }): string {
  return `${route ?? 'as the rule says'}: ${lead}${support.length === 0 ? '' : ` + ${[...support].sort().join(', ')}`}`;
}
