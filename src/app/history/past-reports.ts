import type { HistoryStore } from '../../history/history-store.ts';
import type { City } from '../../model/place.ts';
import type { Span } from '../../model/series.ts';
import { AcceptedReports, type OnReport } from '../backtest/accepted-report.ts';

/** Readings of history as the reports in which they were received, in that order; of sensors that the city does not take, none. */
export async function eachPastReport(
  store: Pick<HistoryStore, 'arrivals'>,
  { span, measures, city }: { readonly span: Span; readonly measures: readonly string[] | null; readonly city: City },
  each: OnReport,
): Promise<void> {
  const reports = new AcceptedReports(city);
  for await (const block of store.arrivals(span, measures)) reports.take(block, each);
}
