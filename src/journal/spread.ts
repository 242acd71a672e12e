/** Values kept one by one; more are counted in classes that are 2 per cent wide. */
const KEPT = 1_000;
/** The middle of a class is within one per cent of all that is in it. */
const GROWTH = Math.log(1.01 / 0.99);

/** How a number of times is spread, in bounded memory however many there are: at most some 1,200 classes between 1 ms and a year. */
export class Spread {
  count = 0;
  private kept: number[] | null = [];
  private readonly counts = new Map<number, number>();

  /** @param value ms, not negative. */
  add(value: number): void {
    this.count += 1;
    if (this.kept === null) {
      this.classify(value);
      return;
    }
    this.kept.push(value);
    if (this.kept.length <= KEPT) return;
    for (const one of this.kept) this.classify(one);
    this.kept = null;
  }

  /** How many are in use: all the memory that there is, once there are many. */
  get classes(): number {
    return this.counts.size;
  }

  get exact(): boolean {
    return this.kept !== null;
  }

  /** By nearest rank: the smallest value that at least this share of all do not exceed. `null` when there is none. */
  quantile(share: number): number | null {
    if (this.count === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.count));
    if (this.kept !== null) return this.kept.toSorted((a, b) => a - b)[rank - 1] as number;
    let below = 0;
    const sorted = [...this.counts.keys()].sort((a, b) => a - b);
    for (const one of sorted) {
      below += this.counts.get(one) as number;
      if (below >= rank) return one === ZERO ? 0 : Math.round(Math.exp((one - 0.5) * GROWTH));
    }
    return null;
  }

  private classify(value: number): void {
    const one = value < 1 ? ZERO : Math.ceil(Math.log(value) / GROWTH);
    this.counts.set(one, (this.counts.get(one) ?? 0) + 1);
  }
}

/** Of what took no time. */
const ZERO = -1;
