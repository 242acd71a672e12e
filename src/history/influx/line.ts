import type { AlertPoint, HistoryPoint, OrderPoint, ReadingPoint, SignPoint } from '../../model/history-point.ts';
import { StoreFault } from '../store-fault.ts';
import { isInstant, toNanos } from './nanos.ts';
import { encodeField, encodeTag } from './outside-text.ts';

/** For a sign without a level: a field that is left out would make a point without fields, which the server does not keep. */
export const NO_LEVEL = 'none';

/**
 * One point as a line of the line protocol. Tags are only what is bounded, so an alert or an order is named by a field. A
 * field has one type for ever: every number is a float.
 * @throws StoreFault `refused` for what the protocol has no word for
 */
export function lineOf(point: HistoryPoint): string {
  if (!isInstant(point)) throw unwritable(point, `no time: ${point.at} and ${point.nth}`);
  switch (point.kind) {
    case 'reading':
      return readingLine(point);
    case 'sign':
      return signLine(point);
    case 'alert':
      return alertLine(point);
    case 'order':
      return orderLine(point);
  }
}

function readingLine(point: ReadingPoint): string {
  const { place, street } = point;
  const series = `reading,measure=${tag(point.measure)}${tagged('place', place)},sensor=${tag(point.sensor)}${tagged('street', street)}`;
  const received = { at: point.receivedAt, nth: point.order };
  if (!isInstant(received)) throw unwritable(point, `no time of arrival: ${received.at} and ${received.nth}`);
  const brought = `gateway=${quoted(point.gateway)},received=${toNanos(received)}i`;
  return `${series} ${readingValue(point)},test=${point.test},${brought} ${toNanos(point)}`;
}

/** A flag is a number too, so that a bucket can say for how long it was up. */
function readingValue(point: ReadingPoint): string {
  const { value } = point;
  if (typeof value === 'number') return `value=${float(value, point)}`;
  if (typeof value === 'boolean') return `value=${value ? 1 : 0},flag=${value}`;
  return `text=${quoted(value)}`;
}

function signLine(point: SignPoint): string {
  const { place, street } = point;
  const series = `sign,key=${tag(point.key)}${tagged('place', place)},sign=${tag(point.sign)}${tagged('street', street)}`;
  return `${series} level="${point.level ?? NO_LEVEL}"${valued(point)} ${toNanos(point)}`;
}

function alertLine(point: AlertPoint): string {
  const { place, street } = point;
  const series = `alert,key=${tag(point.key)}${tagged('place', place)},rule=${tag(point.rule)}${tagged('street', street)}`;
  const what = `alert=${quoted(point.alert)},version=${float(point.version, point)},state="${point.state}",level="${point.level}"`;
  return `${series} ${what}${valued(point)} ${toNanos(point)}`;
}

function orderLine(point: OrderPoint): string {
  const series = `order${tagged('place', point.place)}${tagged('street', point.street)}`;
  const what = `order=${quoted(point.order)},sort=${quoted(point.sort)},state=${quoted(point.state)},level="${point.level}",drill=${point.drill}`;
  return `${series} ${what},parties=${quoted(JSON.stringify(point.parties))} ${toNanos(point)}`;
}

const valued = (point: SignPoint | AlertPoint): string => (point.value === null ? '' : `,value=${float(point.value, point)}`);

function float(value: number, point: HistoryPoint): string {
  if (!Number.isFinite(value)) throw unwritable(point, `no number: ${value}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

const TO_ESCAPE_IN_TAG = /[ ,=]/;
const TO_ESCAPE_IN_FIELD = /["\\]/;

const tagged = (name: string, value: string | null): string => (value === null ? '' : `,${name}=${tag(value)}`);

function tag(value: string): string {
  const text = encodeTag(value);
  return TO_ESCAPE_IN_TAG.test(text) ? text.replace(/[ ,=]/g, '\\$&') : text;
}

function quoted(value: string): string {
  const text = encodeField(value);
  return `"${TO_ESCAPE_IN_FIELD.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}

function unwritable(point: HistoryPoint, why: string): StoreFault {
  return new StoreFault('refused', `${point.kind} ${nameOf(point)}: ${why}`);
}

function nameOf(point: HistoryPoint): string {
  switch (point.kind) {
    case 'reading':
      return `${point.sensor} ${point.measure}`;
    case 'sign':
      return `${point.sign} ${point.key}`;
    case 'alert':
      return point.alert;
    case 'order':
      return point.order;
  }
}
