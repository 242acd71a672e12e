import type { RuleSample } from './rule-files.ts';

/** One message in so many is loud. */
const LOUD = 200;

/** What sensors say, the same in every run. */
export class Sayings {
  private seed = 1;

  next(sample: RuleSample): RuleSample['quiet'][number] {
    this.seed = (Math.imul(this.seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const list = this.seed % LOUD === 0 && sample.loud.length > 0 ? sample.loud : sample.quiet;
    return { ...list[(this.seed >> 8) % list.length] };
  }
}

/** A step through all of them that is no divisor of their number: an order that has nothing to do with the memory. */
export function strideFor(count: number): number {
  let stride = 7_919;
  while (count % stride === 0) stride += 2;
  return stride;
}
