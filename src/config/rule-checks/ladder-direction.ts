import type { Condition } from '../../model/condition.ts';
import { LEVELS, type Level } from '../../model/level.ts';
import type { Problem } from '../../model/problem.ts';
import type { RuleFile } from '../rule-file-shape.ts';
import { comparisonsIn, partsOf, type Direction } from './threshold-ladder.ts';

/** Names of names are followed so far. */
const NAMES = 16;

interface Plain {
  readonly level: Level;
  readonly direction: Direction;
  readonly bound: number;
}

/**
 * Of levels that are one plain threshold each, all rise or all fall: blue above 5 with yellow below 3 is a slip. Where some level
 * bounds the fact on both sides, the levels are a band, and may each go their way.
 */
export function checkLadderDirection(rule: RuleFile, file: string): Problem[] {
  const plain = new Map<string, Plain>();
  const bands = new Set<string>();
  const opposed = new Map<string, Problem>();
  for (const level of LEVELS) {
    const when = unwrapped(rule.levels[level]?.when, rule);
    if (when === undefined) continue;
    const sides = new Map<string, Direction>();
    for (const { fact, direction, bound } of comparisonsIn(when, rule)) {
      if (sides.has(fact) && sides.get(fact) !== direction) bands.add(fact);
      sides.set(fact, direction);
      if (partsOf(when) !== 1) continue;
      const before = plain.get(fact);
      if (before === undefined) plain.set(fact, { level, direction, bound });
      else if (before.direction !== direction && !opposed.has(fact)) {
        const message = `${sentence({ level, direction, bound })} but ${sentence(before)}, so that no order of danger is seen; turn one comparison round, or bound each level on both sides.`;
        opposed.set(fact, { code: 'rule-ladder', file, pointer: `/levels/${level}/when`, message });
      }
    }
  }
  return [...opposed].filter(([fact]) => !bands.has(fact)).map(([, problem]) => problem);
}

function sentence({ level, direction, bound }: Plain): string {
  return `${level} is raised ${direction === 'up' ? 'above' : 'below'} ${bound}`;
}

/** The condition behind a name, or behind a list of one. */
function unwrapped(condition: Condition | undefined, rule: RuleFile): Condition | undefined {
  let inner = condition;
  for (let i = 0; i < NAMES && inner !== undefined; i += 1) {
    const only = onlyPart(inner, rule.conditions ?? {});
    if (only === undefined) return inner;
    inner = only;
  }
  return inner;
}

function onlyPart(condition: Condition, named: Readonly<Record<string, Condition>>): Condition | undefined {
  if ('condition' in condition) return Object.hasOwn(named, condition.condition) ? named[condition.condition] : undefined;
  return 'all' in condition && condition.all.length === 1 ? condition.all[0] : undefined;
}
