import { formatDuration, parseDuration } from '../../../model/time.ts';

/**
 * A number one unit of its last decimal down and up: 0.14 is 0.13 and 0.15, 35 is 34 and 36. As many units as come to `least`,
 * where one makes no difference that anybody could see.
 */
export function oneStep(value: number, least = 0): [number, number] {
  const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
  const unit = 10 ** -decimals;
  const step = Math.max(1, Math.ceil(least / unit)) * unit;
  return [Number((value - step).toFixed(decimals)), Number((value + step).toFixed(decimals))];
}

/** A duration shorter and longer by a tenth; nothing for one of no length. */
export function oneTenth(text: string): string[] {
  const ms = parseDuration(text) ?? 0;
  const tenth = Math.max(1, Math.round(ms / 10));
  return ms === 0 ? [] : [formatDuration(ms - tenth), formatDuration(ms + tenth)];
}
