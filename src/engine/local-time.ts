import type { Millis } from '../model/time.ts';
import { ZoneOffsets } from '../model/zone-offsets.ts';

const DAY: Millis = 86_400_000;

/** The wall clock of the city. */
export class LocalTime extends ZoneOffsets {
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
