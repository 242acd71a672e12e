import type { ExplainedLevel } from '../../model/explanation.ts';
import { formatDuration, isoTime, type Millis } from '../../model/time.ts';
import type { CompiledLevel } from '../compiled-rule.ts';
import { FALSE, TRUE } from '../condition/compile-condition.ts';
import { explainCondition } from './explain-condition.ts';
import { KEY } from './replica.ts';
import type { Sight } from './sight.ts';

/** Where each level stands, lowest first, with the timers that run. */
export function explainLevels(sight: Sight): ExplainedLevel[] {
  return sight.replica.compiled.levels.map((level, i) => explainLevel(level, i, sight));
}

function explainLevel(level: CompiledLevel, i: number, sight: Sight): ExplainedLevel {
  const { at } = sight;
  const { memory } = sight.live;
  const active = ((memory.active[sight.key] as number) & (1 << i)) !== 0;
  const since = memory.trueSince[sight.key * memory.levels + i] as number;
  const clearSince = memory.clearSince[sight.key * memory.levels + i] as number;
  const clearHold = Math.max(level.rule.clearHold, longerBy(i, sight));
  const runs = !active && !Number.isNaN(since);
  const holds = runs && level.when(KEY) === TRUE;
  const clears = active && !Number.isNaN(clearSince) && clearsNow(level);
  return {
    level: level.rule.level,
    state: active ? 'active' : runs ? 'holding' : 'quiet',
    since: timeOrNull(since),
    hold: formatDuration(level.rule.hold),
    held: runs ? formatDuration(Math.max(0, at - since)) : null,
    raises: holds ? sight.moment(since + level.rule.hold) : null,
    clearSince: active ? timeOrNull(clearSince) : null,
    clearHold: formatDuration(clearHold),
    clearHeld: active && !Number.isNaN(clearSince) ? formatDuration(Math.max(0, at - clearSince)) : null,
    clears: clears ? sight.moment(clearSince + clearHold) : null,
    when: explainCondition(level.whenTree, sight),
    clear: level.clearTree === null ? null : explainCondition(level.clearTree, sight),
  };
}

/** How long flapping makes a level stand. */
export function longerBy(i: number, { live, key, at }: Sight): Millis {
  return live.flapping?.longer(key, i, at) ?? 0;
}

function clearsNow({ when, clear }: CompiledLevel): boolean {
  return clear === null ? when(KEY) === FALSE : clear(KEY) === TRUE;
}

function timeOrNull(at: Millis): string | null {
  return Number.isNaN(at) ? null : isoTime(at);
}
