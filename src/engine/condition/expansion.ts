/** Named conditions that use named conditions multiply; written out they may have this many JSON values. */
const EXPANSION_LIMIT = 100_000;

/** A question that is not answered though json-rules-engine might: it would take no end of time, or run a script. */
export class EvaluationRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EvaluationRefused';
  }
}

/** Counts what named conditions come to when each use is written out. */
export class Expansion {
  private readonly sizes = new Map<unknown, number>();
  private total = 0;

  /** Called for each use. */
  charge(named: unknown): void {
    const size = this.sizes.get(named) ?? countValues(named);
    this.sizes.set(named, size);
    this.total += size;
    if (this.total <= EXPANSION_LIMIT) return;
    throw new EvaluationRefused(`refused: the named conditions, written out, come to more than ${EXPANSION_LIMIT} values`);
  }
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((count, member) => count + countValues(member), 1);
}
