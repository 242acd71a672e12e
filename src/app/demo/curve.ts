import type { Millis } from '../../model/time.ts';

export type Point = readonly [at: Millis, value: number];

/** Straight lines between the points; before the first and after the last it stays level. */
export function interpolate(points: readonly Point[], at: Millis): number {
  const first = points[0] as Point;
  if (at <= first[0]) return first[1];
  for (let i = 1; i < points.length; i += 1) {
    const [end, value] = points[i] as Point;
    if (at > end) continue;
    const [start, was] = points[i - 1] as Point;
    return was + ((value - was) * (at - start)) / (end - start);
  }
  return (points[points.length - 1] as Point)[1];
}

export function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
