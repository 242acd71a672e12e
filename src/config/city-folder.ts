import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { City, Measure, Party, Place, Sensor, Street } from '../model/place.ts';
import { Refusal } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import { parseDuration } from '../model/time.ts';
import { countOf } from './count-of.ts';
import { readCheckedFile } from './checked-file.ts';
import type { CheckedSchema } from './checked-file.ts';
import { checkCity } from './city-check.ts';
import type { CityFiles, RawCalendar, RawHandling, RawPlaces, RawRouting, RawSensors } from './city-files.ts';
import { handlingOf } from './handling-file.ts';
import { routesOf } from './routing-file.ts';
import { buildCalendar } from './city-calendar.ts';
import { toWgs84 } from './position.ts';
import type { Crs } from './position.ts';

/** The files of a city folder, in the order in which they are read. */
export const CITY_FILES = ['city.json', 'streets.json', 'parties.json', 'measures.json', 'places.json', 'sensors.json'] as const;
/** May be absent: then of holidays nothing is known. */
export const CALENDAR_FILE = 'calendar.json';

/** May be left out. */
export const HANDLING = 'handling.json';
export const ROUTING = 'routing.json';

/** Reads and checks a whole city folder; a `Refusal` names every fault with its file, its pointer and its mend. */
export async function readCity(directory: string): Promise<City> {
  const problems: Problem[] = [];
  const read = <T>(file: (typeof CITY_FILES)[number] | typeof CALENDAR_FILE, schema: CheckedSchema): T =>
    readCheckedFile(resolve(directory, file), schema, 'city', problems) as T;
  const files: CityFiles = {
    city: read<CityFiles['city']>('city.json', 'city'),
    streets: read<CityFiles['streets']>('streets.json', 'city-streets'),
    parties: read<CityFiles['parties']>('parties.json', 'city-parties'),
    measures: read<CityFiles['measures']>('measures.json', 'city-measures'),
    places: read<CityFiles['places']>('places.json', 'city-places'),
    sensors: read<CityFiles['sensors']>('sensors.json', 'city-sensors'),
    routing: existsSync(resolve(directory, ROUTING))
      ? (readCheckedFile(resolve(directory, ROUTING), 'city-routing', 'city', problems) as RawRouting)
      : null,
    handling: existsSync(resolve(directory, HANDLING))
      ? (readCheckedFile(resolve(directory, HANDLING), 'city-handling', 'city', problems) as RawHandling)
      : null,
    calendar: existsSync(resolve(directory, CALENDAR_FILE)) ? read<RawCalendar>(CALENDAR_FILE, 'city-calendar') : null,
  };
  if (problems.length === 0) problems.push(...checkCity(files, (file) => resolve(directory, file)));
  if (problems.length > 0) throw invalid(directory, problems);
  return buildCity(files);
}

function buildCity(files: CityFiles): City {
  const places = files.places.places.map((raw): Place => placeOf(raw, files.places.crs));
  const streetOf = new Map(places.map((place) => [place.id, place.street]));
  return {
    id: files.city.id,
    title: files.city.title,
    zone: files.city.zone,
    ...(files.calendar === null ? {} : { calendar: buildCalendar(files.calendar) }),
    unknownSensors: files.city.unknownSensors,
    streets: files.streets.streets.map(({ code, title }): Street => ({ kind: 'street', code, title })),
    parties: files.parties.parties.map(
      ({ id, title, perStreet, chief, next }): Party => ({
        id,
        title,
        perStreet: perStreet ?? false,
        chief: chief ?? null,
        next: next ?? null,
      }),
    ),
    handling: handlingOf(files.handling),
    routes: routesOf(files.routing),
    measures: files.measures.measures.map(({ id, title, unit }): Measure => ({ id, title, unit })),
    places,
    sensors: files.sensors.sensors.map((raw, i): Sensor => sensorOf(raw, i, streetOf)),
  };
}

function placeOf(raw: RawPlaces['places'][number], crs: Crs): Place {
  return {
    kind: 'place',
    id: raw.id,
    title: raw.title,
    street: raw.street,
    at: toWgs84(raw.at, raw.crs ?? crs),
    attributes: raw.attributes ?? {},
  };
}

function sensorOf(raw: RawSensors['sensors'][number], ordinal: number, streetOf: ReadonlyMap<string, string>): Sensor {
  return {
    kind: 'sensor',
    id: raw.id,
    model: raw.model,
    place: raw.place ?? null,
    street: (raw.place === undefined ? raw.street : streetOf.get(raw.place)) ?? null,
    cadence: raw.cadence === null ? null : parseDuration(raw.cadence),
    gateway: raw.gateway ?? null,
    adopted: false,
    attributes: raw.attributes ?? {},
    ordinal,
  };
}

function invalid(folder: string, problems: readonly Problem[]): Refusal {
  return new Refusal('city-invalid', `The city folder ${folder} has ${countOf(problems)}.`, problems);
}
