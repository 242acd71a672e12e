import { levelRank, type Level } from '../../model/level.ts';
import { formatDuration, type Millis } from '../../model/time.ts';
import type { LevelChange, Recording } from './trial.ts';

/** What becomes of one level at the key that reaches it first. */
export interface Course {
  /** First change to the level or a higher one. */
  readonly raised: LevelChange | undefined;
  /** First change below the level after that. */
  readonly fallen: LevelChange | undefined;
}

export function courseOf(level: Level, changes: readonly LevelChange[]): Course {
  const rank = levelRank(level);
  const at = changes.findIndex((change) => levelRank(change.level) >= rank);
  const raised = changes[at];
  const fallen = changes.find((change, i) => i > at && change.key === raised?.key && levelRank(change.level) < rank);
  return { raised, fallen: raised === undefined ? undefined : fallen };
}

export function neverReached(level: Level, { changes }: Recording): string[] {
  const { raised } = courseOf(level, changes);
  return raised === undefined ? [] : [`expected never ${level}, got ${showRaised(raised)}`];
}

export function reachedAt(level: Level, at: Millis, { changes }: Recording): string[] {
  const { raised } = courseOf(level, changes);
  return raised?.at === at ? [] : [`expected ${level} at ${formatDuration(at)}, got ${showRaised(raised)}`];
}

export function fallenAt(level: Level, at: Millis, { changes }: Recording): string[] {
  const { raised, fallen } = courseOf(level, changes);
  if (raised !== undefined && fallen?.at === at) return [];
  return [`expected below ${level} at ${formatDuration(at)}, got ${raised === undefined ? `never ${level}` : showFallen(level, fallen)}`];
}

export function keptUp(level: Level, { changes }: Recording): string[] {
  const { raised, fallen } = courseOf(level, changes);
  if (raised !== undefined && fallen === undefined) return [];
  return [`expected still ${level}, got ${raised === undefined ? `never ${level}` : showFallen(level, fallen)}`];
}

/** When no level is left, a latched alert goes on firing until a person resets it; any other is over. */
export function alertLeft(latched: boolean, { changes, alerts }: Recording): string[] {
  const last = changes.at(-1);
  if (last === undefined || last.level !== null) return [];
  const want = latched ? 'firing' : 'resolved';
  const got = alerts.findLast((alert) => alert.key === last.key)?.state ?? 'none';
  return got === want ? [] : [`expected the alert ${want} at the end, got ${got}`];
}

function showRaised(change: LevelChange | undefined): string {
  return change === undefined ? 'never' : `${String(change.level)} at ${formatDuration(change.at)}`;
}

function showFallen(level: Level, change: LevelChange | undefined): string {
  return change === undefined ? `still ${level}` : `${change.level ?? 'none'} at ${formatDuration(change.at)}`;
}
