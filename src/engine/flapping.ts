import type { Rule } from '../model/rule.ts';
import type { Millis } from '../model/time.ts';

export type SavedFlapping = readonly (readonly [row: number, raises: readonly Millis[]])[];

/**
 * A level that is raised again and again within a time stands until its condition has been false for that long: one alert, not
 * one for each flutter.
 */
export class Flapping {
  private readonly raises: number;
  private readonly within: Millis;
  private readonly levels: number;
  private readonly rows = new Map<number, Millis[]>();

  constructor(flap: NonNullable<Rule['flap']>, levels: number) {
    this.raises = flap.raises;
    this.within = flap.within;
    this.levels = levels;
  }

  raised(key: number, level: number, at: Millis): void {
    const row = key * this.levels + level;
    const times = this.rows.get(row);
    if (times === undefined) this.rows.set(row, [at]);
    else if (times.push(at) > this.raises) times.shift();
  }

  /** How long its clear must hold because it flaps; 0 when it does not. */
  longer(key: number, level: number, at: Millis): Millis {
    const times = this.rows.get(key * this.levels + level);
    if (times === undefined || times.length < this.raises) return 0;
    const last = times.at(-1) as number;
    return last - (times[0] as number) <= this.within && at - last <= this.within * 2 ? this.within : 0;
  }

  save(): SavedFlapping {
    return [...this.rows].map(([row, times]) => [row, [...times]]);
  }

  restore(saved: SavedFlapping): void {
    this.rows.clear();
    for (const [row, times] of saved) this.rows.set(row, [...times]);
  }
}
