import { parseRfc3339 } from '../../decode/timestamp.ts';
import type { Millis } from '../../model/time.ts';
import type { ElapsedSpec, PartsSpec, StampSpec, TimeSpec } from './mapping.ts';
import { cell } from './row.ts';
import type { Row } from './row.ts';
import { createZoneReader } from './zone.ts';
import type { ZoneReader } from './zone.ts';

/** `null`: the row has no readable time. */
export type TimeReader = (row: Row) => Millis | null;

const LOCAL = /^(\d{4})-?(\d{2})-?(\d{2})[T _]?(\d{2}):?(\d{2})(?::?(\d{2})(?:\.(\d+))?)?$/;

/** One reader for one pass over a file: `from: "first"` remembers where each base began. */
export function createTimeReader(spec: TimeSpec): TimeReader {
  if ('elapsed' in spec) return elapsedReader(spec);
  return 'columns' in spec ? partsReader(spec) : stampReader(spec);
}

/** A day (`2013-09-13`, midnight in the zone of the recording) or an RFC 3339 time; `null` when it is neither. */
export function readDayOrTime(text: string, spec: TimeSpec): Millis | null {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (day === null) return parseRfc3339(text);
  const [year, month, date] = day.slice(1).map(Number) as [number, number, number];
  return createZoneReader(zoneOf(spec))({ year, month, day: date, hour: 0, minute: 0, second: 0, millisecond: 0 });
}

/** The zone in which a bare date is meant. */
function zoneOf(spec: TimeSpec): string {
  if ('columns' in spec) return spec.zone;
  const stamp = 'elapsed' in spec ? spec.base : spec;
  return typeof stamp === 'object' && 'zone' in stamp && stamp.zone !== undefined ? stamp.zone : '+00:00';
}

function stampReader(spec: StampSpec): TimeReader {
  if (spec.format === 'iso') return (row) => parseRfc3339(cell(row, spec.column) ?? '');
  if (spec.format === 'local') {
    const zone = createZoneReader(spec.zone ?? '+00:00');
    return (row) => parseLocal(cell(row, spec.column) ?? '', zone);
  }
  const scale = spec.format === 'epoch-s' ? 1_000 : 1;
  return (row) => {
    const number = numeric(cell(row, spec.column));
    return number === null ? null : Math.round(number * scale);
  };
}

export function parseLocal(text: string, zone: ZoneReader): Millis | null {
  const match = LOCAL.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = '0', fraction = ''] = match;
  return zone({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')),
  });
}

function partsReader(spec: PartsSpec): TimeReader {
  const zone = createZoneReader(spec.zone);
  const { year, month, day, hour, minute, second } = spec.columns;
  return (row) => {
    const part = (column: string | undefined, fallback: number | null): number | null =>
      column === undefined ? fallback : whole(cell(row, column));
    const parts = [part(year, null), part(month, null), part(day, null), part(hour, 0), part(minute, 0), part(second, 0)];
    if (parts.some((value) => value === null)) return null;
    const [y, mo, d, h, mi, s] = parts as [number, number, number, number, number, number];
    return zone({ year: y, month: mo, day: d, hour: h, minute: mi, second: s, millisecond: 0 });
  };
}

function elapsedReader(spec: ElapsedSpec): TimeReader {
  const baseOf = baseReader(spec.base);
  const scale = spec.unit === 's' ? 1_000 : 1;
  let base: Millis | null = null;
  let zero = 0;
  return (row) => {
    const at = baseOf(row);
    const elapsed = numeric(cell(row, spec.elapsed));
    if (at === null || elapsed === null) return null;
    if (at !== base) {
      base = at;
      zero = spec.from === 'first' ? elapsed : 0;
    }
    return at + Math.round((elapsed - zero) * scale);
  };
}

function baseReader(base: ElapsedSpec['base']): TimeReader {
  if (typeof base === 'string') {
    const at = parseRfc3339(base);
    return () => at;
  }
  if (!('table' in base)) return stampReader(base);
  const table = new Map(Object.entries(base.table).map(([key, time]) => [key, parseRfc3339(time)]));
  return (row) => table.get(cell(row, base.column) ?? '') ?? null;
}

function numeric(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

function whole(text: string | undefined): number | null {
  const number = numeric(text);
  return number !== null && Number.isInteger(number) ? number : null;
}
