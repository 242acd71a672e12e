import { TRUE, UNKNOWN, type Fact } from '../condition/compile-condition.ts';
import { roundForComparison } from '../rounding.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';

export function buildRatio(params: Params, builder: FactBuilder): Fact<number> {
  const times = params.number('times', [-1e12, 1e12], 1);
  const of = builder.operand(params, 'of');
  const to = builder.operand(params, 'to');
  return numberFact((key) => {
    const divisor = to(key);
    return divisor === 0 ? Number.NaN : roundForComparison((of(key) / divisor) * times);
  });
}

export function buildDifference(params: Params, builder: FactBuilder): Fact<number> {
  const of = builder.operand(params, 'of');
  const minus = builder.operand(params, 'minus');
  const absolute = params.raw('absolute') === true;
  return numberFact((key) => {
    const difference = roundForComparison(of(key) - minus(key));
    return absolute ? Math.abs(difference) : difference;
  });
}

export function buildTotal(params: Params, builder: FactBuilder): Fact<number> {
  const parts = builder.operands(params, 'of');
  return numberFact((key) => roundForComparison(parts.reduce((sum, part) => sum + part(key), 0)));
}

export function buildGreatest(params: Params, builder: FactBuilder): Fact<number> {
  return ofKnown(builder.operands(params, 'of'), (a, b) => a > b);
}

export function buildLeast(params: Params, builder: FactBuilder): Fact<number> {
  return ofKnown(builder.operands(params, 'of'), (a, b) => a < b);
}

function ofKnown(parts: readonly ((key: number) => number)[], wins: (a: number, b: number) => boolean): Fact<number> {
  return numberFact((key) => {
    let best = Number.NaN;
    for (const part of parts) {
      const value = part(key);
      if (!Number.isNaN(value) && (Number.isNaN(best) || wins(value, best))) best = value;
    }
    return best;
  });
}

type Point = readonly [number, number];

/** A broken line through points; flat beyond its ends. */
export function buildPiecewise(params: Params, builder: FactBuilder): Fact<number> {
  const of = builder.operand(params, 'of');
  const raw = params.raw('points');
  const points = (Array.isArray(raw) ? raw : []) as readonly Point[];
  const rising = points.every(([x], i) => i === 0 || x > (points[i - 1] as Point)[0]);
  if (points.length < 2 || !rising) params.fail('points', '"points" must be two or more [x, y] with rising x.');
  const up = params.choice('round', ['up'] as const) !== null;
  return numberFact((key) => {
    const x = of(key);
    if (Number.isNaN(x)) return x;
    const y = roundForComparison(interpolate(points, x));
    return up ? Math.ceil(y) : y;
  });
}

function interpolate(points: readonly Point[], x: number): number {
  let before = points[0] as Point;
  if (x <= before[0]) return before[1];
  for (const point of points) {
    if (x <= point[0]) return before[1] + ((point[1] - before[1]) * (x - before[0])) / (point[0] - before[0]);
    before = point;
  }
  return before[1];
}

export function buildChoose(params: Params, builder: FactBuilder): Fact<number> {
  const test = builder.condition(params.text('when'), `${params.pointer}/when`);
  const then = builder.operand(params, 'then');
  const otherwise = builder.operand(params, 'else');
  return numberFact((key) => {
    const truth = test(key);
    if (truth === UNKNOWN) return Number.NaN;
    return truth === TRUE ? then(key) : otherwise(key);
  });
}
