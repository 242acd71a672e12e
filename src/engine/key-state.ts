import type { Millis } from '../model/time.ts';
import type { Subject } from '../model/verdict.ts';
import type { CompiledRule, KeyState, Member } from './compiled-rule.ts';
import { Series } from './series.ts';

export function createKey(compiled: CompiledRule, subject: Subject, ordinal: number): KeyState {
  return {
    compiled,
    subject,
    ordinal,
    pooled: compiled.pooled.map(() => new Series()),
    grouped: compiled.grouped.map(() => []),
    members: [],
    memberOf: new Map(),
    judged: 0,
    silent: 0,
    known: compiled.shares.map(() => 0),
    matching: compiled.shares.map(() => 0),
    levels: compiled.levels.map(() => ({ active: false, trueSince: Number.NaN, clearSince: Number.NaN })),
    placeAttributes: {},
    sensorAttributes: {},
    time: Number.NEGATIVE_INFINITY,
    newest: Number.NEGATIVE_INFINITY,
    due: Number.POSITIVE_INFINITY,
    scheduled: Number.POSITIVE_INFINITY,
    silenceDue: Number.POSITIVE_INFINITY,
    standing: -1,
    holding: -1,
  };
}

export function memberOrdinal(key: KeyState, sensor: string, cadence: Millis | null): number {
  const known = key.memberOf.get(sensor);
  if (known !== undefined) return known;
  const ordinal = key.members.length;
  key.members.push({
    sensor,
    cadence,
    lastSeen: Number.NEGATIVE_INFINITY,
    silent: false,
    matches: key.compiled.shares.map(() => null),
  });
  key.memberOf.set(sensor, ordinal);
  if (cadence !== null) key.judged += 1;
  for (const list of key.grouped) list.push(new Series());
  return ordinal;
}

/** Every change of a member's silence goes through here, so that the count is never counted anew. */
export function setSilent(key: KeyState, member: Member, silent: boolean): void {
  if (member.silent === silent) return;
  member.silent = silent;
  key.silent += silent ? 1 : -1;
}

/** Likewise for whether its newest value matches the share of values at `index`. */
export function setMatch(key: KeyState, member: Member, index: number, match: boolean): void {
  const before = member.matches[index] ?? null;
  if (before === match) return;
  member.matches[index] = match;
  if (before === null) key.known[index] = (key.known[index] ?? 0) + 1;
  if (match) key.matching[index] = (key.matching[index] ?? 0) + 1;
  else if (before === true) key.matching[index] = (key.matching[index] ?? 0) - 1;
}

/** True when the newest reading is older than the rule's `stale`: its facts are then not known. */
export function isStale(key: KeyState): boolean {
  const { stale } = key.compiled.rule;
  return stale !== null && key.time - key.newest > stale;
}
