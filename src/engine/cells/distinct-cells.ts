import type { Millis } from '../../model/time.ts';
import { TOLD, type Cells, type Held, type HeldSample, type SavedCells } from './cells.ts';

/** Names that one row remembers at the most; the one heard longest ago makes room. */
const MOST = 250_000;

/** When each name (a sensor, or a value) was last heard; those heard within the window are counted. */
export class DistinctCells implements Cells {
  private readonly window: Millis;
  private readonly by: 'sensor' | 'value';
  private readonly matches: ((value: number) => boolean) | null;
  /** Row → name → newest time, in order of that time. */
  private rows: Map<number, Map<number, Millis>> = new Map();
  private newest: Map<number, Millis> = new Map();
  /** The first of each row's names, as far as it was looked for: a map is slow to walk where many have left its front. */
  private readonly first = new Map<number, { readonly name: number; readonly time: Millis }>();

  constructor(window: Millis, by: 'sensor' | 'value', matches: ((value: number) => boolean) | null) {
    this.window = window;
    this.by = by;
    this.matches = matches;
  }

  grow(): void {}

  take(row: number, at: Millis, value: number, member: number): void {
    if (this.matches !== null && !this.matches(value)) return;
    let names = this.rows.get(row);
    if (names === undefined) {
      names = new Map();
      this.rows.set(row, names);
    }
    const name = this.by === 'sensor' ? member : value;
    const before = names.get(name);
    if (before !== undefined && before >= at) return;
    const first = this.first.get(row);
    if (first !== undefined && (first.name === name || at < first.time)) this.first.delete(row);
    names.delete(name);
    names.set(name, at);
    const newest = this.newest.get(row) ?? Number.NEGATIVE_INFINITY;
    // Names stand in the order of their times; a late one is put in its place.
    if (at >= newest) this.newest.set(row, at);
    else this.rows.set(row, new Map([...names].sort((a, b) => a[1] - b[1])));
    if (names.size > MOST) {
      this.first.delete(row);
      for (const oldest of names.keys()) return void names.delete(oldest);
    }
  }

  distinct(row: number, at: Millis): number {
    const names = this.rows.get(row);
    if (names === undefined) return 0;
    if ((this.first.get(row)?.time ?? Number.NEGATIVE_INFINITY) > at - this.window) return names.size;
    for (const [name, time] of names) {
      if (time > at - this.window) {
        this.first.set(row, { name, time });
        break;
      }
      names.delete(name);
      this.first.delete(row);
    }
    return names.size;
  }

  edge(row: number, at: Millis): Millis {
    const first = this.first.get(row);
    if (first !== undefined && first.time + this.window > at) return first.time + this.window;
    for (const time of this.rows.get(row)?.values() ?? []) if (time + this.window > at) return time + this.window;
    return Number.POSITIVE_INFINITY;
  }

  /** The names heard last: sensors by their member, values by themselves. */
  describe(row: number, at: Millis): Held {
    const within = [...(this.rows.get(row) ?? [])].filter(([, time]) => time > at - this.window);
    const newest = within
      .slice(-TOLD)
      .reverse()
      .map(([name, time]): HeldSample => {
        if (this.by === 'sensor') return { at: time, value: null, count: 1, member: name };
        return { at: time, value: name, count: 1 };
      });
    return { samples: within.length, from: at - this.window, to: at, covered: null, newest };
  }

  copyRow(other: DistinctCells, from: number, to: number): void {
    const names = other.rows.get(from);
    if (names === undefined) return;
    this.rows.set(to, new Map(names));
    this.first.delete(to);
    this.newest.set(to, other.newest.get(from) as Millis);
  }

  adopt(other: DistinctCells): void {
    this.rows = other.rows;
    this.first.clear();
    this.newest = other.newest;
  }

  save(): SavedCells {
    return { rows: [...this.rows].map(([row, names]) => [row, [...names]]), newest: [...this.newest] };
  }

  restore(saved: SavedCells): void {
    this.first.clear();
    this.rows = new Map((saved['rows'] as [number, [number, Millis][]][]).map(([row, names]) => [row, new Map(names)]));
    this.newest = new Map(saved['newest'] as [number, Millis][]);
  }

  get bytes(): number {
    let names = 0;
    for (const row of this.rows.values()) names += row.size;
    return names * 40 + this.rows.size * 64;
  }
}
