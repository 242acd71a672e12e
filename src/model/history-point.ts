import type { Level } from './level.ts';
import type { AlertState } from './alert.ts';
import type { Scalar } from './text.ts';
import type { Millis } from './time.ts';

/** Where a point was measured or judged; `null`: nowhere in particular. */
interface Standing {
  readonly place: string | null;
  readonly street: string | null;
}

/**
 * Points of one series that share a millisecond are told apart by `nth`, 0 to 999,999: it is worked out from the log alone, so
 * that a point that is written twice has the same time twice, in nanoseconds `at` · 10⁶ + `nth`.
 */
interface Moment {
  readonly at: Millis;
  readonly nth: number;
}

/** One measured value as history keeps it. Series: sensor and measure. */
export interface ReadingPoint extends Moment, Standing {
  readonly kind: 'reading';
  readonly sensor: string;
  readonly measure: string;
  readonly value: Scalar;
  /** Maintenance: kept, never judged. */
  readonly test: boolean;
  /** Who brought it, and when by our clock: a back-test judges it as it was judged then. */
  readonly gateway: string;
  readonly receivedAt: Millis;
  /** The place of its report among those that were received in that millisecond, 0 to 999,999: (receivedAt, order) is the order of the log. */
  readonly order: number;
}

/** What a sign said at a key: written whenever its level changes, and from time to time between. Series: sign and key. */
export interface SignPoint extends Moment, Standing {
  readonly kind: 'sign';
  readonly sign: string;
  readonly key: string;
  /** `null`: no level. */
  readonly level: Level | null;
  /** `null`: not known. */
  readonly value: number | null;
}

/** A step of an alert. Series: rule and key; ids of alerts are without end, and a store may keep only what is bounded as a name. */
export interface AlertPoint extends Moment, Standing {
  readonly kind: 'alert';
  readonly alert: string;
  readonly rule: string;
  readonly version: number;
  readonly key: string;
  readonly state: AlertState;
  readonly level: Level;
  readonly value: number | null;
}

/** A step of a work order. Series: all orders together, for the same reason. */
export interface OrderPoint extends Moment, Standing {
  readonly kind: 'order';
  readonly order: string;
  /** The kind of happening, as its rule says; empty in points of before this was kept. */
  readonly sort: string;
  readonly state: string;
  readonly level: Level;
  /** Whom it was given to, in the order of the assignments. */
  readonly parties: readonly string[];
  readonly drill: boolean;
}

export type HistoryPoint = ReadingPoint | SignPoint | AlertPoint | OrderPoint;
