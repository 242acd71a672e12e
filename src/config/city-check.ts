import type { Problem } from '../model/problem.ts';
import { parseDuration } from '../model/time.ts';
import { checkCalendar } from './city-calendar.ts';
import type { CityFiles, RawCity } from './city-files.ts';
import { checkHandling } from './handling-file.ts';
import { checkRouting } from './routing-file.ts';
import { toWgs84 } from './position.ts';

/** What no schema can say: one name once, and every name that is used exists. */
export function checkCity(files: CityFiles, pathOf: (file: string) => string): Problem[] {
  const streets = files.streets.streets.map(({ code }) => code);
  const ids = <T extends { readonly id: string }>(list: readonly T[]): string[] => list.map(({ id }) => id);
  return [
    ...findDoubles(streets, pathOf('streets.json'), '/streets', 'code'),
    ...findDoubles(ids(files.parties.parties), pathOf('parties.json'), '/parties', 'id'),
    ...findDoubles(ids(files.measures.measures), pathOf('measures.json'), '/measures', 'id'),
    ...findDoubles(ids(files.places.places), pathOf('places.json'), '/places', 'id'),
    ...findDoubles(ids(files.sensors.sensors), pathOf('sensors.json'), '/sensors', 'id'),
    ...(files.calendar === null ? [] : checkCalendar(files.calendar, pathOf('calendar.json'))),
    ...checkZone(files.city, pathOf('city.json')),
    ...checkPlaces(files, new Set(streets), pathOf('places.json')),
    ...checkHandling(files, pathOf),
    ...checkRouting(files, pathOf),
    ...checkSensors(files, new Set(streets), pathOf('sensors.json')),
  ];
}

function findDoubles(names: readonly string[], file: string, base: string, key: string): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  names.forEach((name, index) => {
    if (seen.has(name))
      problems.push({
        code: 'city-duplicate',
        file,
        pointer: `${base}/${index}/${key}`,
        message: `"${name}" stands here for the second time; give it another ${key} or remove it.`,
      });
    seen.add(name);
  });
  return problems;
}

function checkZone(city: RawCity, file: string): Problem[] {
  try {
    new Intl.DateTimeFormat('en', { timeZone: city.zone });
    return [];
  } catch {
    return [{ code: 'city-zone', file, pointer: '/zone', message: 'This is no IANA time zone; write one such as Asia/Shanghai.' }];
  }
}

function checkPlaces(files: CityFiles, streets: ReadonlySet<string>, file: string): Problem[] {
  const problems: Problem[] = [];
  const [west, south, east, north] = files.city.bounds;
  const isInside = (longitude: number, latitude: number): boolean =>
    longitude >= west && longitude <= east && latitude >= south && latitude <= north;
  files.places.places.forEach((place, index) => {
    if (!streets.has(place.street))
      problems.push({
        code: 'city-reference',
        file,
        pointer: `/places/${index}/street`,
        message: `streets.json has no street ${place.street}.`,
      });
    const [longitude, latitude] = toWgs84(place.at, place.crs ?? files.places.crs);
    if (isInside(longitude, latitude)) return;
    const mend = isInside(latitude, longitude)
      ? 'longitude comes first; the two are swapped.'
      : 'correct the coordinates or their crs, or the bounds in city.json.';
    problems.push({ code: 'city-position', file, pointer: `/places/${index}/at`, message: `The place lies outside of the city: ${mend}` });
  });
  return problems;
}

function checkSensors(files: CityFiles, streets: ReadonlySet<string>, file: string): Problem[] {
  const problems: Problem[] = [];
  const streetOf = new Map(files.places.places.map((place) => [place.id, place.street]));
  files.sensors.sensors.forEach(({ place, street, cadence }, index) => {
    const say = (key: string, message: string, code = 'city-reference'): void =>
      void problems.push({ code, file, pointer: `/sensors/${index}/${key}`, message });
    if (place !== undefined && !streetOf.has(place)) say('place', `places.json has no place "${place}".`);
    if (street !== undefined && !streets.has(street)) say('street', `streets.json has no street ${street}.`);
    else if (place !== undefined && street !== undefined && streetOf.get(place) !== street)
      say('street', 'The place lies in another street; leave "street" out, the place says it.');
    if (cadence !== null && !((parseDuration(cadence) ?? 0) > 0))
      say('cadence', 'A cadence is longer than nothing: 10s, 1m, 1h; or null for a sensor that speaks only on events.', 'city-schema');
  });
  return problems;
}
