import { isIdentifier } from '../../decode/identifier.ts';
import type { Scalar } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import type { Mapping, SensorSpec, ValueSpec, Where } from './mapping.ts';
import { createTimeReader } from './read-time.ts';
import { cell } from './row.ts';
import type { Row } from './row.ts';

/** Why a row was not published. The first two are meant by the mapping; the others say that something did not fit. */
export const SKIP_REASONS = [
  'filtered',
  'sensor-not-wanted',
  'outside-range',
  'no-value',
  'value-unreadable',
  'time-unreadable',
  'sensor-unmapped',
  'row-malformed',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface MappedRow {
  readonly kind: 'mapped';
  readonly at: Millis;
  readonly sensor: string;
  readonly values: Readonly<Record<string, Scalar>>;
  /** Cells of this row that were neither a value nor marked missing; the others of the row still go out. */
  readonly unreadable: number;
  readonly missing: number;
}

export interface SkippedRow {
  readonly kind: 'skipped';
  readonly reason: SkipReason;
}

export interface RowMapper {
  (row: Row): MappedRow | SkippedRow;
}

const ABSENT = Symbol('absent');
const UNREADABLE = Symbol('unreadable');

export function createRowMapper(mapping: Mapping): RowMapper {
  const wanted = matcher(mapping.filter);
  const sensorOf = sensorReader(mapping.sensor);
  const timeOf = createTimeReader(mapping.time);
  const readers = mapping.values.map((spec) => ({ measure: spec.measure, applies: matcher(spec.where), read: valueReader(spec) }));
  return (row) => {
    if (!wanted(row)) return { kind: 'skipped', reason: 'filtered' };
    const sensor = sensorOf(row);
    if (sensor.kind === 'skipped') return sensor;
    const at = timeOf(row);
    if (at === null) return { kind: 'skipped', reason: 'time-unreadable' };
    const values: Record<string, Scalar> = {};
    let found = 0;
    let missing = 0;
    let unreadable = 0;
    for (const reader of readers) {
      if (!reader.applies(row)) continue;
      const value = reader.read(row);
      if (value === ABSENT) missing += 1;
      else if (value === UNREADABLE) unreadable += 1;
      else {
        values[reader.measure] = value;
        found += 1;
      }
    }
    if (found === 0) return { kind: 'skipped', reason: unreadable > 0 ? 'value-unreadable' : 'no-value' };
    return { kind: 'mapped', at, sensor: sensor.id, values, unreadable, missing };
  };
}

export function matcher(where: Where | undefined): (row: Row) => boolean {
  if (where === undefined) return () => true;
  const tests = Object.entries(where).map(([column, wanted]) => ({
    column,
    wanted: new Set(typeof wanted === 'string' ? [wanted] : wanted),
  }));
  return (row) => tests.every(({ column, wanted }) => wanted.has(cell(row, column) ?? ''));
}

function sensorReader(spec: SensorSpec): (row: Row) => { readonly kind: 'sensor'; readonly id: string } | SkippedRow {
  if ('id' in spec) {
    const sensor = { kind: 'sensor', id: spec.id } as const;
    return () => sensor;
  }
  const table = new Map(Object.entries(spec.table ?? {}));
  const open = spec.table === undefined || spec.prefix !== undefined;
  const other: SkippedRow = { kind: 'skipped', reason: spec.skipOthers === true ? 'sensor-not-wanted' : 'sensor-unmapped' };
  return (row) => {
    const name = cell(row, spec.column)?.trim() ?? '';
    const id = table.get(name) ?? (open && name !== '' ? `${spec.prefix ?? ''}${name}` : null);
    return id === null || !isIdentifier(id) ? other : { kind: 'sensor', id };
  };
}

function valueReader(spec: ValueSpec): (row: Row) => Scalar | typeof ABSENT | typeof UNREADABLE {
  const missing = new Set(spec.missing ?? ['']);
  const convert = converter(spec);
  return (row) => {
    const text = cell(row, spec.column)?.trim();
    return text === undefined || missing.has(text) ? ABSENT : convert(text);
  };
}

function converter(spec: ValueSpec): (text: string) => Scalar | typeof UNREADABLE {
  const { threshold, factor = 1, offset = 0 } = spec;
  if (threshold !== undefined) return (text) => compare(text, threshold.above);
  if (spec.to === 'boolean') return readBoolean;
  return (text) => {
    const number = readNumber(text);
    if (number === null) return UNREADABLE;
    // Twelve digits: 0.1 × 3 is published as 0.3.
    return factor === 1 && offset === 0 ? number : Number((number * factor + offset).toPrecision(12));
  };
}

function compare(text: string, above: number): boolean | typeof UNREADABLE {
  const number = readNumber(text);
  return number === null ? UNREADABLE : number > above;
}

function readBoolean(text: string): boolean | typeof UNREADABLE {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'yes') return true;
  if (word === 'false' || word === 'no') return false;
  const number = readNumber(text);
  return number === 0 || number === 1 ? number === 1 : UNREADABLE;
}

function readNumber(text: string): number | null {
  // `Number` also takes 0x10 and Infinity; a sensor means neither.
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}
