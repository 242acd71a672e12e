import type { Rule } from '../model/rule.ts';
import { DRILL_KEY, type Drill } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';

/** By which rule, and where. */
export interface DrillPlace {
  readonly rule: Rule;
  readonly place: string;
  readonly street: string;
}

/** What the engine would say if a sensor had raised it; under a key that no sensor has. */
export function exercise({ id, level, reason }: Drill, { rule, place, street }: DrillPlace, at: Millis): Verdict {
  return {
    kind: 'verdict',
    rule,
    subject: { key: `${DRILL_KEY}${id}`, sensor: null, place, street },
    level,
    was: null,
    pending: null,
    at,
    since: at,
    value: null,
    because: { zh: `演练：${reason}`, en: `Exercise: ${reason}` },
  };
}
