import type { Alert } from '../model/alert.ts';
import type { Rule } from '../model/rule.ts';
import type { Silence } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';

/** The silences that are to come or last. */
export class Silences {
  private readonly byId = new Map<string, Silence>();

  add(silence: Silence): void {
    this.byId.set(silence.id, silence);
  }

  /** @returns false when there is none of that id */
  end(id: string): boolean {
    return this.byId.delete(id);
  }

  /** The silence that keeps the alert from opening an order at that time. */
  hushing(alert: Alert, rule: Rule, at: Millis, lifeSafety: readonly string[]): Silence | null {
    if (alert.drill === true) return null;
    const sort = rule.order?.kind ?? null;
    for (const silence of this.byId.values()) {
      if (at < silence.from || at >= silence.until) continue;
      if (!silence.lifeSafety && sort !== null && lifeSafety.includes(sort)) continue;
      if (matches(silence, alert, sort)) return silence;
    }
    return null;
  }

  /** When the next one ends; Infinity for never. */
  next(): Millis {
    let next = Number.POSITIVE_INFINITY;
    for (const { until } of this.byId.values()) next = Math.min(next, until);
    return next;
  }

  /** Forgets those that are over. @returns whether there was any */
  expire(now: Millis): boolean {
    let any = false;
    for (const { id, until } of this.byId.values()) if (until <= now) any = this.byId.delete(id) || any;
    return any;
  }

  list(): readonly Silence[] {
    return [...this.byId.values()];
  }

  restore(silences: readonly Silence[]): void {
    this.byId.clear();
    for (const silence of silences) this.add(silence);
  }
}

function matches({ match }: Silence, { rule, subject }: Alert, sort: string | null): boolean {
  if (match.rule !== undefined && match.rule !== rule) return false;
  if (match.sort !== undefined && match.sort !== sort) return false;
  if (match.place !== undefined && match.place !== subject.place) return false;
  if (match.street !== undefined && match.street !== subject.street) return false;
  return match.key === undefined || match.key === subject.key;
}
