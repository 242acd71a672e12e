import type { Millis } from './time.ts';

const QUARTER: Millis = 900_000;
const HOUR: Millis = 3_600_000;
/** Quarters of an hour whose offset is remembered. */
const QUARTERS = 4_096;

/** How far the wall clock of a zone is from UTC. Offsets change at whole quarters of an hour, so that one question a quarter is enough. */
export class ZoneOffsets {
  private readonly zone: string;
  /** Made when first asked for: it is dear, and many never ask. */
  private format: Intl.DateTimeFormat | null = null;
  private readonly known = new Map<number, Millis>();

  /** @param zone an IANA name, e.g. Asia/Shanghai. */
  constructor(zone: string) {
    this.zone = zone;
  }

  /** Milliseconds to add to UTC. */
  offsetAt(at: Millis): Millis {
    const quarter = Math.floor(at / QUARTER);
    const known = this.known.get(quarter);
    if (known !== undefined) return known;
    this.format ??= new Intl.DateTimeFormat('en-US', { timeZone: this.zone, timeZoneName: 'longOffset' });
    const name = this.format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):?(\d*)/.exec(name) ?? [];
    const offset = (Number(hours) * HOUR + Number(minutes || 0) * 60_000) * (sign === '-' ? -1 : 1);
    if (this.known.size >= QUARTERS) this.known.clear();
    this.known.set(quarter, offset);
    return offset;
  }
}
