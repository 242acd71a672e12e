import type { AlertPoint, OrderPoint } from '../../model/history-point.ts';
import type { AlertState } from '../../model/alert.ts';
import type { Level } from '../../model/level.ts';
import type { StepsQuery } from '../history-store.ts';
import type { Sample, Series, SeriesName, SeriesQuery, Span } from '../../model/series.ts';
import type { InfluxQuery, Row } from './influx-query.ts';
import { columns, tagIs, within } from './influxql.ts';
import { NO_LEVEL } from './line.ts';
import { fromRfc3339 } from './nanos.ts';
import { decodeText } from './outside-text.ts';

export async function readSeries(query: InfluxQuery, asked: SeriesQuery): Promise<Series> {
  const { series, step, limit } = asked;
  const bucketed = step !== null;
  const what = bucketed ? BUCKET : columns(series.kind === 'reading' ? ['value', 'text'] : ['value', 'level']);
  const grouped = bucketed ? ` GROUP BY time(${step}ms) fill(none)` : '';
  const where = [within(asked), ...nameIs(series)].join(' AND ');
  const rows = await query.all(series.kind, `SELECT ${what} FROM "${series.kind}" WHERE ${where}${grouped} LIMIT ${limit + 1}`);
  const toSample = bucketed ? bucketOf : series.kind === 'reading' ? readingSample : signSample;
  return { samples: rows.slice(0, limit).map(toSample), cut: rows.length > limit };
}

const BUCKET = 'count("value"), min("value"), max("value"), mean("value"), last("value")';

function nameIs(series: SeriesName): string[] {
  return series.kind === 'reading'
    ? [...tagIs('sensor', series.sensor), ...tagIs('measure', series.measure)]
    : [...tagIs('sign', series.sign), ...tagIs('key', series.key)];
}

function readingSample([time, value, text]: Row): Sample {
  return { kind: 'sample', at: fromRfc3339(time).at, value: (value as number | null) ?? textOf(text), level: null };
}

function signSample([time, value, level]: Row): Sample {
  return { kind: 'sample', at: fromRfc3339(time).at, value: value as number | null, level: levelOf(level) };
}

function bucketOf(row: Row): Sample {
  const [time, count, min, max, mean, last] = row as readonly [string, number, number, number, number, number];
  return { kind: 'bucket', at: fromRfc3339(time).at, count, min, max, mean, last };
}

const ALERT = ['alert', 'version', 'state', 'level', 'value', 'rule', 'key', 'place', 'street'];

export async function readAlertSteps(query: InfluxQuery, asked: StepsQuery): Promise<readonly AlertPoint[]> {
  const where = [within(asked), ...tagIs('rule', asked.rule), ...tagIs('key', asked.key)].join(' AND ');
  const rows = await query.all('alert', `SELECT ${columns(ALERT)} FROM "alert" WHERE ${where} LIMIT ${asked.limit}`);
  return rows.map(([time, alert, version, state, level, value, rule, key, place, street]) => ({
    kind: 'alert',
    ...fromRfc3339(time),
    alert: stringOf(alert),
    rule: stringOf(rule),
    version: version as number,
    key: stringOf(key),
    state: state as AlertState,
    level: level as Level,
    value: value as number | null,
    place: textOf(place),
    street: textOf(street),
  }));
}

const ORDER = ['order', 'sort', 'state', 'level', 'parties', 'drill', 'place', 'street'];

export async function readOrderSteps(query: InfluxQuery, asked: Span & { readonly limit: number }): Promise<readonly OrderPoint[]> {
  const rows = await query.all('order', `SELECT ${columns(ORDER)} FROM "order" WHERE ${within(asked)} LIMIT ${asked.limit}`);
  return rows.map(([time, order, sort, state, level, parties, drill, place, street]) => ({
    kind: 'order',
    ...fromRfc3339(time),
    order: stringOf(order),
    sort: textOf(sort) ?? '',
    state: stringOf(state),
    level: level as Level,
    parties: JSON.parse(stringOf(parties)) as string[],
    drill: drill as boolean,
    place: textOf(place),
    street: textOf(street),
  }));
}

function levelOf(level: unknown): Level | null {
  return level === NO_LEVEL ? null : (level as Level);
}

const stringOf = (text: unknown): string => decodeText(text as string);
/** What a point does not have comes as `null`. */
const textOf = (text: unknown): string | null => (typeof text === 'string' ? decodeText(text) : null);
