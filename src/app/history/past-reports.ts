import type { HistoryStore } from '../../history/history-store.ts';
import type { City, Sensor } from '../../model/place.ts';
import type { Span } from '../../model/series.ts';
import { adoptedSensor } from '../../registry/state.ts';
import { AcceptedReports, type OnReport } from '../backtest/accepted-report.ts';

/** Readings of history as the reports in which they were received, in that order; of sensors that the city does not take, none. */
export async function eachPastReport(
  store: Pick<HistoryStore, 'arrivals'>,
  { span, measures, city }: { readonly span: Span; readonly measures: readonly string[] | null; readonly city: City },
  each: OnReport,
): Promise<void> {
  const known = new Map(city.sensors.map((sensor) => [sensor.id, sensor]));
  const sensorOf = (id: string): Sensor | null => known.get(id) ?? (city.unknownSensors === 'adopt' ? adoptedSensor(id) : null);
  const reports = new AcceptedReports(sensorOf);
  for await (const block of store.arrivals(span, measures)) reports.take(block, each);
}
