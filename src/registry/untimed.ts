import type { Report } from '../model/reading.ts';
import type { Millis } from '../model/time.ts';

/** How long a redelivery of a report without a time of its own is recognised. */
export const UNTIMED_WINDOW: Millis = 120_000;
export const UNTIMED_LIMIT = 64;

/** When it came, its seq, a fingerprint of its values. */
const FIELDS = 3;

/**
 * What a sensor has lately said without a time of its own. Its time is then that of receipt, another for every delivery,
 * so a repeat shows itself only by its seq and by saying the same. A counter that began anew must lose nothing: under one seq
 * other values are another report, and they show that the counter did begin anew, so that all before them is forgotten.
 * What cannot be told apart: a device that restarts and within the window says the very same under the very same seq.
 */
export class Untimed {
  private said: number[] = [];

  isRepeat(report: Report, at: Millis): boolean {
    const { said } = this;
    const seq = report.seq as number;
    const print = fingerprintOf(report);
    let stale = 0;
    while (stale < said.length && (said[stale] as number) < at - UNTIMED_WINDOW) stale += FIELDS;
    if (stale > 0) said.splice(0, stale);
    for (let i = 0; i < said.length; i += FIELDS) {
      if (said[i + 1] !== seq) continue;
      if (said[i + 2] === print) return true;
      this.said = [at, seq, print];
      return false;
    }
    if (said.length === UNTIMED_LIMIT * FIELDS) said.splice(0, FIELDS);
    said.push(at, seq, print);
    return false;
  }

  /** at, seq, fingerprint, at, seq, fingerprint, …; oldest first. */
  toArray(): number[] {
    return [...this.said];
  }

  static from(list: readonly number[]): Untimed {
    const untimed = new Untimed();
    untimed.said = [...list];
    return untimed;
  }
}

/** FNV-1a over what is said, in the order in which it is said: a redelivery has the same bytes. */
function fingerprintOf({ test, values }: Report): number {
  const text = JSON.stringify([test, values]);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
