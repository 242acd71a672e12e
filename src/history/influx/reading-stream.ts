import type { ReadingPoint } from '../../model/history-point.ts';
import type { Scalar } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import type { Span } from '../../model/series.ts';
import type { InfluxQuery, Row } from './influx-query.ts';
import { columns, literal, within } from './influxql.ts';
import { fromRfc3339 } from './nanos.ts';
import { decodeText, encodeTag } from './outside-text.ts';
import { joined, measuredAround, ON_TIME, STRAGGLERS } from './straggler.ts';

/** Readings that are handed over at once. */
const HANDFUL = 5_000;
/** A slice of time is sorted in memory: shorter when it held more than this, longer when it held much less. */
const MANY = 200_000;
const FEW = 20_000;
const SHORTEST: Millis = 1_000;
const LONGEST: Millis = 24 * 3_600_000;

/**
 * Readings in the order of their arrival. The server orders by time of measurement, so a slice of arrivals is fetched
 * from all times at which it can have been measured, and sorted here.
 */
export async function* readReadings(
  query: InfluxQuery,
  span: Span,
  measures: readonly string[] | null,
): AsyncGenerator<readonly ReadingPoint[]> {
  if (measures?.length === 0) return;
  let length = ON_TIME;
  for (let from = await nextArrival(query, span); from < span.to; ) {
    const slice = { from, to: Math.min(span.to, from + length) };
    const readings = await readSlice(query, slice, measures);
    for (let at = 0; at < readings.length; at += HANDFUL) yield readings.slice(at, at + HANDFUL);
    if (readings.length > MANY) length = Math.max(SHORTEST, Math.floor(length / 2));
    else if (readings.length < FEW) length = Math.min(LONGEST, length * 2);
    from = readings.length > 0 ? slice.to : await nextArrival(query, { from: slice.to, to: span.to });
  }
}

/** No reading of the span arrived earlier than this: a span may begin long before the first, and have gaps. */
async function nextArrival(query: InfluxQuery, span: Span): Promise<Millis> {
  if (span.from >= span.to) return span.to;
  const measured = { from: span.from - ON_TIME, to: span.to + ON_TIME };
  const [first] = await query.all('reading', `SELECT "receivedAt" FROM "reading" WHERE ${within(measured)} LIMIT 1`);
  const [mark] = await query.all(STRAGGLERS, `SELECT "minutes" FROM "${STRAGGLERS}" WHERE ${within(span)} LIMIT 1`);
  const onTime = first === undefined ? span.to : fromRfc3339(first[0]).at - ON_TIME;
  const late = mark === undefined ? span.to : fromRfc3339(mark[0]).at;
  return Math.max(span.from, Math.min(onTime, late, span.to));
}

const READING = ['sensor', 'measure', 'value', 'flag', 'text', 'test', 'gateway', 'receivedAt', 'place', 'street'];

async function readSlice(query: InfluxQuery, slice: Span, measures: readonly string[] | null): Promise<readonly ReadingPoint[]> {
  const marks = await query.all(STRAGGLERS, `SELECT "minutes" FROM "${STRAGGLERS}" WHERE ${within(slice)}`);
  const onTime = { from: slice.from - ON_TIME, to: slice.to + ON_TIME };
  const arrived = `"receivedAt" >= ${slice.from} AND "receivedAt" < ${slice.to}`;
  const some = measures === null ? '' : ` AND (${measures.map((measure) => `"measure" = ${literal(encodeTag(measure))}`).join(' OR ')})`;
  const readings: ReadingPoint[] = [];
  for (const measured of joined([onTime, ...marks.map(([time]) => measuredAround(time))])) {
    const asked = `SELECT ${columns(READING)} FROM "reading" WHERE ${within(measured)} AND ${arrived}${some}`;
    for await (const rows of query.rows('reading', asked)) for (const row of rows) readings.push(readingOf(row));
  }
  return readings.sort(byArrival);
}

function byArrival(a: ReadingPoint, b: ReadingPoint): number {
  return a.receivedAt - b.receivedAt || a.at - b.at || a.nth - b.nth || (a.sensor < b.sensor ? -1 : a.sensor > b.sensor ? 1 : 0);
}

function readingOf([time, sensor, measure, value, flag, text, test, gateway, receivedAt, place, street]: Row): ReadingPoint {
  return {
    kind: 'reading',
    ...fromRfc3339(time),
    sensor: decodeText(sensor as string),
    measure: decodeText(measure as string),
    value: typeof text === 'string' ? decodeText(text) : ((flag ?? value) as Scalar),
    test: test as boolean,
    gateway: decodeText(gateway as string),
    receivedAt: receivedAt as Millis,
    place: typeof place === 'string' ? decodeText(place) : null,
    street: typeof street === 'string' ? decodeText(street) : null,
  };
}
