import type { HistoryPoint } from '../../model/history-point.ts';
import type { HistoryCursor, HistoryStore } from '../history-store.ts';
import { readArrivals } from './arrival-stream.ts';
import { InfluxCursor } from './influx-cursor.ts';
import { placeOf, settingsOf } from './influx-options.ts';
import type { InfluxOptions, InfluxSettings } from './influx-options.ts';
import { InfluxQuery } from './influx-query.ts';
import { readAlertSteps, readOrderSteps, readSeries } from './influx-reader.ts';
import { InfluxWriter } from './influx-writer.ts';
import { lineOf } from './line.ts';
import { stragglerLine } from './straggler.ts';

/** History in an InfluxDB 1.x, 2.x or 3; VictoriaMetrics takes what is written, but keeps only numbers, and answers no query. */
export function createInfluxStore(options: InfluxOptions): HistoryStore {
  const settings = settingsOf(options);
  const query = new InfluxQuery(settings);
  const stored = new StoredWrites(settings);
  return {
    kind: 'influxdb',
    place: placeOf(settings),
    write: (points, cursor) => stored.write(points, cursor),
    cursor: () => stored.cursor.read(query),
    get settled() {
      return stored.cursor.settled;
    },
    series: (asked) => readSeries(query, asked),
    alertSteps: (asked) => readAlertSteps(query, asked),
    orderSteps: (asked) => readOrderSteps(query, asked),
    arrivals: (span, measures) => readArrivals(query, span, measures),
    // The server itself removes what has passed the time of its retention policy: `initInflux` sets that.
    keep: () => Promise.resolve({ removed: 0, summed: 0 }),
    close: () => stored.close(),
  };
}

/** Writes points with what belongs to them: marks of stragglers, and the cursor of what was written before. */
class StoredWrites {
  readonly cursor = new InfluxCursor();
  private readonly writer: InfluxWriter;
  private readonly settings: InfluxSettings;

  constructor(settings: InfluxSettings) {
    this.settings = settings;
    this.writer = new InfluxWriter(settings);
  }

  async write(points: readonly HistoryPoint[], cursor: HistoryCursor): Promise<void> {
    // Nothing to wait for: the cursor claims what is there already.
    if (points.length === 0) {
      this.cursor.repeat();
      this.cursor.prove(cursor);
    }
    await this.send(linesOf(points));
    this.cursor.prove(cursor);
  }

  /** The last cursor has no next request to go with. That it gets there is a convenience. */
  async close(): Promise<void> {
    await this.send([]).catch(() => undefined);
    await this.writer.close();
  }

  private async send(lines: readonly string[]): Promise<void> {
    const { claimed } = this.cursor;
    const cursor = this.cursor.line(this.settings.now());
    const { at } = this.cursor;
    try {
      await this.writer.write([...lines, ...cursor]);
    } catch (fault) {
      this.cursor.doubt();
      throw fault;
    }
    this.cursor.hasSent(claimed, at);
  }
}

function linesOf(points: readonly HistoryPoint[]): readonly string[] {
  const lines: string[] = [];
  const marks = new Set<string>();
  for (const point of points) {
    lines.push(lineOf(point));
    const mark = point.kind === 'reading' ? stragglerLine(point) : null;
    if (mark !== null) marks.add(mark);
  }
  for (const mark of marks) lines.push(mark);
  return lines;
}
