import type { HistoryPoint } from '../../model/history-point.ts';
import type { LogReader } from '../../journal/log-reader.ts';
import type { HistoryBatch } from '../../history/feeder-options.ts';
import type { HistoryCursor } from '../../history/history-store.ts';
import type { Subject } from '../../model/verdict.ts';
import type { WorkOrder } from '../../model/work-order.ts';
import { ReadingPoints, type ReadBy } from './reading-points.ts';
import { StepPoints } from './step-points.ts';

export interface LogPointsOptions {
  readonly reader: LogReader;
  readonly from: HistoryCursor;
  /** In force before the first entry. */
  readonly inForce: ReadBy;
  readonly load: (event: { readonly city: string; readonly settings: string }) => ReadBy;
  /** Entries that were removed before they were read: from, up to and with. */
  readonly onGap: (from: number, upTo: number) => void;
  /** A batch is handed over when it has so many points; default 5,000, what a server likes in one request. */
  readonly enough?: number;
}

/** Entries read at once where nothing is kept of them; an entry has a thousand messages at the most. */
const ENTRIES = 16;
/** Lines read at once. */
const LINES = 256;
const ENOUGH = 5_000;
/** Entries that are read before the first one. */
const WARM = 1_000;

/**
 * The log and the audit record as points, from a cursor on.
 *
 * N4 Every committed entry and line from the cursor on is in exactly one batch, in their order; what is gone is told as a gap.
 */
export class LogPoints {
  private readonly options: LogPointsOptions;
  private readonly steps: StepPoints;
  private readings: ReadingPoints;
  private offset: number;
  private audit: number;

  constructor(options: LogPointsOptions) {
    const { reader, from } = options;
    this.options = options;
    this.readings = new ReadingPoints(options.inForce, options.load);
    this.steps = new StepPoints(
      (order) => parsed<WorkOrder>(reader.order(order)),
      (alert) => parsed<Subject>(reader.subject(alert)),
    );
    this.offset = from.offset;
    this.audit = from.audit;
    this.goTo(from);
  }

  /** What has been committed from the cursor on; `null` when there is nothing. */
  read(from: HistoryCursor): HistoryBatch | null {
    if (from.offset !== this.offset || from.audit !== this.audit) this.goTo(from);
    const points: HistoryPoint[] = [];
    while (points.length < (this.options.enough ?? ENOUGH)) {
      // One by one: a full entry is a batch by itself, and many of them would fill the memory.
      const [entry] = this.options.reader.entries(this.offset, 1);
      if (entry === undefined) break;
      if (entry.offset > this.offset) this.options.onGap(this.offset, entry.offset - 1);
      this.readings.take(entry, points);
      this.offset = entry.offset + 1;
    }
    const records = this.options.reader.records(this.audit, LINES);
    for (const record of records) this.steps.take(record, points);
    this.audit = (records.at(-1)?.seq ?? this.audit - 1) + 1;
    const cursor = this.cursor();
    return cursor.offset === from.offset && cursor.audit === from.audit ? null : { points, cursor };
  }

  private cursor(): HistoryCursor {
    return { offset: this.offset, audit: this.audit };
  }

  /**
   * What stands before the cursor is read once more, so that what repeats right behind it is known as a repeat, and the reports of
   * a millisecond that began before it are counted from its first. Where the log itself begins within it, they cannot be.
   */
  private goTo({ offset, audit }: HistoryCursor): void {
    const first = this.options.reader.bounds()?.first ?? offset;
    // Where time passes by the readings, what it is depends on all of them.
    let warm = this.options.inForce.settings.clock === 'wall' ? WARM : offset;
    do {
      this.readUpTo(offset, Math.max(first, offset - warm));
      warm *= 4;
    } while (!this.readings.knowsOrder && offset - warm / 4 > first);
    this.offset = offset;
    this.audit = audit;
  }

  private readUpTo(end: number, from: number): void {
    this.readings = new ReadingPoints(this.options.inForce, this.options.load);
    for (let at = from; at < end; ) {
      const entries = this.options.reader.entries(at, ENTRIES).filter((entry) => entry.offset < end);
      const last = entries.at(-1);
      if (last === undefined) return;
      for (const entry of entries) this.readings.take(entry, []);
      at = last.offset + 1;
    }
  }
}

function parsed<T>(body: string | null): T | null {
  return body === null ? null : (JSON.parse(body) as T);
}
