import { earlierLikeDays, earlierSeasons, ears, percentileRank, poissonZ, robustZ } from '../../model/aberration.ts';
import type { Millis } from '../../model/time.ts';
import { BaselineCells } from '../cells/baseline-cells.ts';
import type { Fact } from '../condition/compile-condition.ts';
import { roundForComparison } from '../rounding.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { BASELINE, pastOf } from './past-of.ts';
import { CLOCK, TIME } from '../key-clock.ts';

const DAY: Millis = 86_400_000;
const WEEK: Millis = 7 * DAY;

interface Baseline {
  readonly cells: BaselineCells;
  readonly of: (key: number) => number;
  /** Value of a slot: the rule's own, or else what history says; NaN when neither knows. */
  readonly at: (key: number, slot: number) => number;
}

/** Notes the operand's newest value of each slot of time. */
function baseline(params: Params, builder: FactBuilder, slot: Millis, kept: number): Baseline {
  const { memory } = builder;
  const of = builder.operand(params, 'of');
  builder.instant = false;
  const identity = `${BASELINE}${slot} ${kept} ${JSON.stringify(params.raw('of'))}`;
  const { cells, fresh } = builder.store(identity, 'key', () => new BaselineCells(slot, kept, builder.around.clock));
  if (fresh) builder.notes.push((key) => cells.note(key, memory.clock[key * CLOCK + TIME] as number, of(key)));
  const past = pastOf(memory, identity);
  const at = (key: number, index: number): number => {
    const own = cells.at(key, index);
    return Number.isNaN(own) ? past(key, index) : own;
  };
  return { cells, of, at };
}

function sameSlotOfWeeks(params: Params, builder: FactBuilder): { readonly base: Baseline; readonly earlier: (key: number) => number[] } {
  const { memory } = builder;
  const slot = params.duration('slot');
  const weeks = params.number('weeks', [2, 8], 4);
  const perWeek = Math.round(WEEK / slot);
  const base = baseline(params, builder, slot, perWeek * weeks + 1);
  const season = { count: weeks, every: perWeek, around: 0 };
  const { around } = builder;
  const isLike = (day: number, today: number): boolean => around.worked.isWorked(day) === around.worked.isWorked(today);
  const like = { back: weeks * 7, perDay: Math.round(DAY / slot), isLike };
  const byType = params.choice('days', ['weekday', 'type'] as const) === 'type';
  const earlier = (key: number): number[] => {
    const now = base.cells.slotOf(memory.clock[key * CLOCK + TIME] as number);
    const at = (index: number): number => base.at(key, index);
    return byType ? earlierLikeDays(at, now, like) : earlierSeasons(at, now, season);
  };
  return { base, earlier };
}

/** Fewer earlier weeks say nothing of what is usual. */
const LEAST_WEEKS = 2;

export function buildRobustZ(params: Params, builder: FactBuilder): Fact<number> {
  const floor = params.number('floor', [1e-9, 1e9], 1);
  const { base, earlier } = sameSlotOfWeeks(params, builder);
  return numberFact((key) => {
    const values = earlier(key);
    return values.length < LEAST_WEEKS ? Number.NaN : roundForComparison(robustZ(base.of(key), values, floor));
  });
}

export function buildPoissonZ(params: Params, builder: FactBuilder): Fact<number> {
  const { base, earlier } = sameSlotOfWeeks(params, builder);
  return numberFact((key) => {
    const values = earlier(key);
    return values.length < LEAST_WEEKS ? Number.NaN : roundForComparison(poissonZ(base.of(key), values));
  });
}

/** Seven days; a deviation of nothing says nothing. */
const EARS_BASE = { length: 7, floor: 0.5 };

/** Early Aberration Reporting System: C1 (base the 7 days before), C2 (2 days apart), C3 (C2 with the excess of the two days before). */
export function buildEars(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const method = params.choice('method', ['C1', 'C2', 'C3'] as const) ?? params.fail('method', '"method" must be C1, C2 or C3.');
  const { cells, at } = baseline(params, builder, DAY, 14);
  return numberFact((key) => {
    const day = cells.slotOf(memory.clock[key * CLOCK + TIME] as number);
    return roundForComparison(ears(method, (index) => at(key, index), day, EARS_BASE));
  });
}

const LEAST_RANKED = 5;
const WEEKS_A_YEAR = 52;
const AROUND = 2;

/** Share of the same weeks (± 2) of earlier years that lie below; equal ones count half. */
export function buildSeasonalRank(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const years = params.number('years', [2, 5]);
  const { cells, of, at } = baseline(params, builder, WEEK, years * WEEKS_A_YEAR + AROUND + 2);
  const season = { count: years, every: WEEKS_A_YEAR, around: AROUND };
  return numberFact((key) => {
    const week = cells.slotOf(memory.clock[key * CLOCK + TIME] as number);
    const known = earlierSeasons((index) => at(key, index), week, season);
    return known.length < LEAST_RANKED ? Number.NaN : roundForComparison(percentileRank(of(key), known));
  });
}
