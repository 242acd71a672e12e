import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { City, Sensor } from '../model/place.ts';
import type { Report } from '../model/reading.ts';
import { createRegistry, DEFAULT_LIMITS } from './registry.ts';
import type { Registry, ResolveContext, Resolved } from './registry.ts';
import { SEEN_LIMIT, SEEN_WINDOW } from './seen.ts';
import { UNTIMED_LIMIT } from './untimed.ts';

const T0 = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const none = { kind: 'sensor', place: null, street: null, cadence: null, adopted: false, attributes: {} } as const;
const own: Sensor = { ...none, id: 'own', model: 'rain-gauge', gateway: 'gw-01' };
const free: Sensor = { ...none, id: 'free', model: 'rain-gauge', gateway: null };

function city(unknownSensors: City['unknownSensors'] = 'adopt', sensors: readonly Sensor[] = [own, free]): City {
  const title = { zh: '城', en: 'city' };
  return { id: 'c', title, zone: 'Asia/Shanghai', streets: [], places: [], parties: [], measures: [], sensors, unknownSensors };
}
function report(sensor: string, more: Partial<Report> = {}): Report {
  return { kind: 'report', gateway: 'gw-01', sensor, at: T0, seq: null, test: false, values: { rain: 1 }, ...more };
}
const wall: ResolveContext = { gateway: 'gw-01', receivedAt: T0, now: T0, events: false };
const code = (resolved: Resolved): string => (resolved.kind === 'refused' ? `${resolved.code} ${resolved.pointer}` : resolved.kind);

