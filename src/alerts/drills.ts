import type { Drill } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';

/** The exercises that last. */
export class Drills {
  private readonly byId = new Map<string, Drill>();

  /** @returns false for one that is known already */
  add(drill: Drill): boolean {
    if (this.byId.has(drill.id)) return false;
    this.byId.set(drill.id, drill);
    return true;
  }

  /** @returns the one that ends; `undefined` when there is none of that id */
  end(id: string): Drill | undefined {
    const drill = this.byId.get(id);
    this.byId.delete(id);
    return drill;
  }

  /** Those whose time is over. */
  over(now: Millis): readonly Drill[] {
    return [...this.byId.values()].filter(({ until }) => until <= now);
  }

  /** When the next one ends; Infinity for never. */
  next(): Millis {
    let next = Number.POSITIVE_INFINITY;
    for (const { until } of this.byId.values()) next = Math.min(next, until);
    return next;
  }

  list(): readonly Drill[] {
    return [...this.byId.values()];
  }

  restore(drills: readonly Drill[]): void {
    this.byId.clear();
    for (const drill of drills) this.add(drill);
  }
}
