import type { ExplainedSensor, KeyAbsence } from '../../model/explanation.ts';
import type { Sensor } from '../../model/place.ts';
import { isoTime, type Millis } from '../../model/time.ts';
import type { RuleBook } from '../rule-book.ts';
import type { RunningRule } from '../running-rule.ts';
import { subjectOf } from '../scope-key.ts';
import type { FoundKey } from './find-key.ts';
import { waitingFor } from './waiting.ts';
import { idOf, whyAbsent } from './why-absent.ts';

/** Sensors and keys that are named. */
const NAMED = 20;

type Absence = Pick<KeyAbsence, 'key' | 'why' | 'sensors' | 'moreSensors' | 'measures' | 'keys' | 'waiting'>;

/** Why the rule has no such key, and what would make it. */
export function explainAbsence(asked: string, found: FoundKey, rule: RunningRule, book: RuleBook): Absence {
  const able = sensorsFor(asked, found, rule, book);
  const indices = new Set(able.map(({ id }) => book.routes.find(id)).filter((index) => index !== -1));
  const waiting = waitingFor(indices, rule, book.laneOf(rule), book);
  const sensors = able.map((sensor) => explainedSensor(sensor, book)).sort((a, b) => lastOf(b) - lastOf(a));
  const keys = keysNear(asked, found, rule, book);
  return {
    key: found.name,
    why: whyAbsent({ asked, found, sensors, keys, waiting: waiting.readings }, rule, book),
    sensors: sensors.slice(0, NAMED),
    moreSensors: Math.max(0, sensors.length - NAMED),
    measures: [...rule.compiled.measures].filter((measure) => !measure.startsWith('$')).sort(),
    keys,
    waiting,
  };
}

export function explainedSensor({ id, model }: Sensor, { routes, around }: RuleBook): ExplainedSensor {
  const index = routes.find(id);
  const heard = index === -1 ? Number.NaN : (around.heard.lastSeen[index] as number);
  return { sensor: id, model, heard: Number.isNaN(heard) ? null : isoTime(heard) };
}

function lastOf({ heard }: ExplainedSensor): Millis {
  return heard === null ? 0 : Date.parse(heard);
}

/** Sensors of the city whose readings would be of this key, or of keys at the place or street that was named. */
function sensorsFor(asked: string, { name }: FoundKey, { compiled }: RunningRule, { around }: RuleBook): Sensor[] {
  const id = idOf(asked);
  const all = new Map([...around.sensors, ...around.registered.values()].map((sensor) => [sensor.id, sensor]));
  return [...all.values()].filter((sensor) => {
    const key = subjectOf(compiled.rule, sensor, around)?.key;
    if (key === undefined) return false;
    return name === null ? sensor.place === id || around.streetOf(sensor) === id : key === name || key.startsWith(`${name}/`);
  });
}

/** Keys at what was asked for; where there are none, any. */
function keysNear(asked: string, { name }: FoundKey, { memory }: RunningRule, { around }: RuleBook): string[] {
  const id = idOf(asked);
  const near: string[] = [];
  const any: string[] = [];
  for (let key = 0; key < memory.keys && near.length < NAMED; key += 1) {
    const { key: one, sensor, place, street } = memory.subject(key);
    if (sensor === id || place === id || street === id || id === around.district || one.startsWith(`${name ?? ''}/`)) near.push(one);
    else if (any.length < NAMED) any.push(one);
  }
  return near.length > 0 ? near : any;
}
