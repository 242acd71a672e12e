import type { Scalar } from '../../model/text.ts';
import type { Millis } from '../../model/time.ts';
import type { Fact } from '../condition/compile-condition.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { CLOCK, TIME } from '../key-clock.ts';

type Attributes = Readonly<Record<string, Scalar>>;

function attribute(params: Params, of: (key: number) => Attributes | undefined): Fact<number> {
  const name = params.text('attribute');
  return {
    number: null,
    ask: (key) => {
      const attributes = of(key);
      return attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    },
  };
}

/** What the registry says of the place of the key. */
export function buildPlace(params: Params, { memory }: FactBuilder): Fact<number> {
  return attribute(params, (key) => memory.placeOf(key)?.attributes);
}

/** What the registry says of the sensor, where the key is one. */
export function buildSensor(params: Params, { memory, rule }: FactBuilder): Fact<number> {
  return attribute(params, (key) => (rule.scope === 'sensor' ? memory.sensorOf(key).attributes : undefined));
}

const MINUTE: Millis = 60_000;

/** Local time of the city, at the time that the key has reached. */
export function buildTime(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const { clock } = builder.around;
  const as =
    params.choice('as', ['hour', 'minute', 'weekday', 'month'] as const) ??
    params.fail('as', '"as" must be hour, minute, weekday or month.');
  const step = as === 'minute' ? MINUTE : 60 * MINUTE;
  builder.instant = false;
  builder.drifts = true;
  builder.edges.push((_key, at) => (Math.floor(at / step) + 1) * step);
  return numberFact((key) => {
    const at = memory.clock[key * CLOCK + TIME] as number;
    switch (as) {
      case 'hour':
        return Math.floor(clock.minuteOfDay(at) / 60);
      case 'minute':
        return clock.minuteOfDay(at);
      case 'weekday':
        return clock.weekday(at);
      case 'month':
        return clock.month(at);
    }
  });
}
