import type { Millis } from '../model/time.ts';
import { FALSE, TRUE, UNKNOWN } from './compile-condition.ts';
import type { CompiledLevel, KeyState, LevelState } from './compiled-rule.ts';
import { setSilent } from './key-state.ts';

/**
 * Moves every level of a key to where its conditions put it at `key.time`.
 *
 * L1 A level rises only after its condition was true for the whole hold, in event time.
 * L2 An unknown condition neither raises nor clears: silence proves nothing.
 * L3 A level falls only after its clear condition was true for the whole clear hold.
 *
 * @returns true when the standing or the level being held has changed.
 */
export function stepLevels(key: KeyState): boolean {
  const { levels } = key.compiled;
  let standing = -1;
  let holding = -1;
  for (let i = 0; i < levels.length; i += 1) {
    const state = key.levels[i] as LevelState;
    stepLevel(levels[i] as CompiledLevel, state, key);
    if (state.active) standing = i;
    else if (!Number.isNaN(state.trueSince)) holding = i;
  }
  if (holding < standing) holding = -1;
  const changed = standing !== key.standing || holding !== key.holding;
  key.standing = standing;
  key.holding = holding;
  return changed;
}

function stepLevel(level: CompiledLevel, state: LevelState, key: KeyState): void {
  const truth = level.when(key);
  if (!state.active) {
    if (truth === TRUE) {
      if (Number.isNaN(state.trueSince)) state.trueSince = key.time;
      if (key.time - state.trueSince >= level.rule.hold) {
        state.active = true;
        state.clearSince = Number.NaN;
      }
    } else if (truth === FALSE) state.trueSince = Number.NaN;
    return;
  }
  const clear = level.clear === null ? (truth === UNKNOWN ? UNKNOWN : truth === TRUE ? FALSE : TRUE) : level.clear(key);
  if (clear === TRUE) {
    if (Number.isNaN(state.clearSince)) state.clearSince = key.time;
    if (key.time - state.clearSince >= level.rule.clearHold) {
      state.active = false;
      state.trueSince = Number.NaN;
      state.clearSince = Number.NaN;
    }
  } else if (clear === FALSE) state.clearSince = Number.NaN;
}

/** A gap longer than `stale` breaks every hold: what happened in it is not known. */
export function breakHolds(key: KeyState): void {
  for (const state of key.levels) {
    if (!state.active) state.trueSince = Number.NaN;
    state.clearSince = Number.NaN;
  }
}

/** The next time, later than `key.time`, at which this key may change though nothing arrives. */
export function nextDue(key: KeyState, notBefore: Millis): Millis {
  const { compiled, time } = key;
  let due = Number.POSITIVE_INFINITY;
  let quiet = true;
  compiled.levels.forEach((level, i) => {
    const state = key.levels[i] as LevelState;
    if (state.active || !Number.isNaN(state.trueSince)) quiet = false;
    if (!state.active) due = earlier(due, state.trueSince + level.rule.hold, time);
    else due = earlier(due, state.clearSince + level.rule.clearHold, time);
  });
  for (const { series, after } of compiled.absences) {
    const newest = series === null ? key.newest : (key.pooled[series]?.newestTime() ?? Number.NEGATIVE_INFINITY);
    due = earlier(due, newest + after, time);
  }
  // What could not yet be judged at its time is judged as soon as it may be.
  if (compiled.silence) due = key.silenceDue <= time ? Math.min(due, Math.max(notBefore, time + 1)) : Math.min(due, key.silenceDue);
  if (!quiet || compiled.wakesQuietKeys) due = Math.min(due, nextEdge(key));
  return due;
}

function earlier(due: Millis, candidate: Millis, time: Millis): Millis {
  return candidate > time && candidate < due ? candidate : due;
}

/** When the next sample leaves one of the rule's windows. */
function nextEdge(key: KeyState): Millis {
  let due = Number.POSITIVE_INFINITY;
  for (const window of key.compiled.windows) {
    for (const series of key.pooled) {
      const at = series.times[series.firstAfter(key.time - window)];
      if (at !== undefined) due = earlier(due, at + window, key.time);
    }
    for (const list of key.grouped) {
      for (const series of list) {
        const at = series.times[series.firstAfter(key.time - window)];
        if (at !== undefined) due = earlier(due, at + window, key.time);
      }
    }
  }
  return due;
}

/** Marks the members that fell silent by `key.time`, and finds when the next may. */
export function markSilence(key: KeyState): void {
  key.silenceDue = Number.POSITIVE_INFINITY;
  for (const member of key.members) {
    if (member.cadence === null || member.silent) continue;
    const due = member.lastSeen + member.cadence * 3;
    if (due <= key.time) setSilent(key, member, true);
    else if (due < key.silenceDue) key.silenceDue = due;
  }
}
