/**
 * Publishes a recording over MQTT, as its gateway would have done.
 *
 * Invariants:
 * I1  Every row is counted exactly once: published, or left out under one reason (of a file read to its end, rows = readings + skipped).
 * I2  Readings go out in the order of the recording; a row older than one before it is published too, and counted.
 * I3  A summary without error means that every published message was acknowledged.
 */
import { Refusal } from '../../model/problem.ts';
import { safeUrl } from '../../model/safe-url.ts';
import { isoTime } from '../../model/time.ts';
import type { Millis } from '../../model/time.ts';
import type { Mapping } from './mapping.ts';
import { SKIP_REASONS } from './map-row.ts';
import type { MappedRow, SkipReason } from './map-row.ts';
import { connectSender } from './mqtt-sender.ts';
import type { MqttSender } from './mqtt-sender.ts';
import { readReadings } from './readings.ts';
import { inspectRecording } from './rows.ts';

export interface ReplayOptions {
  readonly file: string;
  readonly mapping: Mapping;
  readonly url: string;
  /** Recorded seconds a second; `max` goes as fast as the server acknowledges. */
  readonly speed: number | 'max';
  readonly from?: Millis;
  readonly to?: Millis;
  /** At most so many readings. */
  readonly limit?: number;
  readonly window?: number;
  readonly signal?: AbortSignal;
  /** Called after every row; draw as often as you like. */
  readonly progress?: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  readonly rows: number;
  readonly readings: number;
  readonly at: Millis | null;
  /** Of the file, 0 to 1. */
  readonly fraction: number;
}

export interface ReplaySummary {
  readonly file: string;
  readonly url: string;
  readonly rows: number;
  readonly readings: number;
  readonly messages: number;
  readonly acknowledged: number;
  readonly reconnects: number;
  readonly skipped: Readonly<Record<SkipReason, number>>;
  /** Single cells of published rows. */
  readonly cells: { readonly missing: number; readonly unreadable: number };
  readonly outOfOrder: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly seconds: number;
  /** `limit`: more rows may follow; `interrupted`: somebody stopped it. */
  readonly ended: 'end-of-file' | 'limit' | 'interrupted';
}

interface Tally {
  rows: number;
  bytes: number;
  readings: number;
  messages: number;
  missing: number;
  unreadable: number;
  outOfOrder: number;
  first: Millis | null;
  last: Millis | null;
  newest: Millis;
  readonly skipped: Record<SkipReason, number>;
}

export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const source = inspectRecording(options.file, options.mapping.format);
  const tally = emptyTally();
  const started = performance.now();
  const sender = await connectSender({
    url: options.url,
    name: 'maibo-replay',
    ...(options.window === undefined ? {} : { window: options.window }),
  });
  let complete = false;
  try {
    const readings = readReadings(source, options.mapping, {
      bytes: (count) => (tally.bytes += count),
      row: () => (tally.rows += 1),
      skipped: (reason) => (tally.skipped[reason] += 1),
    });
    const ended = await publishAll(readings, options, tally, { sender, size: source.size });
    await sender.drain();
    complete = true;
    return summary(options, tally, sender, { ended, seconds: (performance.now() - started) / 1_000 });
  } finally {
    await sender.close(!complete);
  }
}

function emptyTally(): Tally {
  const skipped = Object.fromEntries(SKIP_REASONS.map((reason) => [reason, 0])) as Record<SkipReason, number>;
  return {
    rows: 0,
    bytes: 0,
    readings: 0,
    messages: 0,
    missing: 0,
    unreadable: 0,
    outOfOrder: 0,
    first: null,
    last: null,
    newest: -Infinity,
    skipped,
  };
}

interface Way {
  readonly sender: MqttSender;
  readonly size: number;
}

