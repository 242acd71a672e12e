import type { Sensor } from '../model/place.ts';
import type { Rule } from '../model/rule.ts';
import type { Subject } from '../model/verdict.ts';
import type { Surroundings } from './surroundings.ts';

/** Which key of the rule a sensor speaks for; `null` when the rule has nothing to do with it (no place, another model). */
export function subjectOf(rule: Rule, sensor: Sensor, around: Surroundings): Subject | null {
  if (rule.models.length > 0 && !rule.models.includes(sensor.model)) return null;
  const street = around.streetOf(sensor);
  const split = rule.split === 'model' ? `/${sensor.model}` : '';
  switch (rule.scope) {
    case 'sensor':
      return { key: `sensor:${sensor.id}${split}`, sensor: sensor.id, place: sensor.place, street };
    case 'place':
      return sensor.place === null ? null : { key: `place:${sensor.place}${split}`, sensor: null, place: sensor.place, street };
    case 'street':
      return street === null ? null : { key: `street:${street}${split}`, sensor: null, place: null, street };
    case 'district':
      return { key: `district:${around.district}${split}`, sensor: null, place: null, street: null };
    case 'gateway':
      return sensor.gateway === null ? null : gatewaySubject(sensor.gateway);
  }
}

export function gatewaySubject(gateway: string): Subject {
  return { key: `gateway:${gateway}`, sensor: null, place: null, street: null };
}
