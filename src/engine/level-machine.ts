import type { Millis } from '../model/time.ts';
import type { CompiledLevel, CompiledRule } from './compiled-rule.ts';
import { FALSE, TRUE, UNKNOWN } from './condition/compile-condition.ts';
import type { Flapping } from './flapping.ts';
import { CLOCK, TIME } from './key-clock.ts';

/**
 * Moves every level of a key to where its conditions put it at the time that the key has reached.
 *
 * L1 A level rises only after its condition was true for the whole hold, in event time.
 * L2 An unknown condition neither raises nor clears: silence proves nothing.
 * L3 A level falls only after its clear condition was true for the whole clear hold.
 *
 * @returns true when the standing or the level being held has changed.
 */
export function stepLevels(compiled: CompiledRule, key: number, flapping: Flapping | null): boolean {
  const { levels, memory } = compiled;
  const at = memory.clock[key * CLOCK + TIME] as number;
  const from = key * levels.length;
  let active = memory.active[key] as number;
  let standing = -1;
  let holding = -1;
  let running = false;
  for (let i = 0; i < levels.length; i += 1) {
    const level = levels[i] as CompiledLevel;
    const bit = 1 << i;
    if ((active & bit) === 0) {
      const truth = level.when(key);
      if (truth === TRUE) {
        let since = memory.trueSince[from + i] as number;
        if (Number.isNaN(since)) {
          since = at;
          memory.trueSince[from + i] = at;
        }
        if (at - since >= level.rule.hold) {
          active |= bit;
          memory.clearSince[from + i] = Number.NaN;
          flapping?.raised(key, i, at);
        }
      } else if (truth === FALSE) memory.trueSince[from + i] = Number.NaN;
    } else if (clears(compiled, level, key)) {
      let since = memory.clearSince[from + i] as number;
      if (Number.isNaN(since)) {
        since = at;
        memory.clearSince[from + i] = at;
      }
      const hold = flapping === null ? level.rule.clearHold : Math.max(level.rule.clearHold, flapping.longer(key, i, at));
      if (at - since >= hold) {
        active &= ~bit;
        memory.trueSince[from + i] = Number.NaN;
        memory.clearSince[from + i] = Number.NaN;
      }
    }
    if ((active & bit) !== 0) standing = i;
    else if (!Number.isNaN(memory.trueSince[from + i])) {
      holding = i;
      running = true;
    }
  }
  if (holding < standing) holding = -1;
  memory.active[key] = active;
  memory.busy[key] = standing !== -1 || running ? 1 : 0;
  const changed = standing !== memory.standing[key] || holding !== memory.holding[key];
  memory.standing[key] = standing;
  memory.holding[key] = holding;
  return changed;
}

/** True when the condition that ends the level holds now; stops the clear hold when it is known not to. */
function clears({ memory, levels }: CompiledRule, level: CompiledLevel, key: number): boolean {
  const truth = level.clear === null ? inverse(level.when(key)) : level.clear(key);
  if (truth === FALSE) memory.clearSince[key * levels.length + levels.indexOf(level)] = Number.NaN;
  return truth === TRUE;
}

function inverse(truth: 0 | 1 | 2): 0 | 1 | 2 {
  return truth === UNKNOWN ? UNKNOWN : truth === TRUE ? FALSE : TRUE;
}

/** A gap longer than `stale` breaks every hold: what happened in it is not known. */
export function breakHolds({ memory, levels }: CompiledRule, key: number): void {
  for (let i = 0; i < levels.length; i += 1) {
    if (((memory.active[key] as number) & (1 << i)) === 0) memory.trueSince[key * levels.length + i] = Number.NaN;
    memory.clearSince[key * levels.length + i] = Number.NaN;
  }
}

/** The next time, later than the key's own, at which it may change though nothing arrives. `asked`: others hear its value. */
export function nextDue(
  compiled: CompiledRule,
  key: number,
  { flapping, asked }: { readonly flapping: Flapping | null; readonly asked: boolean },
): Millis {
  const { levels, memory } = compiled;
  const at = memory.clock[key * CLOCK + TIME] as number;
  const from = key * levels.length;
  let due = Number.POSITIVE_INFINITY;
  let quiet = true;
  for (let i = 0; memory.busy[key] === 1 && i < levels.length; i += 1) {
    const since = memory.trueSince[from + i] as number;
    if (Number.isNaN(since)) continue;
    quiet = false;
    const { rule } = levels[i] as CompiledLevel;
    if (((memory.active[key] as number) & (1 << i)) === 0) due = earlier(due, since + rule.hold, at);
    else {
      const clear = memory.clearSince[from + i] as number;
      const hold = flapping === null ? rule.clearHold : Math.max(rule.clearHold, flapping.longer(key, i, at));
      due = earlier(due, clear + hold, at);
    }
  }
  for (const edge of compiled.dues) due = earlier(due, edge(key, at), at);
  if (!quiet || asked || compiled.wakesQuietKeys) for (const edge of compiled.edges) due = earlier(due, edge(key, at), at);
  return due;
}

function earlier(due: Millis, candidate: Millis, at: Millis): Millis {
  return candidate > at && candidate < due ? candidate : due;
}
