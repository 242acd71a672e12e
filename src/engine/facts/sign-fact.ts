import { ConditionError, type Fact } from '../condition/compile-condition.ts';
import { CLOCK, NEWEST, TIME } from '../key-clock.ts';
import { roundForComparison } from '../rounding.ts';
import type { OtherSign } from '../surroundings.ts';
import type { Millis } from '../../model/time.ts';
import type { AskedSign } from './asked-sign.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';

const AREAS = ['same', 'place', 'street', 'district'] as const;
const ACROSS = ['max', 'min', 'mean', 'sum', 'count'] as const;

/** Another sign's value or level at the same key, or over the keys of an enclosing area. */
export function buildSign(params: Params, builder: FactBuilder): Fact<number> {
  const { memory, around } = builder;
  const asked: AskedSign = {
    sign: params.text('sign'),
    as: params.choice('as', ['value', 'level'] as const) ?? 'value',
    area: params.choice('at', AREAS) ?? 'same',
    across: params.choice('across', ACROSS) ?? 'max',
  };
  if (asked.sign === builder.rule.id)
    throw new ConditionError('rule-sign-cycle', `${params.pointer}/sign`, 'A sign cannot ask for itself.');
  builder.instant = false;
  builder.signs.push(asked);
  return numberFact((key) => {
    const other = around.signs.get(asked.sign);
    if (other === undefined) return Number.NaN;
    return combineSign(asked, other, areaOf(memory.subject(key), asked.area, around.district), memory.clock[key * CLOCK + TIME] as number);
  });
}

export function areaOf(
  subject: { readonly key: string; readonly place: string | null; readonly street: string | null },
  area: AskedSign['area'],
  district: string,
): string {
  switch (area) {
    case 'place':
      return `place:${subject.place ?? ''}`;
    case 'street':
      return `street:${subject.street ?? ''}`;
    case 'district':
      return `district:${district}`;
    case 'same':
      return `same:${subject.key}`;
  }
}

/** What the keys of an area last said, put together; keys that have been silent for longer than their rule's `stale` say nothing. */
export function combineSign({ as, across }: AskedSign, other: OtherSign, area: string, at: Millis): number {
  const { memory } = other;
  const { stale } = memory.rule;
  let count = 0;
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const key of memory.keysIn(area)) {
    if (stale !== null && at - (memory.clock[key * CLOCK + NEWEST] as number) > stale) continue;
    const value = as === 'level' ? other.level(key) : (memory.told[key] as number);
    if (Number.isNaN(value)) continue;
    count += 1;
    sum += value;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (across === 'count') return count;
  if (count === 0) return Number.NaN;
  switch (across) {
    case 'max':
      return greatest;
    case 'min':
      return least;
    case 'sum':
      return roundForComparison(sum);
    case 'mean':
      return roundForComparison(sum / count);
  }
}
