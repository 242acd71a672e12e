import type { City, Place, Sensor } from '../../src/model/place.ts';
import type { Scalar } from '../../src/model/text.ts';
import type { RuleSample } from './rule-files.ts';

const STREETS = 13;
const PER_PLACE = 10;
const PER_GATEWAY = 200;

/** One sensor of the load, and what it says. */
export interface Speaker {
  readonly sensor: Sensor;
  readonly gateway: string;
  readonly sample: RuleSample;
}

/** `count` sensors, the same number for every rule, at places that have what the rules ask of places. */
export function populate(samples: readonly RuleSample[], count: number): { city: City; speakers: Speaker[] } {
  const places = new Map<string, Place>();
  const speakers: Speaker[] = [];
  for (let i = 0; i < count; i += 1) {
    const n = i % samples.length;
    const sample = samples[n] as RuleSample;
    const place = `p-${n}-${Math.floor(i / samples.length / PER_PLACE)}`;
    const street = `3101040${String((Math.floor(i / samples.length / PER_PLACE) % STREETS) + 10)}`;
    if (!places.has(place)) places.set(place, placeOf(place, street, sample.placeAttributes));
    const sensor: Sensor = {
      kind: 'sensor',
      id: `s-${i}`,
      model: sample.model,
      place,
      street,
      cadence: 60_000,
      gateway: null,
      adopted: false,
      attributes: sample.attributes,
      ordinal: i,
    };
    speakers.push({ sensor, gateway: `gw-${Math.floor(i / PER_GATEWAY)}`, sample });
  }
  const city: City = {
    id: 'bench',
    title: { zh: '测', en: 'Bench' },
    zone: 'Asia/Shanghai',
    streets: [],
    places: [...places.values()],
    sensors: speakers.map(({ sensor }) => sensor),
    parties: [],
    measures: [],
    unknownSensors: 'adopt',
  };
  return { city, speakers };
}

function placeOf(id: string, street: string, attributes: Readonly<Record<string, Scalar>>): Place {
  return { kind: 'place', id, title: { zh: id, en: id }, street, at: [121.4, 31.2], attributes };
}
