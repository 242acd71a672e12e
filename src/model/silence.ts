import type { Level } from './level.ts';
import type { Millis } from './time.ts';

/** Which alerts are meant; what is not said does not matter. */
export interface AlertMatch {
  readonly rule?: string;
  /** The kind of order. */
  readonly sort?: string;
  readonly place?: string;
  readonly street?: string;
  readonly key?: string;
}

/** For a while alerts that match open no order: they are kept, shown, and enter when it is over. */
export interface Silence {
  readonly kind: 'silence';
  readonly id: string;
  /** Planned work, or somebody who has seen enough. */
  readonly sort: 'silence' | 'maintenance';
  readonly match: AlertMatch;
  readonly from: Millis;
  readonly until: Millis;
  readonly by: string;
  readonly reason: string;
  /** Also signs on which life depends; never by accident. */
  readonly lifeSafety: boolean;
}

/** An exercise: an alert that no sensor has raised. Its order can reach no production channel, and hides no real one. */
export interface Drill {
  readonly kind: 'drill';
  readonly id: string;
  readonly rule: string;
  readonly place: string;
  readonly level: Level;
  readonly until: Millis;
  readonly by: string;
  readonly reason: string;
}

/** Keys of exercises, which no sensor has. */
export const DRILL_KEY = 'drill:';
