import type { Millis } from '../model/time.ts';

/** Readings of one span of time, each of one measure, that wait for their turn. */
class Bucket {
  at = new Float64Array(16);
  value = new Float64Array(16);
  sensor = new Int32Array(16);
  /** Negative: what the engine has to remember besides measures. */
  measure = new Int32Array(16);
  size = 0;
  sorted = true;
  /** Who spoke, in any order. */
  private heardAt = new Float64Array(16);
  private heardSensor = new Int32Array(16);
  private heard = 0;

  hear(at: Millis, sensor: number): void {
    if (this.heard === this.heardAt.length) {
      this.heardAt = wider(this.heardAt, new Float64Array(this.heard * 2));
      this.heardSensor = wider(this.heardSensor, new Int32Array(this.heard * 2));
    }
    this.heardAt[this.heard] = at;
    this.heardSensor[this.heard] = sensor;
    this.heard += 1;
  }

  /** Whoever is waited for gets a turn among what is measured. */
  tell(outlet: Outlet): void {
    for (let i = 0; i < this.heard; i += 1) {
      const at = this.heardAt[i] as number;
      const sensor = this.heardSensor[i] as number;
      if (outlet.heard(at, sensor)) this.push(at, sensor, HEARD, 0);
    }
  }

  empty(): void {
    this.size = 0;
    this.sorted = true;
    this.heard = 0;
  }

  push(at: Millis, sensor: number, measure: number, value: number): void {
    const i = this.size;
    if (i === this.at.length) this.grow();
    if (i > 0 && this.sorted) {
      const before = this.at[i - 1] as number;
      // Readings of one moment may be of several sensors: sorted on release.
      this.sorted = before < at || (before === at && this.sensor[i - 1] === sensor && (this.measure[i - 1] as number) < measure);
    }
    this.at[i] = at;
    this.sensor[i] = sensor;
    this.measure[i] = measure;
    this.value[i] = value;
    this.size = i + 1;
  }

  private grow(): void {
    const length = this.at.length * 2;
    this.at = wider(this.at, new Float64Array(length));
    this.value = wider(this.value, new Float64Array(length));
    this.sensor = wider(this.sensor, new Int32Array(length));
    this.measure = wider(this.measure, new Int32Array(length));
  }

  save(id: number): SavedBucket {
    const { size, heard } = this;
    return {
      id,
      at: this.at.slice(0, size),
      sensor: this.sensor.slice(0, size),
      measure: this.measure.slice(0, size),
      value: this.value.slice(0, size),
      heardAt: this.heardAt.slice(0, heard),
      heardSensor: this.heardSensor.slice(0, heard),
    };
  }
}

interface SavedBucket {
  readonly id: number;
  readonly at: Float64Array;
  readonly sensor: Int32Array;
  readonly measure: Int32Array;
  readonly value: Float64Array;
  readonly heardAt: Float64Array;
  readonly heardSensor: Int32Array;
}

export interface SavedBuffer {
  readonly buckets: readonly SavedBucket[];
}

/** Where it goes that has waited long enough. */
export interface Outlet {
  /** What comes now is no earlier than this. */
  begin(moment: Millis): void;
  /** A sensor spoke. @returns true when somebody waits for that: it then comes again in its turn, as `HEARD` */
  heard(at: Millis, sensor: number): boolean;
  /** Tells sensors of one moment apart. */
  compare(a: number, b: number): number;
  each(at: Millis, sensor: number, measure: number, value: number): void;
}

/** In place of a measure: that a sensor spoke at all. */
export const HEARD = -2;
/** In place of a measure: that it spoke, and said nothing to be judged. */
export const UNJUDGED = -1;
/** Buckets that a lateness is cut into: what waits is let go a bucket at a time. */
const BUCKETS = 64;

/**
 * Readings in the order of their time, for rules that wait for late ones.
 *
 * O1 What comes out of `release` is sorted by time, then sensor, then measure, then value: arrival leaves no trace.
 * O2 Who spoke is told bucket by bucket, whatever was measured in it comes after: how often it is asked leaves no trace.
 */
export class ReorderBuffer {
  readonly lateness: Millis;
  readonly width: Millis;
  private readonly buckets = new Map<number, Bucket>();
  private earliest = Number.POSITIVE_INFINITY;
  /** The bucket that was added to last: most readings go there. */
  private lastId = Number.NaN;
  private last: Bucket | undefined;
  /** Emptied buckets, to be filled again. */
  private readonly spare: Bucket[] = [];

  constructor(lateness: Millis) {
    this.lateness = lateness;
    this.width = Math.max(1, Math.ceil(lateness / BUCKETS));
  }

  add(at: Millis, sensor: number, measure: number, value: number): void {
    this.bucketOf(at).push(at, sensor, measure, value);
  }

