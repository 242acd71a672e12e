import { ConditionError, type Fact } from '../condition/compile-condition.ts';
import { CLOCK, NEWEST, TIME } from '../key-clock.ts';
import { roundForComparison } from '../rounding.ts';
import type { Area } from '../areas.ts';
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
  let signs = around.signs;
  let other = signs.get(asked.sign);
  const memos = new Map<string, AreaMemo>();
  const byKey: AreaMemo[] = [];
  const memoOf = (key: number): AreaMemo | null => {
    if (signs !== around.signs) {
      signs = around.signs;
      other = signs.get(asked.sign);
      memos.clear();
      byKey.length = 0;
    }
    if (other === undefined) return null;
    let memo = byKey[key];
    if (memo === undefined) {
      const name = areaOf(memory.subject(key), asked.area, around.district);
      memo = memos.get(name) ?? new AreaMemo(other.memory.area(name));
      memos.set(name, memo);
      byKey[key] = memo;
    }
    return memo;
  };
  // Whoever falls silent says nothing more, and nobody but the clock tells of it.
  builder.drifts = true;
  builder.edges.push((key, at) => {
    const memo = memoOf(key);
    return memo === null || other === undefined ? Number.POSITIVE_INFINITY : memo.edge(asked, other, at);
  });
  return numberFact((key) => {
    const memo = memoOf(key);
    return memo === null || other === undefined ? Number.NaN : memo.ask(asked, other, memory.clock[key * CLOCK + TIME] as number);
  });
}

/** What an area last came to: it is worked out anew when one of its keys says something else, falls silent or is heard again. */
class AreaMemo {
  private readonly area: Area;
  private said = -1;
  private answer = Number.NaN;
  /** Asked of a time in `(after, until]`, the same keys count. */
  private after = Number.NaN;
  private until = Number.NaN;

  constructor(area: Area) {
    this.area = area;
  }

  /** When the next of its keys has been silent for too long. */
  edge(asked: AskedSign, other: OtherSign, at: Millis): Millis {
    this.ask(asked, other, at);
    return this.until + 1;
  }

  ask(asked: AskedSign, other: OtherSign, at: Millis): number {
    const { area } = this;
    if (this.said === area.said && at > this.after && at <= this.until) return this.answer;
    this.answer = combineSign(asked, other, area.keys, at);
    this.said = area.said;
    this.after = Number.NEGATIVE_INFINITY;
    this.until = Number.POSITIVE_INFINITY;
    const { clock, rule } = other.memory;
    if (rule.stale === null) return this.answer;
    for (const key of area.keys) {
      const ends = (clock[key * CLOCK + NEWEST] as number) + rule.stale;
      if (ends < at) this.after = Math.max(this.after, ends);
      else this.until = Math.min(this.until, ends);
    }
    return this.answer;
  }
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
export function combineSign({ as, across }: AskedSign, other: OtherSign, keys: readonly number[], at: Millis): number {
  const { memory } = other;
  const { stale } = memory.rule;
  let count = 0;
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const key of keys) {
    if (stale !== null && at - (memory.clock[key * CLOCK + NEWEST] as number) > stale) {
      if (at > memory.leftOutAt) memory.leftOutAt = at;
      continue;
    }
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
