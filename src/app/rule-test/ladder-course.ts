import type { Millis } from '../../model/time.ts';
import { duration } from './duration.ts';
import type { Ladder, Probe, Rung, Values } from './rule-test-file.ts';
import { FIRST_SENSOR, type Said } from './trial.ts';

/** The times of one rung of a ladder, and the readings that its cases are made of. */
export class LadderCourse {
  readonly every: Millis;
  readonly warm: Millis;
  /** When the level is to be raised. */
  readonly raisedAt: Millis;
  /** When the sensor last speaks on its way up, and when the first reading after that is due. */
  readonly lastProbe: Millis;
  readonly next: Millis;
  private readonly ladder: Ladder;
  private readonly most: number;

  constructor(ladder: Ladder, rung: Rung) {
    const after = duration(rung.after ?? '0s');
    this.ladder = ladder;
    this.every = duration(ladder.every);
    this.warm = duration(ladder.warm ?? '0s');
    this.raisedAt = this.warm + after;
    this.most = ladder.feed === 'once' ? 1 : (ladder.times ?? Number.POSITIVE_INFINITY);
    const probes = this.most === Number.POSITIVE_INFINITY ? Math.floor(after / this.every) + 1 : this.most;
    this.lastProbe = this.warm + (probes - 1) * this.every;
    this.next = Math.max(this.lastProbe, this.warm + Math.floor(after / this.every) * this.every) + this.every;
  }

  /** At rest, before the first probe. */
  restful(): Said[] {
    return this.series(this.ladder.rest, 0, this.warm - 1);
  }

  /** At rest, then a probe value for as long as a probe is fed, at most until `to`. */
  probing(probe: Probe, to: Millis): Said[] {
    return [...this.restful(), ...this.series(probe, this.warm, to).slice(0, this.most)];
  }

  /** Up to the level, and no further. */
  raising(past: Probe): Said[] {
    return this.probing(past, this.lastProbe);
  }

  /** One value from `from` to `to`, both included. */
  series(probe: Probe, from: Millis, to: Millis): Said[] {
    const values = valuesOf(probe, this.ladder.measure);
    const { sensor = FIRST_SENSOR } = this.ladder;
    const said: Said[] = [];
    for (let at = from; at <= to; at += this.every) said.push({ at, arrives: at, sensor, gateway: null, values });
    return said;
  }
}

export function valuesOf(probe: Probe, measure: string | undefined): Values {
  if (typeof probe === 'object') return probe;
  if (measure === undefined) throw new Error('a plain probe needs a "measure"');
  return { [measure]: probe };
}

/** `5`, or `depth 5, rain 0`. */
export function showProbe(probe: Probe, measure: string | undefined): string {
  return Object.entries(valuesOf(probe, measure))
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}
