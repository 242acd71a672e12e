import type { Observation } from '../../engine/engine.ts';
import type { HistoryStore } from '../../history/history-store.ts';
import type { ReadingPoint } from '../../model/history-point.ts';
import type { City, Sensor } from '../../model/place.ts';
import type { Span } from '../../model/series.ts';
import type { Scalar } from '../../model/text.ts';
import { adoptedSensor } from '../../registry/state.ts';

/** Readings of history as the reports in which they were received, in that order; of sensors that the city does not take, none. */
export async function eachPastReport(
  store: Pick<HistoryStore, 'readings'>,
  { span, measures, city }: { readonly span: Span; readonly measures: readonly string[] | null; readonly city: City },
  each: (report: Observation, test: boolean) => void,
): Promise<void> {
  const known = new Map(city.sensors.map((sensor) => [sensor.id, sensor]));
  const sensorOf = (id: string): Sensor | null => known.get(id) ?? (city.unknownSensors === 'adopt' ? adoptedSensor(id) : null);
  let open: ReadingPoint[] = [];
  const close = (): void => {
    const [first] = open;
    const sensor = first === undefined ? null : sensorOf(first.sensor);
    if (first !== undefined && sensor !== null) each(reportOf(open, first, sensor), first.test);
    open = [];
  };
  for await (const points of store.readings(span, measures)) {
    for (const point of points) {
      if (open[0] !== undefined && !isOneReport(open[0], point)) close();
      open.push(point);
    }
  }
  close();
}

function reportOf(points: readonly ReadingPoint[], { at, receivedAt, gateway }: ReadingPoint, sensor: Sensor): Observation {
  const values = Object.fromEntries(points.map(({ measure, value }): [string, Scalar] => [measure, value]));
  return { sensor, values, at, receivedAt, gateway };
}

function isOneReport(a: ReadingPoint, b: ReadingPoint): boolean {
  return a.receivedAt === b.receivedAt && a.at === b.at && a.nth === b.nth && a.sensor === b.sensor && a.test === b.test;
}
