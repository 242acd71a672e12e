import type { Problem } from '../model/problem.ts';
import type { Span } from '../model/series.ts';
import type { Millis } from '../model/time.ts';

/** Rule files by their path below the rules folder. */
export type RuleFiles = Readonly<Record<string, string>>;

export interface BacktestRequest {
  readonly span: Span;
  /** `null`: those in force. */
  readonly rules: RuleFiles | null;
  readonly against: 'current' | 'recorded' | RuleFiles;
  readonly only: readonly string[] | null;
  readonly warm: Millis | null;
  /** After so long a party is taken to have done its share; `null`: nobody answers. */
  readonly handledAfter: Millis | null;
}

export interface BacktestView {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly readings: number;
  /** 0 to 1. */
  readonly fraction: number;
  /** Of one that failed. */
  readonly code?: string;
  readonly detail?: string;
  /** Of one that is done: what changes. */
  readonly report?: unknown;
}

export type BacktestStart =
  | { readonly kind: 'started'; readonly backtest: BacktestView }
  /** One at a time. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** Back-tests that the server runs for somebody. */
export interface BacktestPorts {
  startBacktest(request: BacktestRequest): Promise<BacktestStart>;
  /** `null`: there is none of that id, or it is forgotten. */
  backtest(id: string): BacktestView | null;
  /** @returns false when there is none of that id */
  cancelBacktest(id: string): boolean;
}
