import type { Millis } from '../../model/time.ts';
import type { RunDiff } from './diff-runs.ts';
import type { RunCounts } from './run-result.ts';

/** A rule that looks further back than it was shown. */
export interface Unripe {
  readonly rule: string;
  readonly reach: Millis;
}

/** The answer of a back-test: plain data. */
export interface BacktestReport {
  readonly kind: 'backtest';
  readonly from: Millis;
  readonly to: Millis;
  /** How long before `from` the rules began to look. */
  readonly warm: Millis;
  /** What is compared with: other rules, or what the server did at the time. */
  readonly against: 'rules' | 'recorded';
  readonly rules: readonly string[];
  readonly changed: readonly string[];
  readonly unripe: readonly Unripe[];
  /** After so long a party is taken to have done its share; `null`: nobody answers. */
  readonly handledAfter: Millis | null;
  /** Readings judged. */
  readonly readings: number;
  readonly seconds: number;
  readonly counts: RunCounts | null;
  /** Not everything could be kept: what is told is not all. */
  readonly cut: boolean;
  readonly diff: RunDiff;
}
