import type { ReadingPoint } from '../../model/history-point.ts';
import type { Millis } from '../../model/time.ts';
import type { Span } from '../../model/series.ts';
import { fromRfc3339, toNanos } from './nanos.ts';

/*
 * The server orders readings by when they were measured; a back-test asks for them by when they arrived. Most arrive within
 * a minute. For one that does not, a mark is kept at the time of its arrival that says how late it was, so that who reads by
 * arrival knows how far back to look, and need not look through everything.
 */

export const STRAGGLERS = 'straggler';
/** Measured so long before or after its arrival, a reading needs no mark. */
export const ON_TIME: Millis = 60_000;

/** Marks of one millisecond are told apart by their lateness in minutes; from here on they say that it was ahead. */
const AHEAD = 500_000;
const MOST = AHEAD - 1;

/** @returns the line of the mark, the same for readings that are as late at the same time; `null`: on time */
export function stragglerLine({ at, receivedAt }: ReadingPoint): string | null {
  const late = receivedAt - at;
  if (late <= ON_TIME && late >= -ON_TIME) return null;
  const minutes = Math.min(MOST, Math.floor(Math.abs(late) / ON_TIME));
  const nth = late < 0 ? AHEAD + minutes : minutes;
  return `${STRAGGLERS} minutes=${late < 0 ? -minutes : minutes} ${toNanos({ at: receivedAt, nth })}`;
}

/** When the readings behind a mark were measured. Beyond what a mark can say: any time. */
export function measuredAround(time: string): Span {
  const { at, nth } = fromRfc3339(time);
  const minutes = nth < AHEAD ? nth : nth - AHEAD;
  const near = minutes * ON_TIME;
  const far = minutes === MOST ? Number.MAX_SAFE_INTEGER : near + ON_TIME;
  return nth < AHEAD ? { from: at - far, to: at - near + 1 } : { from: at + near, to: at + far + 1 };
}

/** The same times without overlap, in order. */
export function joined(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return result;
}