  /** That the sensor spoke: comes out before what is added of the same short time. */
  hear(at: Millis, sensor: number): void {
    this.bucketOf(at).hear(at, sensor);
  }

  private bucketOf(at: Millis): Bucket {
    const id = Math.floor(at / this.width);
    let bucket = id === this.lastId ? this.last : this.buckets.get(id);
    if (bucket === undefined) {
      bucket = this.spare.pop() ?? new Bucket();
      this.buckets.set(id, bucket);
      if (id < this.earliest) this.earliest = id;
    }
    this.lastId = id;
    this.last = bucket;
    return bucket;
  }

  /** Everything up to here, and nothing later, may be let go when the clock says `now`. */
  frontier(now: Millis): Millis {
    return Math.floor((now - this.lateness) / this.width) * this.width;
  }

  /** Clock time at which something held back since `at` may be let go. */
  releaseOf(at: Millis): Millis {
    return (Math.floor(at / this.width) + 1) * this.width + this.lateness;
  }

  nextAt(): Millis {
    return this.earliest === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : (this.earliest + 1) * this.width + this.lateness;
  }

  /** Hands over, in order, what may be let go now. */
  release(now: Millis, outlet: Outlet): void {
    const until = this.frontier(now);
    while (this.buckets.size > 0 && (this.earliest + 1) * this.width <= until) {
      const bucket = this.buckets.get(this.earliest) as Bucket;
      outlet.begin(this.earliest * this.width);
      this.buckets.delete(this.earliest);
      this.earliest = this.next(this.earliest + 1);
      if (bucket === this.last) this.lastId = Number.NaN;
      bucket.tell(outlet);
      this.hand(bucket, outlet);
      bucket.empty();
      if (this.spare.length < BUCKETS) this.spare.push(bucket);
    }
  }

  /** The earliest bucket that is left; mostly the neighbour of the one before. */
  private next(neighbour: number): number {
    if (this.buckets.has(neighbour)) return neighbour;
    let earliest = Number.POSITIVE_INFINITY;
    for (const id of this.buckets.keys()) if (id < earliest) earliest = id;
    return earliest;
  }

  private hand(bucket: Bucket, outlet: Outlet): void {
    const { at, sensor, measure, value, size } = bucket;
    if (bucket.sorted) {
      for (let i = 0; i < size; i += 1) outlet.each(at[i] as number, sensor[i] as number, measure[i] as number, value[i] as number);
      return;
    }
    const order = sortedOrder(
      size,
      (i, j) =>
        (at[i] as number) - (at[j] as number) ||
        (sensor[i] === sensor[j] ? 0 : outlet.compare(sensor[i] as number, sensor[j] as number)) ||
        (measure[i] as number) - (measure[j] as number) ||
        (value[i] as number) - (value[j] as number),
    );
    for (const i of order) outlet.each(at[i] as number, sensor[i] as number, measure[i] as number, value[i] as number);
  }

  /** What waits of these sensors, each reading once; in no order. */
  *waiting(sensors: ReadonlySet<number>): Generator<{ at: Millis; sensor: number; measure: number; value: number }> {
    for (const { at, sensor, measure, value, size } of this.buckets.values()) {
      for (let i = 0; i < size; i += 1) {
        if (!sensors.has(sensor[i] as number)) continue;
        yield { at: at[i] as number, sensor: sensor[i] as number, measure: measure[i] as number, value: value[i] as number };
      }
    }
  }

  save(): SavedBuffer {
    return { buckets: [...this.buckets].map(([id, bucket]) => bucket.save(id)) };
  }

  restore(saved: SavedBuffer): void {
    this.buckets.clear();
    this.earliest = Number.POSITIVE_INFINITY;
    this.lastId = Number.NaN;
    for (const { at, sensor, measure, value, heardAt, heardSensor } of saved.buckets) {
      at.forEach((time, i) => this.add(time, sensor[i] as number, measure[i] as number, value[i] as number));
      heardAt.forEach((time, i) => this.hear(time, heardSensor[i] as number));
    }
  }
}

function wider<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** Numbers below `size` in order. Most of what arrives is in order but for neighbours, and those are found at once. */
function sortedOrder(size: number, compare: (i: number, j: number) => number): number[] {
  const order: number[] = [];
  let moves = 0;
  for (let i = 0; i < size; i += 1) {
    let j = i;
    for (; j > 0 && compare(i, order[j - 1] as number) < 0; j -= 1) order[j] = order[j - 1] as number;
    order[j] = i;
    moves += i - j;
    // A flood out of order is sorted whole; equals stay as they came either way.
    if (moves > 8 * size) return Array.from({ length: size }, (_, n) => n).sort(compare);
  }
  return order;
}
