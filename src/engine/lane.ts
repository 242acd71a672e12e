import type { Millis } from '../model/time.ts';
import type { Hearing } from './hearing.ts';
import type { ReorderBuffer } from './reorder-buffer.ts';
import type { RunningRule } from './running-rule.ts';
import type { TimerQueue } from './timer-queue.ts';

/** Rules that wait equally long for late readings, and those that ask each other: they see the same order of events. */
export interface Lane {
  readonly lateness: Millis;
  /** `null`: every reading is judged as it comes. */
  readonly buffer: ReorderBuffer | null;
  readonly timers: TimerQueue;
  /** `null` where nobody asks who is silent. */
  readonly hearing: Hearing | null;
}

/** How long each rule waits: as it says, or as long as the most patient of those that it asks or that ask it. */
export function latenessOf(rules: readonly RunningRule[]): ReadonlyMap<RunningRule, Millis> {
  const byId = new Map(rules.map((rule) => [rule.compiled.rule.id, rule]));
  const lateness = new Map(rules.map((rule) => [rule, rule.compiled.rule.lateness]));
  const links = rules.flatMap((rule) => rule.compiled.signs.map(({ sign }) => [rule, byId.get(sign)] as const));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [a, b] of links) {
      if (b === undefined) continue;
      const longer = Math.max(lateness.get(a) ?? 0, lateness.get(b) ?? 0);
      if (lateness.get(a) === longer && lateness.get(b) === longer) continue;
      lateness.set(a, longer);
      lateness.set(b, longer);
      changed = true;
    }
  }
  return lateness;
}
