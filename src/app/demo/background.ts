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
  // Above the datum of the gauges, whose control level is 3.2 m.
  'river-gauge': ({ hour, jitter }) => ({ level: round(2.75 + 0.12 * Math.sin(((hour - 4) / 12.42) * 2 * Math.PI) + jitter(0.01), 2) }),
  'ponding-gauge': () => ({ depth: 0 }),
  'visibility-meter': ({ jitter }) => ({ visibility: Math.round(9_000 + jitter(1_200)) }),
  'police-feed': ({ chance }) => (chance(0.05) ? { accident: 1 } : null),
  'door-magnet': ({ hour, chance }) => (hour >= 7 && hour < 20 && chance(0.3) ? { door: 1 } : null),
  pir: ({ hour, chance }) => (hour >= 6 && hour < 22 && chance(0.7) ? { pir: 1 } : null),
  'fire-panel': () => ({ fire: 0, fault: 0, shielded: 0, 'mains-fault': 0, 'battery-fault': 0, 'panel-reset': 0 }),
  'residual-current-detector': ({ jitter }) => ({ 'residual-current': round(60 + jitter(20), 0) }),
  'cable-temperature-probe': ({ jitter }) => ({ 'cable-temperature': round(38 + jitter(0.5), 1) }),
  'lane-camera': () => ({ 'lane-blocked': 0 }),
  'flood-gate': () => ({ 'gate-open': 0 }),
  'manhole-probe': ({ jitter }) => ({ 'sewer-level': round(0.5 + jitter(0.1), 2) }),
  'pump-station': () => ({ 'pumps-failed': 0, 'pumps-stopped': 0 }),
  'wall-gauge': ({ jitter }) => ({ displacement: round(0.3 + jitter(0.2), 2) }),
  'aqi-station': ({ jitter }) => ({ pm25: round(22 + jitter(4), 1), o3: round(70 + jitter(10), 0), so2: round(8 + jitter(2), 0) }),
  'bike-camera': ({ jitter }) => ({ bikes: Math.round(35 + jitter(8)) }),
  'bike-operator-feed': ({ jitter }) => ({ bikes: Math.round(35 + jitter(8)) }),
  'bin-sensor': ({ hour }) => ({ 'bin-fill': Math.round(15 + 2 * (hour % 12)) }),
  'bridge-sensor': ({ jitter }) => ({ 'bridge-response': round(5 + jitter(1), 1) }),
  'entry-counter': () => ({ 'people-in': 2, 'people-out': 2 }),
  'fume-monitor': ({ jitter }) => ({ fume: round(0.2 + jitter(0.05), 2), fan: 1 }),
  'gas-detector': () => ({ 'gas-concentration': 0 }),
  'line-counter': ({ hour, jitter }) => ({ passers: Math.round(6 * interpolate(CROWD, hour) + jitter(1)) }),
  'manhole-sensor': () => ({ 'cover-tilt': 0, 'cover-open': 0, 'cover-missing': 0, 'cover-overflow': 0 }),
  'methane-probe': () => ({ 'well-methane': 0 }),
  'metro-gates': ({ hour, jitter }) => ({ 'gate-in': Math.round(900 * interpolate(CROWD, hour) + jitter(30)) }),
  'power-meter': ({ jitter }) => ({ voltage: round(221 + jitter(3), 1) }),
  feeder: () => ({ 'households-out': 0 }),
  'pressure-logger': ({ jitter }) => ({ 'main-pressure': round(0.25 + jitter(0.01), 3) }),
  'river-quality-station': ({ jitter }) => ({ ammonia: round(0.4 + jitter(0.1), 2), 'dissolved-oxygen': round(7.5 + jitter(0.5), 1) }),
  'signal-controller': () => ({ 'signal-fault': 0 }),
  'sound-meter': ({ hour, jitter }) => ({ 'sound-level': round((hour >= 6 && hour < 22 ? 48 : 38) + jitter(1.5), 1) }),
  'tilt-sensor': ({ jitter }) => ({ tilt: round(0.05 + jitter(0.03), 2) }),
  'traffic-index-feed': ({ hour, jitter }) => ({ 'traffic-index': round(1.8 + (hour >= 7 && hour < 20 ? 1 : 0) + jitter(0.2), 1) }),
  'water-quality-meter': ({ jitter }) => ({ turbidity: round(0.15 + jitter(0.05), 2), chlorine: round(0.4 + jitter(0.05), 2) }),
  'fever-clinic-feed': ({ jitter }) => ({ 'fever-visits': Math.round(42 + jitter(5)) }),
  'co2-sensor': ({ hour, jitter }) => ({ co2: Math.round(520 + 120 * interpolate(CROWD, hour) + jitter(20)) }),
  'epidemic-model': () => ({ 'epidemic-risk': 1 }),
  'perimeter-camera': () => ({ intrusion: 0, 'in-water': 0 }),
  'perimeter-lidar': () => ({ intrusion: 0, 'in-water': 0 }),
  'upward-camera': () => ({ 'thrown-object': 0 }),
  'hotline-orders': ({ jitter }) => ({ 'hotline-due': Math.round(40 + jitter(8)), 'hotline-overdue': 0 }),
  'water-meter': ({ hour }) => ({ 'water-use': hour >= 6 && hour < 22 ? 0.012 : 0.001 }),
  'dust-monitor': ({ jitter }) => ({ dust: round(0.09 + jitter(0.03), 3) }),
  'site-noise-monitor': ({ hour, jitter }) => ({ 'sound-level': round((hour >= 6 && hour < 22 ? 58 : 44) + jitter(3), 1) }),
  'crane-anemometer': ({ jitter }) => ({ 'crane-wind': round(3 + jitter(1.5), 1), 'crane-gust': round(5 + jitter(2), 1) }),
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
