import { parseDuration, type Millis } from '../model/time.ts';

export const INSTANT_MEND = 'as RFC 3339 such as 2026-11-01T08:00:00+08:00, as a day such as 2026-11-01, or as a time ago such as 7d';

/** A moment as people write it at a terminal; a day begins at midnight in this zone. `null`: it is none. */
export function instantOf(text: string, now: Millis, zone: string): Millis | null {
  const ago = parseDuration(text);
  if (ago !== null) return now - ago;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return midnightOf(text, zone);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** `2026-11-01 08:00:05` in the zone. */
export function localText(at: Millis, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(at);
}

/** What the zone's clock shows at the guess says how far it is off. */
function midnightOf(day: string, zone: string): Millis | null {
  const guess = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(guess)) return null;
  const shown = Date.parse(`${localText(guess, zone).replace(' ', 'T')}Z`);
  return guess - (shown - guess);
}
