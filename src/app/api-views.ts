import type { ApiPorts, Page, SensorView, SignView, StandingView } from '../api/ports.ts';
import { higherLevel, type Level } from '../model/level.ts';
import { Refusal } from '../model/problem.ts';
import type { Text } from '../model/text.ts';
import type { Millis } from '../model/time.ts';
import type { Core } from './core.ts';

type LiveViews = Pick<ApiPorts, 'signs' | 'standings' | 'rules' | 'places' | 'streets' | 'parties' | 'sensors'>;

/** What the configuration calls a party wins over what the city calls it. */
export type PartyTitles = Readonly<Record<string, { readonly title: Text | null }>>;

/** What the API shows of the live state. Reads only. */
export function liveViews(core: Core, titles: PartyTitles = {}): LiveViews {
  return {
    signs: () => signsOf(core),
    standings: (rule) => standingsOf(core, rule),
    rules: () => core.inForce?.rules.rules ?? [],
    places: () => core.inForce?.city.places ?? [],
    streets: () => core.inForce?.city.streets ?? [],
    parties: () => (core.inForce?.city.parties ?? []).map((party) => ({ ...party, title: titles[party.id]?.title ?? party.title })),
    sensors: (query) => sensorsOf(core, query),
  };
}

function signsOf(core: Core): SignView[] {
  const levels = new Map<string, { level: Level | null; keys: number }>();
  for (const standing of core.engine.standings()) {
    const { id } = standing.rule;
    const known = levels.get(id) ?? { level: null, keys: 0 };
    levels.set(id, { level: higherLevel(known.level, standing.level), keys: known.keys + 1 });
  }
  return (core.inForce?.rules.rules ?? []).map(({ id, version, title, domain, unit }) => ({
    id,
    version,
    title,
    domain,
    unit,
    level: levels.get(id)?.level ?? null,
    keys: levels.get(id)?.keys ?? 0,
  }));
}

function standingsOf(core: Core, rule: string): StandingView[] {
  const found: StandingView[] = [];
  for (const { subject, level, holding, value, at } of core.engine.standings(rule)) {
    const { key, place, street } = subject;
    found.push({ key, place, street, level, pending: holding, value, at });
  }
  return found;
}

function sensorsOf(core: Core, query: Parameters<ApiPorts['sensors']>[0]): Page<SensorView> {
  const found: SensorView[] = [];
  let passed = query.cursor === null;
  for (const { sensor, lastSeen } of core.sensors.sensors()) {
    if (!passed) {
      passed = sensor.id === query.cursor;
      continue;
    }
    const { id, model, place, street, adopted, cadence } = sensor;
    const state = stateOf(lastSeen, cadence, core.now);
    if (query.state !== null && query.state !== state) continue;
    if (query.place !== null && query.place !== place) continue;
    if (found.length === query.limit) return { items: found, next: found.at(-1)?.id ?? null };
    found.push({ id, model, place, street, adopted, cadence, lastSeen, state });
  }
  if (!passed) throw new Refusal('cursor-invalid', 'The cursor is not one that this list gave out; begin again without it.');
  return { items: found, next: null };
}

function stateOf(lastSeen: Millis | null, cadence: Millis | null, now: Millis): SensorView['state'] {
  if (lastSeen === null) return 'never-heard';
  return cadence !== null && now - lastSeen >= cadence * 3 ? 'silent' : 'talking';
}
