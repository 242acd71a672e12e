import type { ExplainedSensor, KeyAbsence, Reason } from '../../model/explanation.ts';
import type { Sensor } from '../../model/place.ts';
import type { Rule, Scope } from '../../model/rule.ts';
import { isoTime, type Millis } from '../../model/time.ts';
import { KEY_LIMIT } from '../rule-memory.ts';
import type { RuleBook } from '../rule-book.ts';
import type { RunningRule } from '../running-rule.ts';
import { subjectOf } from '../scope-key.ts';
import type { FoundKey } from './find-key.ts';
import { reason } from './words.ts';
import { waitingFor } from './waiting.ts';

const SCOPE: Readonly<Record<Scope, string>> = { sensor: '设备', place: '地点', street: '街镇', district: '全区', gateway: '网关' };
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
    why: waiting.readings > 0 ? whyWaiting(waiting.readings) : whyAbsent({ asked, found, sensors, keys }, rule, book),
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

/** Without what sort of key it is. */
function idOf(asked: string): string {
  return asked.replace(/^\w+:/, '');
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

function whyWaiting(readings: number): Reason {
  const zh = `首批读数（${readings} 条）还在等候更早的读数，尚未判断`;
  return reason(
    'waiting',
    zh,
    `its first ${readings === 1 ? 'reading waits' : `${readings} readings wait`} for earlier ones that may still come`,
  );
}

/** A place or a street was named, and the rule judges something smaller. */
function whyNotHere(named: string, { sensors, keys }: Pick<Asked, 'sensors' | 'keys'>, { scope, models }: Rule): Reason {
  const names = keys.length > 0 ? keys : scope === 'sensor' ? sensors.map(({ sensor }) => `sensor:${sensor}`) : [];
  if (sensors.length === 0) {
    const [zh, en] = models.length === 0 ? ['', ''] : [`型号为 ${models.join('、')} 的`, ` of the model ${models.join(', ')}`];
    return reason('no-sensor', `${named} 没有${zh}设备`, `${named} has no sensor${en}`);
  }
  const some = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
  return reason('other-scope', `本规则按${SCOPE[scope]}判断，请指明一个：${some}`, `the rule judges each ${scope}; name one: ${some}`);
}

interface Asked {
  readonly asked: string;
  readonly found: FoundKey;
  readonly sensors: readonly ExplainedSensor[];
  readonly keys: readonly string[];
}

function whyAbsent({ asked, found, sensors, keys }: Asked, { compiled, memory }: RunningRule, { around, city }: RuleBook): Reason {
  const { scope, models, id } = compiled.rule;
  if (memory.keys >= KEY_LIMIT)
    return reason('full', `${id} 的判断对象已满（${KEY_LIMIT}）`, `${id} holds as many keys as it may (${KEY_LIMIT})`);
  if (found.name === null) {
    const known = found.sensor;
    if (known !== null && models.length > 0 && !models.includes(known.model))
      return reason(
        'other-model',
        `${known.id} 的型号是 ${known.model}，本规则只看 ${models.join('、')}`,
        `${known.id} is a ${known.model}; the rule takes ${models.join(', ')} only`,
      );
    if (known !== null)
      return reason(
        'nowhere',
        `台账中 ${known.id} 没有${SCOPE[scope]}`,
        `the registry gives ${known.id} no ${scope}, and the rule judges by ${scope}`,
      );
    const named = idOf(asked);
    if (around.places.has(named) || city?.streets.some(({ code }) => code === named) === true)
      return whyNotHere(named, { sensors, keys }, compiled.rule);
    return reason(
      'unknown-id',
      `城市里没有 ${asked}，本规则也没有这样的判断对象`,
      `nothing in the city is called ${asked}, and the rule has no such key`,
    );
  }
  if (keys.some((key) => key.startsWith(`${found.name}/`)))
    return reason('split', '本规则按型号分开判断，请指明型号', 'the rule judges each model by itself; name one');
  if (sensors.length === 0) {
    return models.length === 0
      ? reason('no-sensor', `${found.name} 没有设备`, `no sensor belongs to ${found.name}`)
      : reason(
          'no-sensor',
          `${found.name} 没有型号为 ${models.join('、')} 的设备`,
          `${found.name} has no sensor of the model ${models.join(', ')}`,
        );
  }
  const measures = [...compiled.measures].filter((measure) => !measure.startsWith('$') && measure !== '*').join(', ');
  const [only] = sensors;
  const who = sensors.length === 1 && only !== undefined ? only.sensor : null;
  if (sensors.every(({ heard }) => heard === null))
    return who === null
      ? reason('never-heard', `${sensors.length} 个设备从未有过任何消息`, `none of its ${sensors.length} sensors has ever been heard`)
      : reason('never-heard', `${who} 从未有过任何消息`, `${who} has never been heard`);
  return who === null
    ? reason(
        'never-measured',
        `${sensors.length} 个设备都没有报送过 ${measures}`,
        `none of its ${sensors.length} sensors has ever sent ${measures}`,
      )
    : reason('never-measured', `${who} 从未报送过 ${measures}`, `${who} has never sent ${measures}`);
}
