import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { AlertPoint, HistoryPoint, OrderPoint, SignPoint } from '../../model/history-point.ts';
import type { StepsQuery } from '../history-store.ts';
import type { Span } from '../../model/series.ts';
import { quoted } from './duck-file.ts';
import type { Row } from './duck-file.ts';
import { boundOf, MOMENT, Nanos } from './moment.ts';
import type { Dictionary } from './words.ts';

type StepPoint = SignPoint | AlertPoint | OrderPoint;

/** What makes a step the same step: written twice, it is read once. */
export const STEP_KEYS = { signs: 'sign, ns', alerts: 'alert, ns', orders: 'work_order, ns' } as const;

/** Appends what is written seldom: signs, and the steps of alerts and orders; row by row is quick enough. */
export async function writeSteps(connection: DuckDBConnection, points: readonly HistoryPoint[], words: Dictionary): Promise<void> {
  const nanos = new Nanos();
  const appenders = new Map<string, DuckDBAppender>();
  for (const point of points) {
    if (point.kind === 'reading') continue;
    const table = `${point.kind}s`;
    const appender = appenders.get(table) ?? (await connection.createAppender(table));
    appenders.set(table, appender);
    appender.appendBigInt(nanos.of(point.at, point.nth));
    appendStep(appender, point, words);
    appender.appendInteger(words.standings.idOf(point.place, point.street));
    if (point.kind === 'order') appender.appendVarchar(point.sort);
    appender.endRow();
  }
  for (const appender of appenders.values()) appender.closeSync();
}

function appendStep(appender: DuckDBAppender, point: StepPoint, words: Dictionary): void {
  switch (point.kind) {
    case 'sign':
      appender.appendInteger(words.signs.idOf(point.sign, point.key));
      if (point.level === null) appender.appendNull();
      else appender.appendVarchar(point.level);
      return appendNumber(appender, point.value);
    case 'alert':
      appender.appendVarchar(point.alert);
      appender.appendVarchar(point.rule);
      appender.appendInteger(point.version);
      for (const text of [point.key, point.state, point.level]) appender.appendVarchar(text);
      return appendNumber(appender, point.value);
    case 'order':
      for (const text of [point.order, point.state, point.level, JSON.stringify(point.parties)]) appender.appendVarchar(text);
      return appender.appendBoolean(point.drill);
  }
}

function appendNumber(appender: DuckDBAppender, value: number | null): void {
  if (value === null) appender.appendNull();
  else appender.appendDouble(value);
}

export function alertStepsSql({ from, to, rule, key, limit }: StepsQuery): string {
  const asked = [rule === null ? '' : `AND rule = '${quoted(rule)}'`, key === null ? '' : `AND key = '${quoted(key)}'`].join(' ');
  return `SELECT ${MOMENT}, alert, rule, version, key, state, level, value, standing
    FROM (SELECT DISTINCT ON (alert, ns) * FROM alerts WHERE ns >= ${boundOf(from)} AND ns < ${boundOf(to)} ${asked})
    ORDER BY ns, alert LIMIT ${limit}`;
}

export function alertOf(row: Row, words: Dictionary): AlertPoint {
  const [at, nth, alert, rule, version, key, state, level, value, standing] = row;
  const [place, street] = words.standings.of(standing as number);
  return { kind: 'alert', at, nth, alert, rule, version, key, state, level, value, place, street } as AlertPoint;
}

export function orderStepsSql({ from, to, limit }: Span & { readonly limit: number }): string {
  return `SELECT ${MOMENT}, work_order, state, level, parties, drill, standing, sort
    FROM (SELECT DISTINCT ON (work_order, ns) * FROM orders WHERE ns >= ${boundOf(from)} AND ns < ${boundOf(to)})
    ORDER BY ns, work_order LIMIT ${limit}`;
}

export function orderOf(row: Row, words: Dictionary): OrderPoint {
  const [at, nth, order, state, level, parties, drill, standing, sort] = row;
  const [place, street] = words.standings.of(standing as number);
  const asked = JSON.parse(parties as string) as readonly string[];
  return { kind: 'order', at, nth, order, sort, state, level, parties: asked, drill, place, street } as OrderPoint;
}
