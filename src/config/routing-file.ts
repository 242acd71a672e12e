import type { Problem } from '../model/problem.ts';
import type { Route } from '../model/route.ts';
import { parseDuration } from '../model/time.ts';
import type { CityFiles, RawRouting } from './city-files.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export function routesOf(raw: RawRouting | null): readonly Route[] {
  return (raw?.routes ?? []).map(({ when, due, ...route }) => {
    const { hours, days, ...match } = when;
    return {
      ...route,
      when: {
        ...match,
        ...(hours === undefined ? {} : { hours: { from: minuteOf(hours.from), to: minuteOf(hours.to) } }),
        ...(days === undefined ? {} : { days: days.map((day) => DAYS.indexOf(day) + 1) }),
      },
      ...(due === undefined
        ? {}
        : {
            due: { accept: parseDuration(due.accept) ?? 0, arrive: parseDuration(due.arrive) ?? 0, close: parseDuration(due.close) ?? 0 },
          }),
    };
  });
}

function minuteOf(text: string): number {
  const [hour, minute] = text.split(':');
  return Number(hour) * 60 + Number(minute);
}

/** What no schema can say: every name exists, every route changes something, and none is hidden behind an earlier one. */
export function checkRouting(files: CityFiles, pathOf: (file: string) => string): Problem[] {
  const known = {
    parties: new Set(files.parties.parties.map(({ id }) => id)),
    streets: new Set(files.streets.streets.map(({ code }) => code)),
    places: new Set(files.places.places.map(({ id }) => id)),
  };
  const file = pathOf('routing.json');
  const problems: Problem[] = [];
  const say = (code: string, pointer: string, message: string): void => void problems.push({ code, file, pointer, message });
  const seen = new Set<string>();
  (files.routing?.routes ?? []).forEach((route, index) => {
    const at = `/routes/${index}`;
    const name = (list: readonly string[], of: keyof typeof known, pointer: string): void =>
      list.forEach((one, i) => {
        if (!known[of].has(one)) say('city-reference', `${at}${pointer}/${i}`, `${of}.json has no "${one}"; add it, or name another.`);
      });
    if (seen.has(route.id))
      say('city-duplicate', `${at}/id`, `"${route.id}" stands here for the second time; give it another id or remove it.`);
    seen.add(route.id);
    if (route.lead !== undefined && !known.parties.has(route.lead))
      say('city-reference', `${at}/lead`, `parties.json has no "${route.lead}"; add it, or name another.`);
    name(route.support ?? [], 'parties', '/support');
    name(route.also ?? [], 'parties', '/also');
    name(route.when.streets ?? [], 'streets', '/when/streets');
    name(route.when.places ?? [], 'places', '/when/places');
    if (route.lead === undefined && route.support === undefined && route.also === undefined && route.due === undefined)
      say('city-route-empty', at, 'The route changes nothing; say "lead", "support", "also" or "due", or remove it.');
    const { hours } = route.when;
    if (hours !== undefined && hours.from === hours.to)
      say('city-route-empty', `${at}/when/hours`, 'From and to are the same; leave "hours" out for all day.');
  });
  return problems;
}
