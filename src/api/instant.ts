import { dayNumber } from '../model/calendar.ts';
import type { Millis } from '../model/time.ts';

export const INSTANT_MEND = 'as RFC 3339 with an offset, e.g. 2026-11-01T00:00:00%2B08:00';

/** `null`: nothing was said; `undefined`: it is no time. A `+` that nobody encoded comes as a space. */
export function readInstant(text: string | undefined): Millis | null | undefined {
  if (text === undefined) return null;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+ -]\d{2}:\d{2})$/.test(text)) return undefined;
  const at = Date.parse(text.replace(' ', '+'));
  return Number.isNaN(at) || dayNumber(text.slice(0, 10)) === null ? undefined : at;
}
