import { describe, expect, it } from 'vitest';
import type { City, Place, Sensor } from '../model/place.ts';
import type { Millis } from '../model/time.ts';
import type { OrderMessage, WorkOrder } from '../model/work-order.ts';
import { createOutcome } from './batch-outcome.ts';
import { type Core } from './core.ts';
import type { Definition } from './definition.ts';
import { loadConfig } from '../config/load-config.ts';
import { loadDefinition } from './load-definition.ts';
import { CHECKOUT, coreOf, message, START } from './test-rig.ts';

const MINUTE: Millis = 60_000;
const ROADS = 400;
const RIVERS = 100;
const STREET = '310104014';
const RULES = ['road-ponding-depth', 'inland-river-level', 'smoke-alarm'];
/** When the first alert fires, and when the last has: the storm. */
const FIRST = 20 * MINUTE;
const STORM = 2 * MINUTE;

/** The city with five hundred gauges more in one of its streets. */
async function floodedCity(handling: Partial<City['handling']> = {}): Promise<Definition> {
  const definition = await loadDefinition(loadConfig({ env: { MAIBO_DATA_DIR: '/nowhere' }, cwd: CHECKOUT }), 'wall');
  const { city, rules } = definition;
  const places: Place[] = [];
  const sensors: Sensor[] = [];
  for (let i = 0; i < ROADS + RIVERS; i += 1) {
    const road = i < ROADS;
    const id = `${road ? 'road' : 'river'}-${i}`;
    places.push({
      kind: 'place',
      id,
      title: { zh: id, en: id },
      street: STREET,
      at: [121.43, 31.19],
      attributes: { sort: road ? 'road' : 'river' },
    });
    const attributes = road ? {} : { 'control-level': 2.7 };
    const model = road ? 'ponding-gauge' : 'river-gauge';
    sensors.push({ kind: 'sensor', id, model, place: id, street: STREET, cadence: MINUTE, gateway: null, adopted: false, attributes });
  }
  return {
    ...definition,
    rules: { ...rules, rules: rules.rules.filter(({ id }) => RULES.includes(id)) },
    city: {
      ...city,
      places: [...city.places, ...places],
      sensors: [...city.sensors, ...sensors],
      ...(city.handling === undefined ? {} : { handling: { ...city.handling, ...handling } }),
    },
  };
}

interface Told extends Pick<OrderMessage, 'type' | 'party' | 'street' | 'at'> {
  readonly sort: string;
}

interface Scene {
  readonly orders: ReadonlyMap<string, WorkOrder>;
  readonly told: readonly Told[];
  readonly fired: readonly { readonly rule: string; readonly at: Millis }[];
  readonly smokeAt: Millis;
}

/** Water rises everywhere so that every gauge fires within two minutes; in the middle of it a smoke alarm. */
function flood(core: Core): Scene {
  const orders = new Map<string, WorkOrder>();
  const told: Told[] = [];
  const fired: { rule: string; at: Millis }[] = [];
  const known = new Set<string>();
  const smokeAt = FIRST + STORM / 2;
  for (let at = 0; at <= FIRST + 2 * STORM; at += 1_000) {
    const outcome = createOutcome();
    core.begin(START + at, outcome);
    for (let i = 0; i < ROADS + RIVERS; i += 1) {
      // Its alert fires at a time of its own within the storm; each speaks every 10 seconds.
      if ((at / 1_000 + i) % 10 !== 0) continue;
      const fires = FIRST + (i / (ROADS + RIVERS)) * STORM;
      const road = i < ROADS;
      const rises = fires - (road ? 2 * MINUTE + 30_000 : 11 * MINUTE);
      const values = road ? { depth: at >= rises ? 18 : 0 } : { level: at >= rises ? 2.95 : 2 };
      core.step(message(`${road ? 'road' : 'river'}-${i}`, { values }), outcome);
    }
    if (at === smokeAt) core.step(message('smoke-iapm-01', { values: { smoke: 1 } }), outcome);
    for (const alert of outcome.alerts.values()) {
      if (alert.state !== 'firing' || alert.level !== 'orange' || known.has(alert.id)) continue;
      known.add(alert.id);
      fired.push({ rule: alert.rule, at });
    }
    for (const order of outcome.orders.values()) orders.set(order.id, order);
    for (const { order, party, street, type } of outcome.messages)
      told.push({ type, party, street, at, sort: orders.get(order)?.sort ?? 'digest' });
  }
  return { orders, told, fired, smokeAt };
}

function mostTold(told: readonly Told[]): number {
  const counts = new Map<string, number>();
  for (const { party, street } of told) counts.set(`${party}|${street}`, (counts.get(`${party}|${street}`) ?? 0) + 1);
  return Math.max(...counts.values());
}

describe('five hundred alerts of water in one street within two minutes', () => {
  it('are one incident and one order a kind, nobody gets more than five messages, and the fire among them is told at once', async () => {
    const { orders, told, fired, smokeAt } = flood(coreOf(await floodedCity()));
    const water = fired.filter(({ rule }) => rule !== 'smoke-alarm');
    expect(water).toHaveLength(ROADS + RIVERS);
    expect((water.at(-1)?.at ?? 0) - (water[0]?.at ?? 0)).toBeLessThanOrEqual(STORM + MINUTE);
    const bySort = [...orders.values()].filter(({ sort }) => sort !== 'fire');
    expect(bySort.map(({ sort, place }) => `${sort} ${place.id}`).sort()).toEqual([`ponding ${STREET}`, `river ${STREET}`]);
    expect(bySort.map(({ alerts }) => alerts.length).sort((a, b) => a - b)).toEqual([RIVERS, ROADS]);
    const wet = told.filter(({ sort }) => sort !== 'fire');
    expect(mostTold(wet)).toBeLessThanOrEqual(5);
    expect(new Set(wet.map(({ party }) => party))).toEqual(new Set(['water', 'traffic-police', 'street']));
    // Nobody answers in this scene: chiefs are called a minute later.
    const fire = told.filter(({ sort, type }) => sort === 'fire' && type === 'order.dispatched').slice(0, 3);
    expect(fire.map(({ party, at }) => [party, at])).toEqual(['fire', 'police', 'street'].map((party) => [party, smokeAt]));
  });

  it('negative control: a city that groups by place and has no limit is flooded too', async () => {
    const { orders, told } = flood(coreOf(await floodedCity({ group: {}, limit: null, inhibit: [] })));
    expect(orders.size).toBe(ROADS + RIVERS + 1);
    expect(mostTold(told)).toBeGreaterThan(400);
  });
});
