import type { ReadingPoint } from '../../model/history-point.ts';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Scalar } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import type { Span } from '../../model/series.ts';
import { BlockBuilder } from '../block-builder.ts';
import type { InfluxQuery, Row } from './influx-query.ts';
import { columns, integer, literal, within } from './influxql.ts';
import { fromRfc3339, PER_MILLI } from './nanos.ts';
import { decodeText, encodeTag } from './outside-text.ts';
import { PointRows } from './point-rows.ts';
import { joined, measuredAround, ON_TIME, STRAGGLERS } from './straggler.ts';

/** A slice of time is sorted in memory: shorter when it held more than this, longer when it held much less. */
const MANY = 200_000;
const FEW = 20_000;
const SHORTEST: Millis = 1_000;
const LONGEST: Millis = 24 * 3_600_000;

/**
 * Readings in the order of their arrival. The server orders by time of measurement, so a slice of arrivals is fetched
 * from all times at which it can have been measured, and sorted here.
 */
export async function* readArrivals(query: InfluxQuery, span: Span, measures: readonly string[] | null): AsyncGenerator<ReadingBlock> {
  if (measures?.length === 0) return;
  const block = new BlockBuilder();
  const rows = new PointRows(block);
  let length = ON_TIME;
  for (let from = await nextArrival(query, span); from < span.to; ) {
    const slice = { from, to: Math.min(span.to, from + length) };
    const readings = await readSlice(query, slice, measures);
    for (const reading of readings) {
      rows.add(reading);
      const ready = block.ready();
      if (ready !== null) yield ready;
    }
    if (readings.length > MANY) length = Math.max(SHORTEST, Math.floor(length / 2));
    else if (readings.length < FEW) length = Math.min(LONGEST, length * 2);
    from = readings.length > 0 ? slice.to : await nextArrival(query, { from: slice.to, to: span.to });
  }
  const rest = block.rest();
  if (rest !== null) yield rest;
}

/** No reading of the span arrived earlier than this: a span may begin long before the first, and have gaps. */
async function nextArrival(query: InfluxQuery, span: Span): Promise<Millis> {
  if (span.from >= span.to) return span.to;
  const measured = { from: span.from - ON_TIME, to: span.to + ON_TIME };
  const [first] = await query.all('reading', `SELECT "received" FROM "reading" WHERE ${within(measured)} LIMIT 1`);
  const [mark] = await query.all(STRAGGLERS, `SELECT "minutes" FROM "${STRAGGLERS}" WHERE ${within(span)} LIMIT 1`);
  const onTime = first === undefined ? span.to : fromRfc3339(first[0]).at - ON_TIME;
  const late = mark === undefined ? span.to : fromRfc3339(mark[0]).at;
  return Math.max(span.from, Math.min(onTime, late, span.to));
}

const READING = ['sensor', 'measure', 'value', 'flag', 'text', 'test', 'gateway', 'place', 'street'];

async function readSlice(query: InfluxQuery, slice: Span, measures: readonly string[] | null): Promise<readonly ReadingPoint[]> {
  const marks = await query.all(STRAGGLERS, `SELECT "minutes" FROM "${STRAGGLERS}" WHERE ${within(slice)}`);
  const onTime = { from: slice.from - ON_TIME, to: slice.to + ON_TIME };
  const arrived = `"received" >= ${integer(slice.from)} AND "received" < ${integer(slice.to)}`;
  const some = measures === null ? '' : ` AND (${measures.map((measure) => `"measure" = ${literal(encodeTag(measure))}`).join(' OR ')})`;
  const readings: ReadingPoint[] = [];
  for (const measured of joined([onTime, ...marks.map(([time]) => measuredAround(time))])) {
    // The server counts in integers, an answer in Numbers: from the beginning of the slice on, they are exact.
    const asked = `SELECT ${columns(READING)}, "received" - ${integer(slice.from)} FROM "reading" WHERE ${within(measured)} AND ${arrived}${some}`;
    for await (const rows of query.rows('reading', asked)) for (const row of rows) readings.push(readingOf(row, slice.from));
  }
  return readings.sort(byArrival);
}

function byArrival(a: ReadingPoint, b: ReadingPoint): number {
  return a.receivedAt - b.receivedAt || a.order - b.order;
}

function readingOf([time, sensor, measure, value, flag, text, test, gateway, place, street, since]: Row, from: Millis): ReadingPoint {
  const arrived = since as number;
  return {
    kind: 'reading',
    ...fromRfc3339(time),
    sensor: decodeText(sensor as string),
    measure: decodeText(measure as string),
    value: typeof text === 'string' ? decodeText(text) : ((flag ?? value) as Scalar),
    test: test as boolean,
    gateway: decodeText(gateway as string),
    receivedAt: from + Math.floor(arrived / PER_MILLI),
    order: arrived % PER_MILLI,
    place: typeof place === 'string' ? decodeText(place) : null,
    street: typeof street === 'string' ? decodeText(street) : null,
  };
}
