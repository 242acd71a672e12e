import type { InfluxConfig } from '../../config/config.ts';
import type { HistoryCursor, Retention, StepsQuery } from '../../history/history-store.ts';
import type { Series, SeriesQuery, Span } from '../../model/series.ts';
import type { AlertPoint, OrderPoint } from '../../model/history-point.ts';
import type { BaselineNeed } from '../../model/baseline.ts';
import type { Millis } from '../../model/time.ts';
import type { TelemetryEvent } from '../../telemetry/events.ts';
import type { BacktestQuestion } from '../backtest/backtest.ts';
import type { BacktestReport } from '../backtest/backtest-report.ts';
import type { BacktestProgress } from '../backtest/run-backtest.ts';
import type { Configured } from '../core.ts';
import type { BaselinesAnswer } from './past-baselines.ts';

/** What the process that keeps history is started with. */
export interface HistorianSetup {
  readonly dataDir: string;
  /** `null`: embedded. */
  readonly influx: InfluxConfig | null;
  readonly retention: Retention;
  /** What is in force now; for entries of before its reading began, the best that is known. */
  readonly inForce: Configured;
}

export type HistoryQuestion =
  | { readonly kind: 'series'; readonly query: SeriesQuery }
  | { readonly kind: 'alert-steps'; readonly query: StepsQuery }
  | { readonly kind: 'order-steps'; readonly query: Span & { readonly limit: number } }
  /** Progress is told meanwhile; one at a time. */
  | { readonly kind: 'backtest'; readonly question: BacktestQuestion }
  | BaselinesQuestion;

/** What was usual, for the rules that do not know by themselves; `inForce` is the table that they compare with now. */
export interface BaselinesQuestion {
  readonly kind: 'baselines';
  readonly needs: readonly BaselineNeed[];
  readonly configured: Configured;
  readonly inForce: string | null;
  readonly at: Millis;
}

export type HistoryAnswer =
  | { readonly kind: 'series'; readonly series: Series }
  | { readonly kind: 'alert-steps'; readonly steps: readonly AlertPoint[] }
  | { readonly kind: 'order-steps'; readonly steps: readonly OrderPoint[] }
  | { readonly kind: 'backtest'; readonly report: BacktestReport }
  | { readonly kind: 'baselines'; readonly answer: BaselinesAnswer };

export type HistorianRequest =
  | { readonly kind: 'start'; readonly setup: HistorianSetup }
  /** The log has grown up to and with this entry. */
  | { readonly kind: 'committed'; readonly offset: number }
  | { readonly kind: 'ask'; readonly id: number; readonly question: HistoryQuestion }
  /** Of a question that takes long: its answer is wanted no longer. */
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };

/** How history stands. */
export interface HistoryState {
  /** `following`: nothing is wrong; `waiting`: the store is out of reach or busy; `stopped`: only a person can help. */
  readonly kind: 'following' | 'waiting' | 'stopped';
  readonly since: Millis;
  /** `null` while following. */
  readonly reason: string | null;
  /** Where points go; no secret in it. */
  readonly place: string;
  readonly cursor: HistoryCursor;
  /** First entry of the log that must stay. */
  readonly keepFrom: number;
  /** Since the process that writes it began. */
  readonly points: number;
  readonly quarantined: number;
  /** Entries that had to be removed from the log before they were stored. */
  readonly lost: number;
}

export type HistorianReply =
  | { readonly kind: 'started' }
  | { readonly kind: 'state'; readonly state: HistoryState }
  | { readonly kind: 'event'; readonly event: TelemetryEvent }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: HistoryAnswer }
  | { readonly kind: 'unanswered'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: BacktestProgress }
  /** It cannot start; `code` is one of the stable ones. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };
