import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Explanation, KeyAbsence, KeyExplanation } from '../../model/explanation.ts';
import type { Engine } from '../engine.ts';

/** For tests: midnight of the city. */
export const T0 = Date.parse('2026-06-01T00:00:00+08:00');
export const S = 1_000;
export const M = 60 * S;
export const H = 60 * M;

export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Asks, and sees that nothing has changed by it. */
export function ask(engine: Engine, now: number, key = 's1', rule = 'r1'): Explanation {
  const before = engine.save();
  const explanation = engine.explain(rule, key, now);
  if (explanation === null) throw new Error(`no rule ${rule}`);
  expect(isDeepStrictEqual(engine.save(), before), 'explaining changes nothing').toBe(true);
  expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  return explanation;
}

export function explained(engine: Engine, now: number, key = 's1', rule = 'r1'): KeyExplanation {
  const explanation = ask(engine, now, key, rule);
  if (!explanation.exists) throw new Error(`no key ${key}: ${explanation.summary.en}`);
  return explanation;
}

export function absent(engine: Engine, now: number, key: string, rule = 'r1'): KeyAbsence {
  const explanation = ask(engine, now, key, rule);
  if (explanation.exists) throw new Error(`${key} exists`);
  return explanation;
}
