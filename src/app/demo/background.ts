import type { City, Sensor } from '../../model/place.ts';
import type { Scalar } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import { interpolate, round } from './curve.ts';
import type { Point } from './curve.ts';
import { noise } from './noise.ts';

export type Values = Readonly<Record<string, Scalar>>;

/** What a sensor says on an uneventful day; `null` when such a device is silent unless something happens. */
export type Background = (sensor: Sensor, at: Millis) => Values | null;

const HOUR = 3_600_000;
/** +08:00, which Shanghai keeps all year. */
const OFFSET = 8 * HOUR;

/** Share of the capacity that is in a place, by hour of the day; gentle, so that no surge rule sees a surge. */
const CROWD: readonly Point[] = [
  [0, 0.22],
  [5, 0.2],
  [9, 0.3],
  [12, 0.36],
  [15, 0.32],
  [19, 0.4],
  [22, 0.28],
  [24, 0.22],
];

interface Ask {
  readonly sensor: Sensor;
  readonly hour: number;
  /** Persons that the place may hold, for each of its counters. */
  readonly capacity: number;
  /** Between −size and size. */
  readonly jitter: (size: number) => number;
  /** True so often, by chance. */
  readonly chance: (share: number) => boolean;
}

const BY_MODEL: Readonly<Record<string, (ask: Ask) => Values | null>> = {
  'smoke-alarm': ({ jitter }) => ({ smoke: 0, battery: Math.round(82 + jitter(16)) }),
  'heat-detector': () => ({ heat: 0 }),
  'call-point': () => ({ callpoint: 0 }),
  'people-counter': ({ hour, capacity, jitter }) => ({ people: Math.round(capacity * interpolate(CROWD, hour) * (1 + jitter(0.03))) }),
  'crowd-camera': ({ hour, jitter }) => ({ density: round(0.9 * interpolate(CROWD, hour) * 2 + 0.1 + jitter(0.06), 2) }),
  'rain-gauge': () => ({ rain: 0 }),
  'weather-station': ({ hour, jitter }) => ({
    temperature: round(25.5 + 4.5 * Math.cos(((hour - 14) / 24) * 2 * Math.PI) + jitter(0.4), 1),
    humidity: round(72 - 12 * Math.cos(((hour - 14) / 24) * 2 * Math.PI) + jitter(3), 0),
    'wind-gust': round(4 + jitter(2.5), 1),
  }),
  'air-station': ({ jitter }) => ({ pm25: round(22 + jitter(6), 1) }),
  'hydrant-cap': ({ jitter }) => ({ pressure: round(0.24 + jitter(0.015), 3) }),
  'gas-regulator': ({ jitter }) => ({ 'gas-pressure': round(2.05 + jitter(0.08), 2) }),
  // Two tides a day, well below the blue line of 4.55 m.
  'tide-gauge': ({ hour, jitter }) => ({ tide: round(2.5 + 1.1 * Math.sin(((hour - 2) / 12.42) * 2 * Math.PI) + jitter(0.02), 2) }),
  // Metres above the control level of the site.
  'river-gauge': ({ hour, jitter }) => ({ level: round(-0.45 + 0.12 * Math.sin(((hour - 4) / 12.42) * 2 * Math.PI) + jitter(0.01), 2) }),
  'ponding-gauge': () => ({ depth: 0 }),
  'visibility-meter': ({ jitter }) => ({ visibility: Math.round(9_000 + jitter(1_200)) }),
  'police-feed': ({ chance }) => (chance(0.05) ? { accident: 1 } : null),
  'door-magnet': ({ hour, chance }) => (hour >= 7 && hour < 20 && chance(0.3) ? { door: 1 } : null),
  pir: ({ hour, chance }) => (hour >= 6 && hour < 22 && chance(0.7) ? { pir: 1 } : null),
  'traffic-loop': ({ hour, jitter }) => {
    const rush = Math.max(0, 1 - Math.abs(hour - 8.3) / 1.5) + Math.max(0, 1 - Math.abs(hour - 18) / 1.8);
    return { speed: round(52 - 14 * rush + jitter(3), 1), occupancy: round(8 + 14 * rush + jitter(2), 1) };
  },
};

export function createBackground(city: City, seed: number): Background {
  const capacities = new Map(city.places.map((place) => [place.id, place.attributes['capacity']]));
  const counters = new Map<string, number>();
  for (const { model, place } of city.sensors)
    if (model === 'people-counter' && place !== null) counters.set(place, (counters.get(place) ?? 0) + 1);
  return (sensor, at) => {
    const make = BY_MODEL[sensor.model];
    if (make === undefined) return null;
    const capacity = sensor.place === null ? undefined : capacities.get(sensor.place);
    const step = Math.floor(at / 1_000);
    return make({
      sensor,
      hour: ((at + OFFSET) % (24 * HOUR)) / HOUR,
      capacity: (typeof capacity === 'number' ? capacity : 1_200) / Math.max(1, counters.get(sensor.place ?? '') ?? 1),
      jitter: (size) => (noise(seed, sensor.id, step) * 2 - 1) * size,
      chance: (share) => noise(seed, `${sensor.id} chance`, step) < share,
    });
  };
}

/** Shortest time between two messages of one sensor: what speaks more often in life is thinned, without falling silent. */
export const TICK: Millis = 30_000;

/** How often a sensor speaks in the demo: as its cadence says, in whole ticks; devices of events may speak once an hour. */
export function heartbeat(sensor: Sensor): Millis {
  if (sensor.cadence !== null) return Math.max(TICK, Math.floor(sensor.cadence / TICK) * TICK);
  return sensor.model === 'heat-detector' || sensor.model === 'call-point' ? 24 * HOUR : HOUR;
}
