import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';

/** A rule that asks for others: it is looked at when all that it asks for have been judged. */
export interface AskingRule {
  /** 0 for one that asks for nobody; else one more than the highest rank that it asks for. */
  readonly rank: number;
  /** Breaks ties. */
  readonly ordinal: number;
  touch(key: number, at: Millis, out: Verdict[]): void;
}

/**
 * Keys of rules that ask for other signs, to be looked at once those have been judged: in the order of who asks whom, so that
 * nobody is judged by one sign of after a reading and another of before it.
 */
export class AskedRules {
  private readonly waiting = new Map<AskingRule, Map<number, Millis>>();

  add(rule: AskingRule, key: number, at: Millis): void {
    const keys = this.waiting.get(rule);
    if (keys === undefined) this.waiting.set(rule, new Map([[key, at]]));
    else keys.set(key, Math.max(at, keys.get(key) ?? at));
  }

  /** Looks at all of them; whoever asks for one of these is looked at after it. */
  flush(out: Verdict[]): void {
    while (this.waiting.size > 0) {
      let first: AskingRule | null = null;
      for (const rule of this.waiting.keys()) if (first === null || before(rule, first)) first = rule;
      if (first === null) return;
      const keys = this.waiting.get(first) as Map<number, Millis>;
      this.waiting.delete(first);
      for (const [key, at] of [...keys].sort(([a], [b]) => a - b)) first.touch(key, at, out);
    }
  }
}

function before(a: AskingRule, b: AskingRule): boolean {
  return a.rank !== b.rank ? a.rank < b.rank : a.ordinal < b.ordinal;
}