async function publishAll(
  readings: AsyncGenerator<MappedRow>,
  options: ReplayOptions,
  tally: Tally,
  way: Way,
): Promise<ReplaySummary['ended']> {
  const { from = -Infinity, to = Infinity, limit = Infinity, signal } = options;
  const pace = createPace(options.speed, signal);
  const batch = createBatch(options.mapping, way.sender, tally);
  for await (const reading of readings) {
    if (signal?.aborted === true) break;
    options.progress?.({
      rows: tally.rows,
      readings: tally.readings,
      at: tally.last,
      fraction: Math.min(1, tally.bytes / Math.max(1, way.size)),
    });
    if (reading.at < from || reading.at >= to) {
      tally.skipped['outside-range'] += 1;
      continue;
    }
    if (batch.ends(reading)) await batch.flush();
    if (!(await pace(reading.at))) break;
    count(tally, reading);
    await batch.add(reading);
    if (tally.readings >= limit) {
      await batch.flush();
      return 'limit';
    }
  }
  await batch.flush();
  return signal?.aborted === true ? 'interrupted' : 'end-of-file';
}

function count(tally: Tally, reading: MappedRow): void {
  tally.readings += 1;
  tally.missing += reading.missing;
  tally.unreadable += reading.unreadable;
  if (reading.at < tally.newest) tally.outOfOrder += 1;
  tally.newest = Math.max(tally.newest, reading.at);
  tally.first ??= reading.at;
  tally.last = reading.at;
}

interface Batch {
  /** The reading cannot join the open message. */
  readonly ends: (reading: MappedRow) => boolean;
  readonly add: (reading: MappedRow) => Promise<void>;
  readonly flush: () => Promise<void>;
}

function createBatch(mapping: Mapping, sender: MqttSender, tally: Tally): Batch {
  const { gateway, batch: size } = mapping;
  const send = (topic: string, body: unknown): Promise<void> => {
    tally.messages += 1;
    return sender.send(topic, JSON.stringify(body));
  };
  if (size === undefined)
    return {
      ends: () => false,
      add: ({ sensor, at, values }) => send(`city/${gateway}/${sensor}`, { at: isoTime(at), values }),
      flush: () => Promise.resolve(),
    };
  let open: MappedRow[] = [];
  const flush = async (): Promise<void> => {
    if (open.length === 0) return;
    const body = open.map(({ sensor, at, values }) => ({ sensor, at: isoTime(at), values }));
    open = [];
    await send(`city/${gateway}`, body);
  };
  return {
    ends: (reading) => open[0] !== undefined && open[0].at !== reading.at,
    add: async (reading) => {
      open.push(reading);
      if (open.length >= size) await flush();
    },
    flush,
  };
}

/** Resolves when a reading of this time is due; `false` when it was interrupted while waiting. */
function createPace(speed: number | 'max', signal: AbortSignal | undefined): (at: Millis) => Promise<boolean> {
  if (speed === 'max') return () => Promise.resolve(true);
  let origin: { readonly at: Millis; readonly wall: number } | null = null;
  return async (at) => {
    origin ??= { at, wall: performance.now() };
    const due = origin.wall + (at - origin.at) / speed;
    while (signal?.aborted !== true) {
      const wait = due - performance.now();
      if (wait <= 0) return true;
      await delay(Math.min(wait, 60_000), signal);
    }
    return false;
  };
}

function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });
}

function summary(options: ReplayOptions, tally: Tally, sender: MqttSender, end: Pick<ReplaySummary, 'ended' | 'seconds'>): ReplaySummary {
  const { acknowledged, reconnects } = sender.counts();
  if (end.ended === 'end-of-file' && tally.rows === 0) throw new Refusal('recording-empty', `The recording ${options.file} holds no rows.`);
  return {
    file: options.file,
    url: safeUrl(options.url),
    rows: tally.rows,
    readings: tally.readings,
    messages: tally.messages,
    acknowledged,
    reconnects,
    skipped: tally.skipped,
    cells: { missing: tally.missing, unreadable: tally.unreadable },
    outOfOrder: tally.outOfOrder,
    first: tally.first === null ? null : isoTime(tally.first),
    last: tally.last === null ? null : isoTime(tally.last),
    seconds: end.seconds,
    ended: end.ended,
  };
}
