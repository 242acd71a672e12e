import type { Millis } from './time.ts';

/** From the first reading over the line to the order; from the order to its first acceptance by an endpoint; to what the party answers. */
export const ORDER_STEPS = ['open', 'deliver', 'accept', 'arrive', 'close'] as const;
export type OrderStep = (typeof ORDER_STEPS)[number];

export type StatsBy = 'sign' | 'party' | 'street';

export interface OrderStatsQuery {
  /** Orders opened at or after this. */
  readonly from: Millis;
  /** Orders opened before this. */
  readonly to: Millis;
  readonly by: StatsBy;
  /** Drills alone, or none of them: they are never measured together with what is real. */
  readonly drills: boolean;
  /** The clock of the orders: what is not done by now has not met a due time that is past. */
  readonly now: Millis;
}

/** `count` + `waiting` + `missed` are all that there are. Times in ms; `null` where nothing was measured, or where there is no due time. */
export interface StepStats {
  /** How many were measured. */
  readonly count: number;
  readonly median: Millis | null;
  readonly p90: Millis | null;
  readonly p99: Millis | null;
  /** False: there were so many that the three are good to one per cent only. */
  readonly exact: boolean;
  /** Not done yet, and may still be. */
  readonly waiting: number;
  /** Never done, or not said when: and it will not be. */
  readonly missed: number;
  /** Done after it was due, or not done though it is past. */
  readonly breached: number | null;
}

export interface OrderStatsGroup {
  /** The sign that opened the order, the party, or the street code; `null`: in no street. */
  readonly key: string | null;
  readonly orders: number;
  readonly assignments: number;
  /** Assignments by how they stand now. */
  readonly states: Readonly<Record<string, number>>;
  readonly steps: Readonly<Record<OrderStep, StepStats>>;
}

export interface OrderStats {
  readonly all: OrderStatsGroup;
  /** By key. */
  readonly groups: readonly OrderStatsGroup[];
  /** Orders of the same time that were left out: drills, or where drills were asked for, real ones. */
  readonly leftOut: number;
}
