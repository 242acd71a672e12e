import type { Millis } from '../model/time.ts';
import type { SampleValue, Series } from './series.ts';

export type AggregateName = 'min' | 'max' | 'mean' | 'sum';

/** Sums of decimal readings must compare equal to the decimal thresholds that people write. */
export function roundForComparison(value: number): number {
  return Math.abs(value) < 1e6 ? Math.round(value * 1e9) / 1e9 : value;
}

/** `undefined` over an empty window: no data is no number. */
export function aggregate(name: AggregateName, series: Series, at: Millis, window: Millis): number | undefined {
  const from = series.firstAfter(at - window);
  const { times, values } = series;
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = from; i < times.length && (times[i] as number) <= at; i += 1) {
    const value = values[i];
    if (typeof value !== 'number') continue;
    count += 1;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return undefined;
  switch (name) {
    case 'min':
      return min;
    case 'max':
      return max;
    case 'sum':
      return roundForComparison(sum);
    case 'mean':
      return roundForComparison(sum / count);
  }
}

/** Samples in the window; only those equal to `equal` where it is given. */
export function countSamples(series: Series, at: Millis, window: Millis, equal: SampleValue | null): number {
  let count = 0;
  for (let i = series.firstAfter(at - window); i < series.times.length && (series.times[i] as number) <= at; i += 1) {
    if (equal === null || series.values[i] === equal) count += 1;
  }
  return count;
}

/** Different sensors with a sample in the window. */
export function countDistinct(series: Series, at: Millis, window: Millis, equal: SampleValue | null): number {
  const seen = new Set<number>();
  for (let i = series.firstAfter(at - window); i < series.times.length && (series.times[i] as number) <= at; i += 1) {
    if (equal === null || series.values[i] === equal) seen.add(series.sources[i] as number);
  }
  return seen.size;
}

/** Newest minus the newest at or before the start of the window; `undefined` when nothing is that old. */
export function change(series: Series, at: Millis, window: Millis, as: 'absolute' | 'percent'): number | undefined {
  const newest = series.newestValue();
  const first = series.firstAfter(at - window) - 1;
  if (first < series.head || typeof newest !== 'number') return undefined;
  const before = series.values[first];
  if (typeof before !== 'number') return undefined;
  if (as === 'absolute') return roundForComparison(newest - before);
  return before === 0 ? undefined : roundForComparison(((newest - before) / before) * 100);
}

/** Slope between the first and the last sample of the window, in units per `per`. */
export function rate(series: Series, at: Millis, window: Millis, per: Millis): number | undefined {
  const first = series.firstAfter(at - window);
  const last = series.times.length - 1;
  if (first >= last) return undefined;
  const a = series.values[first];
  const b = series.values[last];
  const elapsed = (series.times[last] as number) - (series.times[first] as number);
  if (typeof a !== 'number' || typeof b !== 'number' || elapsed <= 0) return undefined;
  return roundForComparison(((b - a) / elapsed) * per);
}
