import type { Sensor } from '../model/place.ts';
import type { Millis } from '../model/time.ts';
import type { Seen } from './seen.ts';
import type { Untimed } from './untimed.ts';

/** Mutable inside this folder only. */
export interface SensorRecord {
  readonly sensor: Sensor;
  /** The gateway that brought it along, when no file names it. */
  readonly broughtBy: string | null;
  lastSeen: Millis | null;
  readonly measures: Set<string>;
  seen: Seen | null;
  untimed: Untimed | null;
}

export interface RegistryState {
  readonly records: Map<string, SensorRecord>;
  readonly adoptedBy: Map<string, number>;
  /** A reading was accepted: from now on the clock of the data has a place to jump from. */
  started: boolean;
}

export function createRecord(sensor: Sensor, broughtBy: string | null): SensorRecord {
  return { sensor, broughtBy, lastSeen: null, measures: new Set(), seen: null, untimed: null };
}

export function adoptedSensor(id: string): Sensor {
  return { kind: 'sensor', id, model: 'unknown', place: null, street: null, cadence: null, gateway: null, adopted: true, attributes: {} };
}

export function keep(record: SensorRecord, state: RegistryState): void {
  state.records.set(record.sensor.id, record);
  if (record.broughtBy !== null) state.adoptedBy.set(record.broughtBy, (state.adoptedBy.get(record.broughtBy) ?? 0) + 1);
}
