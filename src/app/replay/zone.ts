import type { Millis } from '../../model/time.ts';

const OFFSET = /^([+-])(\d{2}):?(\d{2})$/;

/** Numbers on a wall clock; month 1 to 12. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Reads wall times of one zone. `null`: no such day, or an hour that summer time skipped. Of an hour that comes twice, the first. */
export type ZoneReader = (wall: WallTime) => Millis | null;

export function isZone(zone: string): boolean {
  if (OFFSET.test(zone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export function createZoneReader(zone: string): ZoneReader {
  const fixed = OFFSET.exec(zone);
  if (fixed !== null) {
    const size = (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000 * (fixed[1] === '-' ? -1 : 1);
    return (wall) => subtract(asUtc(wall), size);
  }
  const offsetAt = createOffsets(zone);
  return (wall) => {
    const utc = asUtc(wall);
    if (utc === null) return null;
    // The offset a day before and a day after bracket any change; the greater one gives the earlier instant.
    const candidates = [offsetAt(utc - 86_400_000), offsetAt(utc + 86_400_000)].sort((a, b) => b - a);
    for (const offset of candidates) if (offsetAt(utc - offset) === offset) return utc - offset;
    return null;
  };
}

function subtract(time: Millis | null, size: number): Millis | null {
  return time === null ? null : time - size;
}

function asUtc(wall: WallTime): Millis | null {
  const time = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second, wall.millisecond);
  const back = new Date(time);
  const same =
    back.getUTCFullYear() === wall.year &&
    back.getUTCMonth() === wall.month - 1 &&
    back.getUTCDate() === wall.day &&
    back.getUTCHours() === wall.hour &&
    back.getUTCMinutes() === wall.minute;
  return same ? time : null;
}

/** Zone offsets by quarter hour, remembered: `Intl` is slow and recordings ask for neighbouring times. */
function createOffsets(zone: string): (at: Millis) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const known = new Map<number, number>();
  return (at) => {
    const slot = Math.floor(at / 900_000);
    let offset = known.get(slot);
    if (offset === undefined) {
      const name = format.formatToParts(slot * 900_000).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
      const match = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name);
      offset =
        match === null
          ? 0
          : ((Number(match[2]) * 60 + Number(match[3])) * 60 + Number(match[4] ?? 0)) * (match[1] === '-' ? -1_000 : 1_000);
      if (known.size > 10_000) known.clear();
      known.set(slot, offset);
    }
    return offset;
  };
}
