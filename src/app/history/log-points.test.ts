import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../journal/journal.ts';
import { LogReader } from '../../journal/log-reader.ts';
import { openJournal } from '../../journal/open-journal.ts';
import type { HistoryPoint, ReadingPoint } from '../../model/history-point.ts';
import type { LogEntry, LogEvent } from '../../model/log-entry.ts';
import { createOutcome } from '../batch-outcome.ts';
import type { Core } from '../core.ts';
import type { Definition } from '../definition.ts';
import { coreOf, message, realDefinition, START } from '../test-rig.ts';
import { LogPoints } from './log-points.ts';
import { ReadingPoints } from './reading-points.ts';

const worker = new URL('../../../dist/journal/commit-worker.js', import.meta.url);
const SECOND = 1_000;
let definition: Definition;
let directory: string;
let journal: Journal;
let reader: LogReader;
let core: Core;
let entries: LogEntry[];
let accepted: number;
let gaps: [number, number][];

beforeAll(async () => {
  definition = await realDefinition();
});
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'maibo-points-'));
  journal = await openJournal({ directory, worker, emit: () => undefined });
  reader = new LogReader(directory);
  core = coreOf(definition);
  entries = [];
  accepted = 0;
  gaps = [];
});
afterEach(async () => {
  reader.close();
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

async function commit(second: number, ...events: readonly LogEvent[]): Promise<void> {
  const entry: LogEntry = { offset: journal.nextOffset, at: START + second * SECOND, events };
  const outcome = createOutcome();
  core.begin(entry.at, outcome);
  const results = new Map(events.map((event) => [event, core.step(event, outcome)]));
  accepted += outcome.counts.readings + outcome.counts.tests;
  entries.push(entry);
  const { rejections, receipts, transitions, answers } = outcome;
  const decided = { alerts: [...outcome.alerts.values()], orders: [...outcome.orders.values()] };
  await journal.commit({ entry, rejections, receipts, transitions, answers, results, deliveries: [], ...decided });
}

const readBy = (): Definition => definition;

function pointsFrom(offset: number, audit = 1, by = readBy): readonly HistoryPoint[] {
  const options = { reader, from: { offset, audit }, inForce: by(), load: by };
  const log = new LogPoints({ ...options, onGap: (from, upTo) => void gaps.push([from, upTo]) });
  const points: HistoryPoint[] = [];
  for (let at = { offset, audit }; ; ) {
    const batch = log.read(at);
    if (batch === null) return points;
    points.push(...batch.points);
    at = batch.cursor;
  }
}

const readingsOf = (points: readonly HistoryPoint[]): ReadingPoint[] => points.filter((point) => point.kind === 'reading');

/** A crowd, in one message and in many, some of them sent twice. */
async function day(): Promise<void> {
  for (let i = 0; i < 60; i += 1) {
    const at = START + i * SECOND;
    const crowd = message('people-wukang-01', { at, seq: i, values: { 'people-in': i, 'people-out': 1 } });
    await commit(i, crowd, ...(i % 7 === 0 ? [crowd] : []), message('new-sensor', { values: { temperature: i } }));
  }
}

describe('points of the log', () => {
  it('N2 are the readings that the core accepted, each once, with who brought them and when', async () => {
    await day();
    await commit(61, message('people-wukang-01', 'no object'), message('x', { at: START + 86_400_000, values: { a: 1 } }));
    await commit(62, message('people-wukang-01', { test: true, values: { 'people-in': 5 } }));
    const points = readingsOf(pointsFrom(0));
    // The message of maintenance is one report, with one value.
    expect(points).toHaveLength(accepted);
    expect(points.filter(({ test }) => test)).toHaveLength(1);
    expect(points[0]).toMatchObject({ sensor: 'people-wukang-01', place: 'wukang-building', gateway: 'gw', receivedAt: START });
    expect(points.some(({ sensor }) => sensor === 'x')).toBe(false);
  });

  it('N1 are the same wherever reading begins', async () => {
    await day();
    const readings = new ReadingPoints(definition, readBy);
    const byEntry = entries.map((entry) => {
      const out: HistoryPoint[] = [];
      readings.take(entry, out);
      return out;
    });
    for (const from of [0, 1, 17, 59, 60]) expect(readingsOf(pointsFrom(from))).toEqual(byEntry.slice(from).flat());
  });

  it('N1 two readings of one millisecond are two points, and one that is sent again is the same point', async () => {
    const at = START;
    const body = [1, 2].map((n) => ({ sensor: 'people-wukang-01', at, values: { 'people-in': n } }));
    await commit(0, { kind: 'message', gateway: 'gw', topic: 'city/gw', payload: Buffer.from(JSON.stringify(body)) });
    const [a, b] = readingsOf(pointsFrom(0));
    expect(a?.at).toBe(b?.at);
    expect(a?.nth).not.toBe(b?.nth);
    const said = message('people-wukang-01', { at, seq: 9, values: { 'people-in': 3 } });
    await commit(1, said);
    for (let i = 2; i < 1_100; i += 1) await commit(1 + i / SECOND, { kind: 'tick' });
    await commit(3, said);
    // Reading begins between the two: what it knows of the first is forgotten, and yet it is the same point.
    const [first] = readingsOf(pointsFrom(1));
    const [second] = readingsOf(pointsFrom(journal.nextOffset - 1));
    expect({ ...second, receivedAt: first?.receivedAt }).toEqual(first);
  });

  it('N5 the order of arrival is the order of the log, also within a millisecond, and the values of a report share their place', async () => {
    await commit(0, message('s1', { values: { a: 1, b: 2 } }), message('s2', 'no object'), message('s3', { values: { a: 3 } }));
    await commit(0, message('s0', { at: START - 60_000, values: { a: 4 } }));
    await commit(1, message('s1', { values: { a: 5 } }));
    const arrived = readingsOf(pointsFrom(0)).map(({ sensor, receivedAt, order }) => [sensor, receivedAt - START, order]);
    expect(arrived).toEqual([
      ['s1', 0, 0],
      ['s1', 0, 0],
      ['s3', 0, 1],
      ['s0', 0, 2],
      ['s1', SECOND, 0],
    ]);
  });

  it('N1 a report has its place in a millisecond that began long before reading does', async () => {
    await commit(0, message('s1', { values: { a: 1 } }));
    await commit(1, message('s1', { values: { a: 1 } }), message('s2', { at: START + 86_400_000, values: { a: 1 } }));
    // The clock of the server was set back: it stands.
    for (let i = 0; i < 1_100; i += 1) await commit(1, { kind: 'tick' });
    await commit(1, message('s1', { values: { a: 2 } }));
    const whole = readingsOf(pointsFrom(0)).at(-1);
    expect(whole).toMatchObject({ receivedAt: START + SECOND, order: 2 });
    expect(readingsOf(pointsFrom(journal.nextOffset - 1))).toEqual([whole]);
    expect(readingsOf(pointsFrom(journal.nextOffset - 2))).toEqual([whole]);
  });

  it('N5 where time passes by the readings, what comes late arrives after what came before it', async () => {
    const events: Definition = { ...definition, settings: { ...definition.settings, clock: 'events' } };
    core = coreOf(events);
    for (const [i, second] of [5, 1, 7, 6, 7].entries())
      await commit(
        0,
        message('s1', { at: START + second * SECOND, values: { a: i } }),
        ...(i === 1 ? Array<LogEvent>(3).fill({ kind: 'tick' }) : []),
      );
    const arrived = (from: number): unknown[] =>
      readingsOf(pointsFrom(from, 1, () => events)).map(({ value, receivedAt, order }) => [value, (receivedAt - START) / SECOND, order]);
    const all = [
      [0, 5, 0],
      [1, 5, 1],
      [2, 7, 0],
      [3, 7, 1],
      [4, 7, 2],
    ];
    for (const from of [0, 1, 2, 3, 4]) expect(arrived(from)).toEqual(all.slice(from));
  });

  it('N3 an alert is its steps, and a sign with its level until it is over', async () => {
    await commit(0, message('smoke-iapm-01', { values: { smoke: 1 } }));
    await commit(30, message('smoke-iapm-01', { values: { smoke: 0 } }));
    const points = pointsFrom(0);
    const alerts = points.filter((point) => point.kind === 'alert').filter(({ rule }) => rule === 'smoke-alarm');
    expect(alerts[0]).toMatchObject({ state: 'firing', key: 'sensor:smoke-iapm-01', place: 'iapm', value: 1 });
    const signs = points.filter((point) => point.kind === 'sign').filter(({ sign }) => sign === 'smoke-alarm');
    expect(signs[0]?.level).toBe(alerts[0]?.level);
    const orders = points.filter((point) => point.kind === 'order');
    expect(orders[0]).toMatchObject({ state: 'open', place: 'iapm', drill: false });
    expect(orders[0]?.parties).toContain('fire');
    expect(pointsFrom(0)).toEqual(points);
  });

  it('N4 every entry is in exactly one batch, and what is gone is told as a gap', async () => {
    await day();
    for (const offset of [20, 40, 50]) await journal.saveSnapshot({ offset, at: offset, state: new Uint8Array([1]) });
    const points = readingsOf(pointsFrom(10));
    expect(gaps).toEqual([[10, 40]]);
    expect(points.filter(({ measure }) => measure === 'temperature').map(({ value }) => value)).toEqual(
      Array.from({ length: 19 }, (_, i) => 41 + i),
    );
  });
});
