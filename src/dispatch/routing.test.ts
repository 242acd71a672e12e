import { describe, expect, test } from 'vitest';
import type { Route, RouteMatch } from '../model/route.ts';
import { alongRoute, explainRoutes, routeOf, type Routed } from './routing.ts';
import { cityOf, orderOf, Rig } from './test-rig.ts';

const ZONE = 'Asia/Shanghai';

function routeWith(when: RouteMatch, over: Partial<Route> = {}): Route {
  return { id: 'r', title: { zh: '路', en: 'Route' }, when, lead: 'water', source: 'trial', ...over };
}

function orderAt(at: string, over: Partial<Routed> = {}): Routed {
  return { rule: 'smoke', order: orderOf(), level: 'orange', street: '310104014', place: 'mall', at: Date.parse(at), ...over };
}

const NOON = '2026-11-23T12:00:00+08:00';

describe('a route takes an order that it matches', () => {
  test.each<[RouteMatch, string, Partial<Routed>, boolean]>([
    [{ rules: ['smoke'] }, NOON, {}, true],
    [{ rules: ['heat'] }, NOON, {}, false],
    [{ kinds: ['fire'], from: 'red' }, NOON, {}, false],
    [{ kinds: ['fire'], from: 'orange' }, NOON, {}, true],
    [{ streets: ['310104014'] }, NOON, {}, true],
    [{ streets: ['310104014'] }, NOON, { street: null }, false],
    [{ places: ['school'] }, NOON, {}, false],
    [{ hours: { from: 720, to: 780 } }, NOON, {}, true],
    [{ hours: { from: 660, to: 720 } }, NOON, {}, false],
    [{ hours: { from: 1_320, to: 360 } }, '2026-11-23T23:59:00+08:00', {}, true],
    [{ hours: { from: 1_320, to: 360 } }, '2026-11-23T05:59:59+08:00', {}, true],
    [{ hours: { from: 1_320, to: 360 } }, '2026-11-23T06:00:00+08:00', {}, false],
    [{ days: [1] }, NOON, {}, true],
    [{ days: [7] }, '2026-11-22T23:59:00+08:00', {}, true],
    [{ days: [7] }, '2026-11-23T00:00:00+08:00', {}, false],
  ])('%j at %s, %j: %s', (when, at, over, takes) => {
    expect(routeOf([routeWith(when)], orderAt(at, over), ZONE) !== null).toBe(takes);
  });

  test('the first of several decides, and every other says why not', () => {
    const routes = [
      routeWith({ rules: ['heat'] }, { id: 'a' }),
      routeWith({ kinds: ['fire'] }, { id: 'b' }),
      routeWith({ from: 'blue' }, { id: 'c' }),
    ];
    const told = explainRoutes(routes, orderAt(NOON), ZONE).map(({ route, takes, because }) => [
      route.id,
      takes,
      because.map(({ en }) => en),
    ]);
    expect(told).toEqual([
      ['a', false, ['the rule is smoke']],
      ['b', true, []],
      ['c', false, []],
    ]);
  });

  test('what it does not say stays as the rule has it; nobody is asked twice', () => {
    const due = { accept: 1, arrive: 2, close: 3 };
    expect(alongRoute(orderOf(), routeWith({}, { lead: 'police' }))).toMatchObject({ lead: 'police', support: ['street'] });
    expect(alongRoute(orderOf(), { ...routeWith({}), also: ['gas', 'street'] })).toMatchObject({
      lead: 'water',
      support: ['police', 'street', 'gas'],
    });
    expect(alongRoute(orderOf(), { ...routeWith({}), due }).due).toBe(due);
    expect(alongRoute(orderOf(), null)).toEqual(orderOf());
  });
});

test('an order goes along its route, and its trail says by which', () => {
  const city = { ...cityOf(), routes: [routeWith({ kinds: ['fire'] }, { id: 'to-water', support: ['gas'] })] };
  const rig = new Rig({ city }).happen(0, 'opened');
  expect(rig.news()).toEqual(['water dispatched', 'gas dispatched']);
  expect(rig.order.trail.map(({ party, note }) => `${party} ${note}`)).toEqual(['water route:to-water', 'gas route:to-water']);
});
