import type { Millis } from '../model/time.ts';
import { Seen } from './seen.ts';
import { adoptedSensor, createRecord, keep } from './state.ts';
import type { RegistryState } from './state.ts';
import { Untimed } from './untimed.ts';

/** Plain data: what the registry has learnt from reports. What the city folder says is not in it. */
export interface RegistrySnapshot {
  readonly version: 1;
  readonly started: boolean;
  readonly sensors: readonly SensorMemory[];
}

export interface SensorMemory {
  readonly id: string;
  readonly broughtBy: string | null;
  readonly lastSeen: Millis | null;
  readonly measures: readonly string[];
  /** As `Seen` writes itself; `null` when the sensor never sent a `seq`. */
  readonly seen: readonly number[] | null;
  /** As `Untimed` writes itself; absent when the sensor never sent a `seq` without a time. */
  readonly untimed?: readonly number[];
}

export function takeSnapshot(state: RegistryState): RegistrySnapshot {
  const sensors: SensorMemory[] = [];
  for (const record of state.records.values()) {
    const { sensor, broughtBy, lastSeen, measures, seen, untimed } = record;
    if (lastSeen === null && measures.size === 0 && broughtBy === null) continue;
    sensors.push({
      id: sensor.id,
      broughtBy,
      lastSeen,
      measures: [...measures],
      seen: seen === null ? null : seen.toArray(),
      ...(untimed === null ? {} : { untimed: untimed.toArray() }),
    });
  }
  return { version: 1, started: state.started, sensors };
}

export function useSnapshot(snapshot: RegistrySnapshot, state: RegistryState): void {
  state.started = snapshot.started;
  for (const memory of snapshot.sensors) {
    let record = state.records.get(memory.id);
    if (record === undefined) {
      // A sensor that the city folder no longer names, and that no gateway brought, is unknown again.
      if (memory.broughtBy === null) continue;
      record = createRecord(adoptedSensor(memory.id), memory.broughtBy);
      keep(record, state);
    }
    record.lastSeen = memory.lastSeen;
    for (const measure of memory.measures) record.measures.add(measure);
    if (memory.seen !== null) record.seen = Seen.from(memory.seen);
    if (memory.untimed !== undefined) record.untimed = Untimed.from(memory.untimed);
  }
}
