import type { City, Place, Sensor } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import { duration } from './duration.ts';
import type { TestCity } from './rule-test-file.ts';
import { FIRST_SENSOR } from './trial.ts';

const STREET = '310104014';
const ZONE = 'Asia/Shanghai';

/** The city of a rule test: what the file names, or one place and one sensor of the rule's first model. */
export function cityOf(rule: Rule, file: TestCity = {}, parties: City['parties'] = []): City {
  const named = file.places ?? [{ id: 'p1' }];
  const streets = new Map(named.map((place) => [place.id, place.street ?? STREET]));
  return {
    id: 'test',
    title: { zh: '测试', en: 'Test' },
    zone: file.zone ?? ZONE,
    streets: [...new Set([STREET, ...streets.values()])].map((code) => ({ kind: 'street', code, title: { zh: code, en: code } })),
    places: named.map(
      (place): Place => ({
        kind: 'place',
        id: place.id,
        title: { zh: place.id, en: place.id },
        street: place.street ?? STREET,
        at: [121.44, 31.19],
        attributes: place.attributes ?? {},
      }),
    ),
    sensors: (file.sensors ?? [{ id: FIRST_SENSOR }]).map((sensor): Sensor => {
      const place = sensor.place ?? named[0]?.id ?? 'p1';
      const cadence = sensor.cadence === undefined ? '1m' : sensor.cadence;
      return {
        kind: 'sensor',
        id: sensor.id,
        model: sensor.model ?? rule.models[0] ?? 'test',
        place,
        street: streets.get(place) ?? STREET,
        cadence: cadence === null ? null : duration(cadence),
        gateway: sensor.gateway ?? null,
        adopted: false,
        attributes: sensor.attributes ?? {},
      };
    }),
    parties,
    measures: [],
    unknownSensors: 'quarantine',
  };
}
