import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryPoint } from '../../model/history-point.ts';
import { isoTime, type Millis } from '../../model/time.ts';

/** Two files of this size at the most: the one that is written, and the one before it. */
const FILE_LIMIT = 16_777_216;
const FILE = 'history-refused.ndjson';
const BEFORE = 'history-refused.1.ndjson';

/** Points that the store will never take, each with the words of the store: a line of JSON each, beside the data. */
export class Quarantine {
  private readonly directory: string;
  count = 0;

  constructor(directory: string) {
    this.directory = directory;
  }

  keep(point: HistoryPoint, said: string, at: Millis): void {
    this.count += 1;
    const file = join(this.directory, FILE);
    if (existsSync(file) && statSync(file).size > FILE_LIMIT) renameSync(file, join(this.directory, BEFORE));
    appendFileSync(file, `${JSON.stringify({ refusedAt: isoTime(at), said, point })}\n`);
  }
}

/** A few words by which a person finds the point in that file. */
export function nameOf(point: HistoryPoint): string {
  switch (point.kind) {
    case 'reading':
      return `${point.sensor} ${point.measure} ${isoTime(point.at)}`;
    case 'sign':
      return `${point.sign} ${point.key} ${isoTime(point.at)}`;
    case 'alert':
      return `${point.alert} ${isoTime(point.at)}`;
    case 'order':
      return `${point.order} ${isoTime(point.at)}`;
  }
}
