import type { Millis } from '../model/time.ts';

export interface SavedHearing {
  readonly lastSeen: Float64Array;
  readonly missed: Uint8Array;
}

/**
 * Who was last heard when, as far as one lane has come: rules that wait for late readings must not know of words that are
 * later than the moment they judge.
 */
export class Hearing {
  /** By the engine's number of the sensor; NaN before its first word. */
  lastSeen = new Float64Array(0);
  /** 1 for a sensor that is new, or whose next word changes a count of silent ones. */
  missed = new Uint8Array(0);

  grow(sensors: number): void {
    const before = this.lastSeen.length;
    if (sensors <= before) return;
    const length = Math.max(64, Math.ceil(sensors * 1.5));
    const lastSeen = new Float64Array(length).fill(Number.NaN, before);
    lastSeen.set(this.lastSeen);
    const missed = new Uint8Array(length).fill(1, before);
    missed.set(this.missed);
    this.lastSeen = lastSeen;
    this.missed = missed;
  }

  /** A word that is judged at once. @returns true when somebody waits for it */
  hear(sensor: number, at: Millis): boolean {
    if (at <= (this.lastSeen[sensor] as number)) return false;
    this.lastSeen[sensor] = at;
    return this.missed[sensor] === 1 && this.answer(sensor);
  }

  /** One of the words of a short time, in any order. @returns true when somebody waits for one of them */
  note(sensor: number, at: Millis): boolean {
    // Negated, so that the first word counts.
    if (!(at <= (this.lastSeen[sensor] as number))) this.lastSeen[sensor] = at;
    return this.missed[sensor] === 1;
  }

  /** Whoever waits for the sensor is told. @returns false when they were told already */
  answer(sensor: number): boolean {
    if (this.missed[sensor] === 0) return false;
    this.missed[sensor] = 0;
    return true;
  }

  /** Begins with what another has heard. Whom that one misses is not known: each sensor's next word is looked at. */
  follow(other: Hearing): void {
    this.lastSeen = other.lastSeen.slice();
    this.missed = new Uint8Array(other.missed.length).fill(1);
  }

  save(sensors: number): SavedHearing {
    return { lastSeen: this.lastSeen.slice(0, sensors), missed: this.missed.slice(0, sensors) };
  }

  /** Of no more sensors than are known already. */
  restore({ lastSeen, missed }: SavedHearing): void {
    this.lastSeen.set(lastSeen);
    this.missed.set(missed);
  }
}
