import type { ExplainedSensor, Reason } from '../../model/explanation.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { Rule, Scope } from '../../model/rule.ts';
import { KEY_LIMIT } from '../rule-memory.ts';
import type { RuleBook } from '../rule-book.ts';
import type { RunningRule } from '../running-rule.ts';
import type { FoundKey } from './find-key.ts';
import { reason } from './words.ts';

const SCOPE: Readonly<Record<Scope, string>> = { sensor: '设备', place: '地点', street: '街镇', district: '全区', gateway: '网关' };
/** Names in one sentence. */
const SAID = 3;

/** What was asked for, and what there is of it. */
export interface Absent {
  readonly asked: string;
  readonly found: FoundKey;
  /** Sensors that could make the key, or that stand at what was named. */
  readonly sensors: readonly ExplainedSensor[];
  readonly keys: readonly string[];
  /** Readings that wait for earlier ones. */
  readonly waiting: number;
}

/** Without what sort of key it is. */
export function idOf(asked: string): string {
  return asked.replace(/^\w+:/, '');
}

/** Why the rule has no such key. */
export function whyAbsent(absent: Absent, rule: RunningRule, book: RuleBook): Reason {
  const { asked, found, sensors, keys, waiting } = absent;
  const { models } = rule.compiled.rule;
  if (found.name === null) return whyImpossible(absent, rule.compiled.rule, book);
  if (waiting > 0) {
    const en = waiting === 1 ? 'reading waits' : `${waiting} readings wait`;
    return reason(
      'waiting',
      `首批读数（${waiting} 条）还在等候更早的读数，尚未判断`,
      `its first ${en} for earlier ones that may still come`,
    );
  }
  if (rule.memory.keys >= KEY_LIMIT)
    return reason('full', `本规则的判断对象已满（${KEY_LIMIT}）`, `the rule holds as many keys as it may (${KEY_LIMIT})`);
  if (keys.some((key) => key.startsWith(`${found.name}/`)))
    return reason('split', '本规则按型号分开判断，请指明型号', 'the rule judges each model by itself; name one');
  return sensors.length === 0 ? noSensor(idOf(asked), models) : whyNeverJudged(sensors, rule);
}

/** Nothing that the city has can be a key of this name. */
function whyImpossible({ asked, found, sensors, keys }: Absent, rule: Rule, { around, city }: RuleBook): Reason {
  const { scope, models } = rule;
  const { sensor } = found;
  if (sensor !== null && models.length > 0 && !models.includes(sensor.model)) {
    const zh = `${sensor.id} 的型号是 ${sensor.model}，本规则只看 ${models.join('、')}`;
    return reason('other-model', zh, `${sensor.id} is a ${sensor.model}; the rule takes ${models.join(', ')} only`);
  }
  if (sensor !== null) {
    const en = `the registry gives ${sensor.id} no ${scope}, and the rule judges by ${scope}`;
    return reason('nowhere', `台账中 ${sensor.id} 没有${SCOPE[scope]}，而本规则按${SCOPE[scope]}判断`, en);
  }
  const id = idOf(asked);
  if (!around.places.has(id) && city?.streets.some(({ code }) => code === id) !== true)
    return whyUnknown(asked, nearestThing(id, around, city));
  if (sensors.length === 0) return noSensor(id, models);
  const names = scope === 'sensor' ? sensors.map((one) => `sensor:${one.sensor}`) : keys;
  const some = `${names.slice(0, SAID).join(', ')}${names.length > SAID ? ' …' : ''}`;
  return reason('other-scope', `本规则按${SCOPE[scope]}判断，请指明一个：${some}`, `the rule judges each ${scope}; name one: ${some}`);
}

function whyUnknown(asked: string, meant: string | null): Reason {
  const [zh, en] = meant === null ? ['', ''] : [`（是不是 ${meant}？）`, ` (did you mean ${meant}?)`];
  return reason(
    'unknown-id',
    `城市里没有 ${asked}${zh}，本规则也没有这样的判断对象`,
    `nothing in the city is called ${asked}${en}, and the rule has no such key`,
  );
}

/** Each sort of thing by itself: there may be too many sensors to compare, and still few places. */
function nearestThing(id: string, { places, registered }: RuleBook['around'], city: RuleBook['city']): string | null {
  const streets = city?.streets.map(({ code }) => code) ?? [];
  return nearestName(id, [...places.keys()]) ?? nearestName(id, [...registered.keys()]) ?? nearestName(id, streets);
}

function noSensor(id: string, models: readonly string[]): Reason {
  if (models.length === 0) return reason('no-sensor', `${id} 没有设备`, `no sensor belongs to ${id}`);
  return reason('no-sensor', `${id} 没有型号为 ${models.join('、')} 的设备`, `${id} has no sensor of the model ${models.join(', ')}`);
}

/** Its sensors are silent, or speak of other things. */
function whyNeverJudged(sensors: readonly ExplainedSensor[], { compiled }: RunningRule): Reason {
  const [first] = sensors;
  const one = sensors.length === 1 && first !== undefined;
  const zh = one ? `${first.sensor} ` : `${sensors.length} 个设备都`;
  const en = one ? `${first.sensor} has never` : `none of its ${sensors.length} sensors has ever`;
  if (sensors.every(({ heard }) => heard === null)) return reason('never-heard', `${zh}从未有过任何消息`, `${en} been heard`);
  const measures = [...compiled.measures].filter((measure) => !measure.startsWith('$') && measure !== '*').join(', ');
  if (measures === '') return reason('not-judged', '有过消息，还没有判断过', 'it was heard, and has not been judged yet');
  return reason('never-measured', `${zh}从未报送过 ${measures}`, `${en} sent ${measures}`);
}
