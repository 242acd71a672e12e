import type { City, Sensor } from '../model/place.ts';
import type { Report } from '../model/reading.ts';
import type { RejectionCode } from '../model/rejection.ts';
import type { Millis } from '../model/time.ts';
import { Seen } from './seen.ts';
import { takeSnapshot, useSnapshot } from './snapshot.ts';
import type { RegistrySnapshot } from './snapshot.ts';
import { adoptedSensor, createRecord, keep } from './state.ts';
import type { RegistryState, SensorRecord } from './state.ts';
import { Untimed } from './untimed.ts';

export interface RegistryLimits {
  /** A reading further ahead of its receipt than this is not believed. */
  readonly maxAhead: Millis;
  /** With a clock that follows the data: the furthest that one reading may move it. */
  readonly maxJump: Millis;
  /** Sensors that one gateway may bring along. */
  readonly adoptedPerGateway: number;
  /** Measures that one sensor may have. */
  readonly measuresPerSensor: number;
}

export const DEFAULT_LIMITS: RegistryLimits = {
  maxAhead: 300_000,
  maxJump: 31 * 86_400_000,
  adoptedPerGateway: 20_000,
  measuresPerSensor: 64,
};

export interface ResolveContext {
  readonly gateway: string;
  readonly receivedAt: Millis;
  readonly now: Millis;
  /** The clock follows the data. */
  readonly events: boolean;
}

/** What the registry makes of a report. Pointers are within the one reading; the core puts the batch index before them. */
export type Resolved =
  | {
      readonly kind: 'accepted';
      readonly sensor: Sensor;
      readonly observedAt: Millis /** By this very report. */;
      readonly adopted: boolean;
    }
  | { readonly kind: 'test'; readonly sensor: Sensor; readonly observedAt: Millis; readonly adopted: boolean }
  | { readonly kind: 'duplicate'; readonly sensor: Sensor; readonly observedAt: Millis }
  | { readonly kind: 'refused'; readonly code: RejectionCode; readonly pointer: string; readonly detail: string };

/** One sensor as it is known now. */
export interface SensorStatus {
  readonly sensor: Sensor;
  /** Newest observation; `null` when it has never spoken. */
  readonly lastSeen: Millis | null;
  readonly measures: readonly string[];
}

export interface Registry {
  resolve(report: Report, context: ResolveContext): Resolved;
  sensor(id: string): SensorStatus | undefined;
  /** City sensors first, in file order, then the adopted ones in the order in which they came. */
  sensors(): Iterable<SensorStatus>;
  snapshot(): RegistrySnapshot;
  /** Only on a fresh registry. What the city folder says now wins over what the snapshot remembers. */
  restore(snapshot: RegistrySnapshot): void;
}

/** Who is it, may it speak, has it said that before, and can the time be true. A function of the reports in their order. */
export function createRegistry(city: City, limits: RegistryLimits = DEFAULT_LIMITS): Registry {
  const state: RegistryState = { records: new Map(), adoptedBy: new Map(), started: false };
  for (const sensor of city.sensors) state.records.set(sensor.id, createRecord(sensor, null));

  const resolve = (report: Report, context: ResolveContext): Resolved => {
    const known = state.records.get(report.sensor);
    const observedAt = report.at ?? context.receivedAt;
    const refusal =
      (known === undefined ? checkUnknown(city, state, context, limits) : checkOwner(known.sensor, context)) ??
      checkTime(observedAt, context, state, limits);
    if (refusal !== null) return refusal;
    const record = known ?? createRecord(adoptedSensor(report.sensor), context.gateway);
    const capped = noteMeasures(record, report, limits.measuresPerSensor);
    if (capped !== null) return capped;
    if (known === undefined) keep(record, state);
    if (isRepeat(record, report, observedAt)) return { kind: 'duplicate', sensor: record.sensor, observedAt };
    if (record.lastSeen === null || observedAt > record.lastSeen) record.lastSeen = observedAt;
    state.started = true;
    return { kind: report.test ? 'test' : 'accepted', sensor: record.sensor, observedAt, adopted: known === undefined };
  };

  return {
    resolve,
    sensor(id) {
      const record = state.records.get(id);
      return record && statusOf(record);
    },
    *sensors() {
      for (const record of state.records.values()) yield statusOf(record);
    },
    snapshot: () => takeSnapshot(state),
    restore: (snapshot) => useSnapshot(snapshot, state),
  };
}

/** Without a `seq` nothing is a repeat: a sensor may well say the same twice. */
function isRepeat(record: SensorRecord, report: Report, observedAt: Millis): boolean {
  if (report.seq === null) return false;
  if (report.at === null) {
    record.untimed ??= new Untimed();
    return record.untimed.isRepeat(report, observedAt);
  }
  record.seen ??= new Seen();
  return record.seen.isRepeat(observedAt, report.seq);
}

function statusOf(record: SensorRecord): SensorStatus {
  return { sensor: record.sensor, lastSeen: record.lastSeen, measures: [...record.measures] };
}

function refuse(code: RejectionCode, pointer: string, detail: string): Resolved {
  return { kind: 'refused', code, pointer, detail };
}

function checkUnknown(city: City, state: RegistryState, context: ResolveContext, limits: RegistryLimits): Resolved | null {
  if (city.unknownSensors === 'quarantine')
    return refuse(
      'sensor-unknown',
      '/sensor',
      'No file of the city folder names this sensor; add it to sensors.json, or let unknown sensors be adopted.',
    );
  if ((state.adoptedBy.get(context.gateway) ?? 0) < limits.adoptedPerGateway) return null;
  return refuse(
    'sensor-cap',
    '/sensor',
    `This gateway has already brought ${limits.adoptedPerGateway} sensors that no file names; name them in sensors.json.`,
  );
}

function checkOwner(sensor: Sensor, context: ResolveContext): Resolved | null {
  if (sensor.gateway === null || sensor.gateway === context.gateway) return null;
  return refuse('sensor-foreign', '/sensor', 'This sensor belongs to another gateway; see "gateway" in sensors.json.');
}

function checkTime(observedAt: Millis, context: ResolveContext, state: RegistryState, limits: RegistryLimits): Resolved | null {
  if (!context.events) {
    if (observedAt <= context.receivedAt + limits.maxAhead) return null;
    return refuse(
      'time-future',
      '/at',
      `The reading is ${Math.round((observedAt - context.receivedAt) / 1_000)} s ahead of its receipt; set the clock of the device (at most ${limits.maxAhead / 1_000} s are believed).`,
    );
  }
  if (!state.started || observedAt <= context.now + limits.maxJump) return null;
  return refuse(
    'time-jump',
    '/at',
    `The reading would move the clock by more than ${Math.round(limits.maxJump / 86_400_000)} days at once; replay one recording after the other in the order of time.`,
  );
}

/** All or nothing: a report that would pass the cap leaves no name behind. */
function noteMeasures(record: SensorRecord, report: Report, cap: number): Resolved | null {
  let fresh = 0;
  for (const measure in report.values) if (!record.measures.has(measure)) fresh += 1;
  if (fresh === 0) return null;
  if (record.measures.size + fresh > cap)
    return refuse(
      'measure-cap',
      '/values',
      `A sensor may have ${cap} measures; this one has ${record.measures.size} and brings ${fresh} more.`,
    );
  for (const measure in report.values) record.measures.add(measure);
  return null;
}
