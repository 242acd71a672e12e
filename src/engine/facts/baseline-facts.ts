import type { Millis } from '../../model/time.ts';
import { BaselineCells } from '../cells/baseline-cells.ts';
import type { Fact } from '../condition/compile-condition.ts';
import { roundForComparison } from '../rounding.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { CLOCK, TIME } from '../key-clock.ts';

const DAY: Millis = 86_400_000;
const WEEK: Millis = 7 * DAY;
/** MAD of a normal distribution times this is its standard deviation. */
const NORMAL = 1.4826;

interface Baseline {
  readonly cells: BaselineCells;
  readonly of: (key: number) => number;
}

/** Notes the operand's newest value of each slot of time. */
function baseline(params: Params, builder: FactBuilder, slot: Millis, kept: number): Baseline {
  const { memory } = builder;
  const of = builder.operand(params, 'of');
  builder.instant = false;
  const identity = `baseline ${slot} ${kept} ${JSON.stringify(params.raw('of'))}`;
  const { cells, fresh } = builder.store(identity, 'key', () => new BaselineCells(slot, kept, builder.around.clock));
  if (fresh) builder.notes.push((key) => cells.note(key, memory.clock[key * CLOCK + TIME] as number, of(key)));
  return { cells, of };
}

function sameSlotOfWeeks(params: Params, builder: FactBuilder): { readonly base: Baseline; readonly earlier: (key: number) => number[] } {
  const { memory } = builder;
  const slot = params.duration('slot');
  const weeks = params.number('weeks', [2, 8], 4);
  const perWeek = Math.round(WEEK / slot);
  const base = baseline(params, builder, slot, perWeek * weeks + 1);
  const earlier = (key: number): number[] => {
    const now = base.cells.slotOf(memory.clock[key * CLOCK + TIME] as number);
    const values: number[] = [];
    for (let week = 1; week <= weeks; week += 1) {
      const value = base.cells.at(key, now - week * perWeek);
      if (!Number.isNaN(value)) values.push(value);
    }
    return values;
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
    if (values.length < LEAST_WEEKS) return Number.NaN;
    const middle = median(values);
    const spread = Math.max(floor, median(values.map((value) => Math.abs(value - middle))));
    return roundForComparison((base.of(key) - middle) / (NORMAL * spread));
  });
}

export function buildPoissonZ(params: Params, builder: FactBuilder): Fact<number> {
  const { base, earlier } = sameSlotOfWeeks(params, builder);
  return numberFact((key) => {
    const values = earlier(key);
    if (values.length < LEAST_WEEKS) return Number.NaN;
    const mean = meanOf(values);
    return roundForComparison((base.of(key) - mean) / Math.sqrt(Math.max(1, mean)));
  });
}

const EARS_BASE = 7;
const EARS_FLOOR = 0.5;

/** Early Aberration Reporting System: C1 (base the 7 days before), C2 (2 days apart), C3 (excess of C2 over three days). */
export function buildEars(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const method = params.choice('method', ['C1', 'C2', 'C3'] as const) ?? params.fail('method', '"method" must be C1, C2 or C3.');
  const { cells } = baseline(params, builder, DAY, 14);
  const lag = method === 'C1' ? 0 : 2;
  const score = (key: number, day: number): number => {
    const values: number[] = [];
    for (let i = 1; i <= EARS_BASE; i += 1) values.push(cells.at(key, day - lag - i));
    const mean = meanOf(values);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (EARS_BASE - 1));
    return (cells.at(key, day) - mean) / Math.max(EARS_FLOOR, deviation);
  };
  return numberFact((key) => {
    const day = cells.slotOf(memory.clock[key * CLOCK + TIME] as number);
    if (method !== 'C3') return roundForComparison(score(key, day));
    const today = score(key, day);
    const before = [score(key, day - 1), score(key, day - 2)].map((one) => (Number.isNaN(one) ? 0 : Math.max(0, one - 1)));
    return roundForComparison(Math.max(0, today - 1) + (before[0] as number) + (before[1] as number));
  });
}

const LEAST_RANKED = 5;
const WEEKS_A_YEAR = 52;
const AROUND = 2;

/** Share of the same weeks (± 2) of earlier years that lie below; equal ones count half. */
export function buildSeasonalRank(params: Params, builder: FactBuilder): Fact<number> {
  const { memory } = builder;
  const years = params.number('years', [2, 5]);
  const { cells, of } = baseline(params, builder, WEEK, years * WEEKS_A_YEAR + AROUND + 2);
  return numberFact((key) => {
    const week = cells.slotOf(memory.clock[key * CLOCK + TIME] as number);
    const value = of(key);
    let known = 0;
    let below = 0;
    for (let year = 1; year <= years; year += 1) {
      for (let i = -AROUND; i <= AROUND; i += 1) {
        const before = cells.at(key, week - year * WEEKS_A_YEAR + i);
        if (Number.isNaN(before)) continue;
        known += 1;
        if (before < value) below += 1;
        else if (before === value) below += 0.5;
      }
    }
    return known < LEAST_RANKED || Number.isNaN(value) ? Number.NaN : roundForComparison((below / known) * 100);
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
