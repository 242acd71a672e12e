import type { Millis } from '../model/time.ts';

/** Orders by when their clocks next have something to say. Ties go by the order's id, so that replay is exact. */
export class DueOrders {
  private readonly at = new Map<string, Millis>();
  /** The soonest, or `null` when it has to be looked for. */
  private soonest: { readonly id: string; readonly at: Millis } | null = null;

  /** Infinity: nothing more. */
  set(id: string, at: Millis): void {
    if (at === Number.POSITIVE_INFINITY) this.at.delete(id);
    else this.at.set(id, at);
    if (this.soonest?.id === id) this.soonest = null;
    else if (this.soonest !== null && before({ id, at }, this.soonest)) this.soonest = { id, at };
  }

  next(): Millis {
    return this.find()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** The order that is due soonest, when that is at or before `until`; it is then no longer waited for. */
  take(until: Millis): string | null {
    const found = this.find();
    if (found === null || found.at > until) return null;
    this.set(found.id, Number.POSITIVE_INFINITY);
    return found.id;
  }

  clear(): void {
    this.at.clear();
    this.soonest = null;
  }

  private find(): { readonly id: string; readonly at: Millis } | null {
    if (this.soonest !== null) return this.soonest;
    for (const [id, at] of this.at) if (this.soonest === null || before({ id, at }, this.soonest)) this.soonest = { id, at };
    return this.soonest;
  }
}

function before(a: { readonly id: string; readonly at: Millis }, b: { readonly id: string; readonly at: Millis }): boolean {
  return a.at !== b.at ? a.at < b.at : a.id < b.id;
}
