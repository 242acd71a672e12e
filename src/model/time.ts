/** Epoch milliseconds, UTC. Time is always an argument; nothing in the core reads a clock. */
export type Millis = number;

const UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a duration as analysts write it: `90s`, `5m`, `1h`, `1h30m`, `7d`, `0s`.
 * @returns milliseconds, or `null` when the text is no duration.
 */
export function parseDuration(text: string): Millis | null {
  if (!/^(\d+(ms|s|m|h|d))+$/.test(text)) return null;
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) total += Number(digits) * (UNIT[unit as string] as number);
  return Number.isSafeInteger(total) ? total : null;
}

/** Writes milliseconds as the shortest duration that `parseDuration` reads back. */
export function formatDuration(ms: Millis): string {
  if (ms === 0) return '0s';
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNIT[unit] as number;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

/** RFC 3339 in UTC with milliseconds. */
export function isoTime(at: Millis): string {
  return new Date(at).toISOString();
}