describe('who is it', () => {
  test('a named sensor is accepted with its place in the city', () => {
    expect(createRegistry(city()).resolve(report('own'), wall)).toEqual({ kind: 'accepted', sensor: own, observedAt: T0, adopted: false });
  });

  test('an unknown sensor is adopted once, or is quarantined, as the city says', () => {
    const adopting = createRegistry(city());
    expect(adopting.resolve(report('new'), wall)).toMatchObject({
      adopted: true,
      sensor: { id: 'new', model: 'unknown', adopted: true, place: null, cadence: null },
    });
    expect(adopting.resolve(report('new'), wall)).toMatchObject({ kind: 'accepted', adopted: false });
    expect(code(createRegistry(city('quarantine')).resolve(report('new'), wall))).toBe('sensor-unknown /sensor');
  });

  test('a gateway brings at most its cap, without harm to other gateways or to known sensors', () => {
    const registry = createRegistry(city(), { ...DEFAULT_LIMITS, adoptedPerGateway: 2 });
    const kinds = ['a', 'b', 'c', 'b', 'free'].map((id) => code(registry.resolve(report(id), wall)));
    expect(kinds).toEqual(['accepted', 'accepted', 'sensor-cap /sensor', 'accepted', 'accepted']);
    expect(code(registry.resolve(report('c'), { ...wall, gateway: 'gw-02' }))).toBe('accepted');
  });

  test('a sensor bound to a gateway is heard through no other', () => {
    expect(code(createRegistry(city()).resolve(report('own'), { ...wall, gateway: 'gw-02' }))).toBe('sensor-foreign /sensor');
  });

  test('a sensor has at most 64 measures, and a report that would pass the cap leaves none behind', () => {
    const registry = createRegistry(city());
    const values = (from: number, count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${from + i}`, 1]));
    expect(code(registry.resolve(report('own', { values: values(0, 60) }), wall))).toBe('accepted');
    expect(code(registry.resolve(report('own', { values: values(58, 10) }), wall))).toBe('measure-cap /values');
    expect(registry.sensor('own')?.measures).toHaveLength(60);
    expect(code(registry.resolve(report('own', { values: values(58, 6) }), wall))).toBe('accepted');
  });

  test('maintenance is told apart', () => {
    expect(createRegistry(city()).resolve(report('own', { test: true }), wall)).toMatchObject({ kind: 'test', observedAt: T0 });
  });

  test('names that every object inherits are sensors like any other', () => {
    const registry = createRegistry(city());
    for (const id of ['__proto__', 'constructor', 'hasOwnProperty'])
      expect(registry.resolve(report(id), wall)).toMatchObject({ adopted: true, sensor: { id } });
  });
});

describe('can the time be true', () => {
  test('five minutes ahead are believed, one millisecond more is not, and it adopts nobody', () => {
    const registry = createRegistry(city());
    expect(code(registry.resolve(report('own', { at: T0 + 300_000 }), wall))).toBe('accepted');
    expect(code(registry.resolve(report('new', { at: T0 + 300_001 }), wall))).toBe('time-future /at');
    expect(registry.sensor('new')).toBeUndefined();
  });

  test('an old reading is accepted; the engine knows what is late', () => {
    expect(code(createRegistry(city()).resolve(report('own', { at: T0 - 400 * DAY }), wall))).toBe('accepted');
  });

  test('no time of its own is the time of receipt', () => {
    expect(createRegistry(city()).resolve(report('own', { at: null }), wall)).toMatchObject({ observedAt: T0 });
  });

  test('where the clock follows the data, the first reading sets it and no later one moves it by more than a month', () => {
    const registry = createRegistry(city());
    const events = (now: number): ResolveContext => ({ gateway: 'gw-01', receivedAt: now, now, events: true });
    const past = Date.UTC(2013, 8, 13);
    expect(code(registry.resolve(report('own', { at: past }), events(0)))).toBe('accepted');
    expect(code(registry.resolve(report('own', { at: past + 31 * DAY }), events(past)))).toBe('accepted');
    expect(code(registry.resolve(report('own', { at: past + 31 * DAY + 1 }), events(past)))).toBe('time-jump /at');
  });
});

describe('has it said that before', () => {
  test('the same sensor, at and seq are a duplicate; any one different is not', () => {
    const registry = createRegistry(city());
    const say = (sensor: string, at: number, seq: number | null) => code(registry.resolve(report(sensor, { at, seq }), wall));
    expect([
      say('own', T0, 1),
      say('own', T0, 1),
      say('own', T0, 2),
      say('own', T0 - 1, 1),
      say('free', T0, 1),
      say('own', T0 - 1, 1),
    ]).toEqual(['accepted', 'duplicate', 'accepted', 'accepted', 'accepted', 'duplicate']);
    expect([say('own', T0, null), say('own', T0, null)]).toEqual(['accepted', 'accepted']);
  });

  describe('without a time of its own', () => {
    const SECOND = 1_000;
    const teller =
      (registry: Registry) =>
      (second: number, seq: number | null, rain: number, more: Partial<Report> = {}) => {
        const at = T0 + second * SECOND;
        return code(registry.resolve(report('own', { at: null, seq, values: { rain }, ...more }), { ...wall, receivedAt: at, now: at }));
      };

    test('a redelivery counts once, with whatever came between', () => {
      const say = teller(createRegistry(city()));
      expect([say(0, 17, 1), say(1, 18, 1), say(2, 19, 1)]).toEqual(['accepted', 'accepted', 'accepted']);
      expect([say(30, 17, 1), say(30, 18, 1), say(119, 19, 1)]).toEqual(['duplicate', 'duplicate', 'duplicate']);
      expect(say(31, 20, 1)).toBe('accepted');
    });

    test('it is known for two minutes from its first delivery, and no longer', () => {
      const say = teller(createRegistry(city()));
      expect([say(0, 17, 1), say(120, 17, 1), say(121, 17, 1)]).toEqual(['accepted', 'duplicate', 'accepted']);
    });

    test('a counter that begins anew loses nothing: other values under a known seq, and all that follows', () => {
      const say = teller(createRegistry(city()));
      const before = [0, 1, 2, 3].map((seq) => say(seq * 10, seq, 5));
      const after = [say(50, 0, 6), say(60, 1, 5), say(70, 2, 5), say(80, 3, 5)];
      expect([...before, ...after]).toEqual(Array.from({ length: 8 }, () => 'accepted'));
      expect(say(85, 3, 5)).toBe('duplicate');
    });

    test('a counter that begins anew after two minutes loses nothing, though it says the same', () => {
      const say = teller(createRegistry(city()));
      expect([say(0, 0, 1), say(60, 1, 1), say(130, 0, 1), say(190, 1, 1)]).toEqual(Array.from({ length: 4 }, () => 'accepted'));
    });

    test('without a seq nothing is a repeat; maintenance is another thing to say', () => {
      const say = teller(createRegistry(city()));
      expect([say(0, null, 1), say(0, null, 1), say(0, 1, 1), say(1, 1, 1, { test: true })]).toEqual([
        'accepted',
        'accepted',
        'accepted',
        'test',
      ]);
    });

    test('a snapshot keeps it', () => {
      const registry = createRegistry(city());
      teller(registry)(0, 17, 1);
      const again = createRegistry(city());
      again.restore(structuredClone(registry.snapshot()));
      expect(teller(again)(10, 17, 1)).toBe('duplicate');
    });

    test('its memory is bounded', () => {
      const registry = createRegistry(city());
      const say = teller(registry);
      for (let seq = 0; seq < 1_000; seq += 1) say(0, seq, 1);
      expect(registry.snapshot().sensors[0]?.untimed).toHaveLength(UNTIMED_LIMIT * 3);
      expect([say(1, 999, 1), say(1, 1_000 - UNTIMED_LIMIT, 1), say(1, 0, 1)]).toEqual(['duplicate', 'duplicate', 'accepted']);
    });
  });

  test('any shuffle and repetition within the window is accepted exactly once each', () => {
    const arrivals = fc.shuffledSubarray(
      Array.from({ length: 300 }, (_, i) => i % 100),
      { minLength: 300 },
    );
    fc.assert(
      fc.property(arrivals, (order) => {
        const registry = createRegistry(city());
        const accepted = order.filter(
          (i) => registry.resolve(report('own', { at: T0 - i * 1_000, seq: 1_000 - i }), wall).kind === 'accepted',
        );
        expect([...accepted].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      }),
      { numRuns: 50 },
    );
  });

  test('memory is bounded: what repeats beyond the window or the limit is taken again', () => {
    const registry = createRegistry(city());
    const say = (at: number, seq: number) => registry.resolve(report('own', { at, seq }), wall).kind;
    for (let i = 0; i < SEEN_LIMIT + 1; i += 1) expect(say(T0 + i, i)).toBe('accepted');
    expect(say(T0 + 1, 1)).toBe('duplicate');
    expect(say(T0, 0)).toBe('accepted');
    expect(memoryOf(registry, 'own')).toBe(2 + 2 * SEEN_LIMIT);
    expect(registry.resolve(report('own', { at: T0 + SEEN_WINDOW * 2, seq: 0 }), { ...wall, receivedAt: T0 + SEEN_WINDOW * 2 }).kind).toBe(
      'accepted',
    );
    expect(memoryOf(registry, 'own')).toBe(4);
  });
});

describe('snapshot', () => {
  const step = fc.record({
    sensor: fc.constantFrom('own', 'free', 'x', 'y'),
    at: fc.integer({ min: T0 - 900_000, max: T0 }),
    seq: fc.option(fc.nat({ max: 20 })),
    measure: fc.constantFrom('a', 'b'),
  });

  test('after a restore every answer is as if nothing had happened', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 60 }), (before, after) => {
        const play = (registry: Registry, steps: typeof before) =>
          steps.map(({ sensor, at, seq, measure }) => registry.resolve(report(sensor, { at, seq, values: { [measure]: 1 } }), wall));
        const first = createRegistry(city());
        play(first, before);
        const second = createRegistry(city());
        second.restore(structuredClone(first.snapshot()));
        expect(play(second, after)).toEqual(play(first, after));
        expect([...second.sensors()]).toEqual([...first.sensors()]);
      }),
      { numRuns: 200 },
    );
  });

  test('the city folder wins: a sensor that has since been named is no longer adopted, one that has been removed is unknown', () => {
    const before = createRegistry(city());
    before.resolve(report('new'), wall);
    before.resolve(report('free'), wall);
    const after = createRegistry(city('adopt', [own, { ...free, id: 'new' }]));
    after.restore(before.snapshot());
    expect(after.sensor('new')).toMatchObject({ sensor: { adopted: false, model: 'rain-gauge' }, lastSeen: T0 });
    expect(after.sensor('free')).toBeUndefined();
  });
});

function memoryOf(registry: Registry, id: string): number {
  return registry.snapshot().sensors.find((sensor) => sensor.id === id)?.seen?.length ?? 0;
}
