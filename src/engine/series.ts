import type { Millis } from '../model/time.ts';

/** What a series must keep. */
export interface SeriesLimits {
  /** Samples this old, seen from the newest evaluation, may go. 0 keeps the newest only. */
  readonly retention: Millis;
  /** Keep one sample at or before the edge of the window, for differences. */
  readonly edge: boolean;
}

/** A sample's value: booleans are stored as 1 and 0. */
export type SampleValue = number | string;

/**
 * Samples of one key in order of observation time. Plain arrays used as a queue: `head` is the first live index.
 *
 * S1 Times never fall from `head` on.
 * S2 A window `(at − length, at]` holds exactly the samples observed in it.
 * S3 Restoring a saved series answers every question as the original would.
 */
export class Series {
  times: number[] = [];
  values: SampleValue[] = [];
  /** Ordinal of the sensor within the key. */
  sources: number[] = [];
  head = 0;

  get size(): number {
    return this.times.length - this.head;
  }

  newestTime(): Millis {
    return this.times.length > this.head ? (this.times[this.times.length - 1] as number) : Number.NEGATIVE_INFINITY;
  }

  newestValue(): SampleValue | undefined {
    return this.times.length > this.head ? this.values[this.values.length - 1] : undefined;
  }

  /** Adds a sample, in its place when it comes late. */
  add(at: Millis, value: SampleValue, source: number): void {
    const last = this.times.length - 1;
    if (last < this.head || at >= (this.times[last] as number)) {
      this.times.push(at);
      this.values.push(value);
      this.sources.push(source);
      return;
    }
    let i = last;
    while (i >= this.head && (this.times[i] as number) > at) i -= 1;
    this.times.splice(i + 1, 0, at);
    this.values.splice(i + 1, 0, value);
    this.sources.splice(i + 1, 0, source);
  }

  /** Lets go of what no window ending at or after `at` can ask for. */
  trim(at: Millis, limits: SeriesLimits): void {
    const { times } = this;
    const last = times.length - 1;
    if (limits.retention === 0) {
      this.head = Math.max(this.head, last);
    } else {
      const edge = at - limits.retention;
      const ahead = limits.edge ? 1 : 0;
      while (this.head + ahead <= last && (times[this.head + ahead] as number) <= edge) this.head += 1;
    }
    if (this.head > 32 && this.head * 2 > times.length) this.compact();
  }

  /** Index of the first sample later than `edge`; found from the newest backwards, because windows end there. */
  firstAfter(edge: Millis): number {
    let low = this.head;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] as number) > edge) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private compact(): void {
    this.times = this.times.slice(this.head);
    this.values = this.values.slice(this.head);
    this.sources = this.sources.slice(this.head);
    this.head = 0;
  }

  save(): SavedSeries {
    return { times: this.times.slice(this.head), values: this.values.slice(this.head), sources: this.sources.slice(this.head) };
  }

  static restore(saved: SavedSeries): Series {
    const series = new Series();
    series.times = saved.times.slice();
    series.values = saved.values.slice();
    series.sources = saved.sources.slice();
    return series;
  }
}

export interface SavedSeries {
  readonly times: readonly number[];
  readonly values: readonly SampleValue[];
  readonly sources: readonly number[];
}
