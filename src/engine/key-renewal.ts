import type { Sensor } from '../model/place.ts';
import type { Subject } from '../model/verdict.ts';
import type { CompiledRule, LevelState } from './compiled-rule.ts';
import type { SavedKey } from './key-snapshot.ts';

/** What the city says now, and whether a sensor was in it before. */
export interface CityNow {
  sensor(id: string): Sensor | null;
  wasRegistered(id: string): boolean;
  /** Which key of the rule the sensor speaks for now; `null` for none. */
  subject(sensor: Sensor): Subject | null;
}

/**
 * A key's state under a changed city or rule: members that moved away or are gone are let go, cadences are those of now, and
 * a key of one sensor stands where the sensor stands. Levels go on by name.
 *
 * @returns `null` when nobody speaks for the key any more.
 */
export function renewKey(saved: SavedKey, compiled: CompiledRule, city: CityNow): SavedKey | null {
  let { subject } = saved;
  const kept: number[] = [];
  const members = saved.members.map((member) => ({ ...member }));
  members.forEach((member, i) => {
    const sensor = city.sensor(member.sensor);
    // One that no file ever named has announced itself, and is judged by what it says.
    if (sensor === null) {
      if (!city.wasRegistered(member.sensor)) kept.push(i);
      return;
    }
    const now = city.subject(sensor);
    if (now?.key !== saved.subject.key) return;
    subject = now;
    member.cadence = sensor.cadence;
    member.silent = sensor.cadence !== null && member.lastSeen + sensor.cadence * 3 <= saved.time;
    kept.push(i);
  });
  if (kept.length === 0 && members.length > 0) return null;
  const ordinals = new Map(kept.map((old, now) => [old, now]));
  return {
    ...saved,
    subject,
    members: kept.map((i) => members[i] as (typeof members)[number]),
    pooled: saved.pooled.map((series) => keepSources(series, ordinals)),
    grouped: saved.grouped.map((list) => kept.map((i) => keepSources(list[i] as (typeof list)[number], ordinals))),
    levels: compiled.levels.map(({ rule }) => levelNamed(saved, rule.level)),
    silenceDue: soonestSilence(kept.map((i) => members[i] as (typeof members)[number])),
    ...standingsOf(saved, compiled),
  };
}

type SavedSeries = SavedKey['pooled'][number];

/** Samples of those who stay, under their new ordinals. */
function keepSources(series: SavedSeries, ordinals: ReadonlyMap<number, number>): SavedSeries {
  const stays = series.sources.map((source) => ordinals.has(source));
  return {
    times: series.times.filter((_, i) => stays[i]),
    values: series.values.filter((_, i) => stays[i]),
    sources: series.sources.filter((_, i) => stays[i]).map((source) => ordinals.get(source) as number),
  };
}

function levelNamed(saved: SavedKey, name: string): LevelState {
  const at = saved.names.indexOf(name);
  const state = at === -1 ? undefined : saved.levels[at];
  return state === undefined ? { active: false, trueSince: Number.NaN, clearSince: Number.NaN } : { ...state };
}

/** The standing by name. One that the rule no longer has is −2, which no standing equals: the next look says that it ended. */
function standingsOf(saved: SavedKey, compiled: CompiledRule): Pick<SavedKey, 'standing' | 'holding'> {
  const indexOf = (old: number): number => {
    if (old === -1) return -1;
    const now = compiled.levels.findIndex(({ rule }) => rule.level === saved.names[old]);
    return now === -1 ? -2 : now;
  };
  return { standing: indexOf(saved.standing), holding: indexOf(saved.holding) };
}

function soonestSilence(
  members: readonly { readonly lastSeen: number; readonly cadence: number | null; readonly silent: boolean }[],
): number {
  let due = Number.POSITIVE_INFINITY;
  for (const { lastSeen, cadence, silent } of members) if (cadence !== null && !silent) due = Math.min(due, lastSeen + cadence * 3);
  return due;
}
