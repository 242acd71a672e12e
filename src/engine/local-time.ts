import type { Millis } from '../model/time.ts';

const HOUR: Millis = 3_600_000;
const DAY: Millis = 86_400_000;
/** Quarters of an hour whose offset is remembered. */
const QUARTERS = 4_096;

/** The wall clock of the city. Offsets change at whole quarters of an hour, so that one question a quarter is enough. */
export class LocalTime {
  private readonly zone: string;
  /** Made when first asked for: it is dear, and many rules never ask. */
  private format: Intl.DateTimeFormat | null = null;
  private readonly known = new Map<number, Millis>();

  constructor(zone: string) {
    this.zone = zone;
  }

  /** Milliseconds to add to UTC. */
  offsetAt(at: Millis): Millis {
    const quarter = Math.floor(at / (HOUR / 4));
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

  /** Number of the clock-aligned window of this length that holds `at`. */
  windowOf(at: Millis, length: Millis): number {
    return Math.floor((at + this.offsetAt(at)) / length);
  }

  /** When the window after it begins. */
  endOf(window: number, length: Millis): Millis {
    const local = (window + 1) * length;
    const guess = local - this.offsetAt(local);
    return local - this.offsetAt(guess);
  }

  minuteOfDay(at: Millis): number {
    const local = at + this.offsetAt(at);
    return Math.floor((((local % DAY) + DAY) % DAY) / 60_000);
  }

  /** 1 Monday to 7 Sunday. The epoch was a Thursday. */
  weekday(at: Millis): number {
    return ((((this.windowOf(at, DAY) + 3) % 7) + 7) % 7) + 1;
  }

  month(at: Millis): number {
    return new Date(at + this.offsetAt(at)).getUTCMonth() + 1;
  }
}
