import type { Subject } from '../model/verdict.ts';
import type { Millis } from '../model/time.ts';
import type { CompiledRule, KeyState, LevelState, Member } from './compiled-rule.ts';
import { createKey } from './key-state.ts';
import { Series, type SavedSeries } from './series.ts';

/** A key as plain data: everything but the closures and what the registry says. */
export interface SavedKey {
  readonly id: string;
  readonly rule: string;
  readonly subject: Subject;
  readonly ordinal: number;
  readonly pooled: readonly SavedSeries[];
  readonly grouped: readonly (readonly SavedSeries[])[];
  readonly members: readonly Member[];
  readonly levels: readonly LevelState[];
  /** Names of the levels, in the same order. */
  readonly names: readonly string[];
  readonly time: Millis;
  readonly newest: Millis;
  readonly due: Millis;
  readonly silenceDue: Millis;
  readonly standing: number;
  readonly holding: number;
}

export function saveKey(id: string, key: KeyState): SavedKey {
  return {
    id,
    rule: key.compiled.rule.id,
    subject: key.subject,
    ordinal: key.ordinal,
    pooled: key.pooled.map((series) => series.save()),
    grouped: key.grouped.map((list) => list.map((series) => series.save())),
    members: key.members.map((member) => ({ ...member, matches: [...member.matches] })),
    levels: key.levels.map((state) => ({ ...state })),
    names: key.compiled.levels.map(({ rule }) => rule.level),
    time: key.time,
    newest: key.newest,
    due: key.due,
    silenceDue: key.silenceDue,
    standing: key.standing,
    holding: key.holding,
  };
}

export function restoreKey(saved: SavedKey, compiled: CompiledRule): KeyState {
  const key = createKey(compiled, saved.subject, saved.ordinal);
  saved.members.forEach((member, i) => {
    key.members.push({ ...member, matches: [...member.matches] });
    key.memberOf.set(member.sensor, i);
    if (member.cadence !== null) key.judged += 1;
    if (member.silent) key.silent += 1;
    member.matches.forEach((match, index) => {
      if (match === null) return;
      key.known[index] = (key.known[index] ?? 0) + 1;
      if (match) key.matching[index] = (key.matching[index] ?? 0) + 1;
    });
  });
  saved.pooled.forEach((series, i) => {
    key.pooled[i] = Series.restore(series);
  });
  saved.grouped.forEach((list, i) => {
    key.grouped[i] = list.map((series) => Series.restore(series));
  });
  saved.levels.forEach((state, i) => {
    key.levels[i] = { ...state };
  });
  key.time = saved.time;
  key.newest = saved.newest;
  key.due = saved.due;
  key.silenceDue = saved.silenceDue;
  key.standing = saved.standing;
  key.holding = saved.holding;
  return key;
}
