import type { Place, Sensor } from '../model/place.ts';
import type { Rule } from '../model/rule.ts';
import type { Subject } from '../model/verdict.ts';

/** Which key of the rule a sensor speaks for; `null` when the rule has nothing to do with it (no place, another model). */
export function subjectOf(rule: Rule, sensor: Sensor, place: Place | null, district: string): Subject | null {
  if (rule.models.length > 0 && !rule.models.includes(sensor.model)) return null;
  const street = place?.street ?? sensor.street;
  const split = rule.split === 'model' ? `/${sensor.model}` : '';
  switch (rule.scope) {
    case 'sensor':
      return { key: `sensor:${sensor.id}${split}`, sensor: sensor.id, place: sensor.place, street };
    case 'place':
      return sensor.place === null ? null : { key: `place:${sensor.place}${split}`, sensor: null, place: sensor.place, street };
    case 'street':
      return street === null ? null : { key: `street:${street}${split}`, sensor: null, place: null, street };
    case 'district':
      return { key: `district:${district}${split}`, sensor: null, place: null, street: null };
  }
}
