import type { Millis } from '../../../model/time.ts';

/**
 * Readings with numbers. Number n comes from sensor n mod `sensors`; two of a sensor share each moment, and the moments of a
 * sensor are `step` apart. So the number can be told from what makes a point one of its own (sensor, time, what stands below the
 * millisecond) and not only from its value: a store that took two of them for one has one number less.
 */
export interface Numbering {
  readonly begin: Millis;
  readonly sensors: number;
  /** At least 1 ms. */
  readonly step: Millis;
}

export const MEASURE = 'tally';
export const GATEWAY = 'gw-trial';

const SENSOR = 'load-';

/** One message of a gateway: the readings from number `from` to before `to`. */
export function messageOf({ begin, sensors, step }: Numbering, from: number, to: number): string {
  const items: string[] = [];
  for (let n = from; n < to; n += 1) {
    const nth = Math.floor(n / sensors);
    items.push(`{"sensor":"${SENSOR}${n % sensors}","at":${begin + (nth >> 1) * step},"seq":${nth},"values":{"${MEASURE}":${n}}}`);
  }
  return `[${items.join(',')}]`;
}

/** The number of a point by what it is told from others by; `null`: none of ours. */
export function numberOf({ begin, sensors, step }: Numbering, point: { sensor: string; at: Millis; nth: number }): number | null {
  const sensor = point.sensor.startsWith(SENSOR) ? Number(point.sensor.slice(SENSOR.length)) : Number.NaN;
  const moment = (point.at - begin) / step;
  if (!(sensor < sensors) || !Number.isInteger(moment) || moment < 0) return null;
  return (2 * moment + (point.nth & 1)) * sensors + sensor;
}
