import type { FactReference } from '../../model/condition.ts';
import type { Reason } from '../../model/explanation.ts';
import type { AskedSign } from '../facts/asked-sign.ts';
import { areaOf } from '../facts/sign-fact.ts';
import { CLOCK, NEWEST } from '../key-clock.ts';
import { KEY } from './replica.ts';
import type { Sight } from './sight.ts';
import { reason, spoken } from './words.ts';

const WHERE: Readonly<Record<AskedSign['area'], readonly [zh: string, en: string]>> = {
  same: ['同一对象上', 'at the same key'],
  place: ['该地点', 'at this place'],
  street: ['该街镇', 'in this street'],
  district: ['全区', 'in the district'],
};

/** Why another sign says nothing there. */
export function whySignUnknown({ params = {} }: FactReference, { replica, at }: Sight): Reason {
  const { around } = replica.memory;
  const sign = String(params['sign']);
  const area = (params['at'] ?? 'same') as AskedSign['area'];
  const [zh, en] = WHERE[area];
  const other = around.signs.get(sign);
  if (other === undefined) return reason('no-sign', `体征 ${sign} 不在运行`, `the sign ${sign} is not in force`);
  const { memory } = other;
  const { keys } = memory.area(areaOf(replica.memory.subject(KEY), area, around.district));
  if (keys.length === 0) return reason('sign-no-key', `体征 ${sign} 在${zh}没有判断对象`, `the sign ${sign} has no key ${en}`);
  const { stale } = memory.rule;
  if (stale !== null && keys.every((key) => at - (memory.clock[key * CLOCK + NEWEST] as number) > stale))
    return reason(
      'sign-stale',
      `体征 ${sign} 在${zh}已沉默超过 ${spoken(stale)}`,
      `the sign ${sign} has been silent ${en} for longer than ${spoken(stale)}`,
    );
  return reason('sign-unknown', `体征 ${sign} 在${zh}的值未知`, `the value of the sign ${sign} ${en} is not known`);
}
