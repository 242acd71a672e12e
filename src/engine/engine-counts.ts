/** Counted, never silent. */
export interface EngineCounts {
  /** Samples outside a fact's `within`: kept out of its store. */
  implausible: number;
  /** Older than the newest of their key by more than the rule's lateness. */
  late: number;
  evaluations: number;
  /** Readings of sensors that a rule has no room for, by rule. */
  readonly refused: Map<string, number>;
}
