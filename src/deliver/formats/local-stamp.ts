import type { Millis } from '../../model/time.ts';

const MINUTE: Millis = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * RFC 3339 to the second with the offset of the zone, as CAP 1.2 wants it: `2026-11-23T08:00:00+08:00`. UTC itself is `-00:00`; `Z` is not allowed there.
 * @param zone IANA name
 */
export function localStamp(at: Millis, zone: string): string {
  const minutes = offsetMinutes(at, zone);
  const size = Math.abs(minutes);
  const offset = `${two(Math.trunc(size / 60))}:${two(size % 60)}`;
  return `${secondsOf(at + minutes * MINUTE)}${minutes > 0 ? '+' : '-'}${offset}`;
}

/** `20261123080000`, in Beijing time wherever the city is. */
export function beijingDigits(at: Millis): string {
  return secondsOf(at + 480 * MINUTE).replace(/[-:T]/g, '');
}

/** `2026-11-23 08:00`, for people. */
export function localMinute(at: Millis, zone: string): string {
  return localStamp(at, zone).slice(0, 16).replace('T', ' ');
}

function secondsOf(at: Millis): string {
  return new Date(at).toISOString().slice(0, 19);
}

function offsetMinutes(at: Millis, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) formats.set(zone, (format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })));
  const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
