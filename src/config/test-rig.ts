import { expect } from 'vitest';
import { parseRule, type ParsedRule, type Vocabulary } from './rule-file.ts';

export type Json = Record<string, unknown>;

export const FILE = 'weather/rain.rule.json';
export const BOUND = { fact: 'value', operator: 'greaterThanInclusive', value: 35 };

export function levelFile(when: unknown, over: Json = {}): Json {
  return { when, evidence: 'E', source: 'engineering default', ...over };
}

/** A rule file without a problem, but for what a test puts in its place. */
export function ruleFile(over: Json = {}): Json {
  return {
    id: 'rain',
    version: 1,
    title: { zh: '雨', en: 'Rain' },
    domain: 'weather',
    unit: 'mm',
    scope: 'sensor',
    value: { fact: 'sum', params: { of: 'rain', window: '1h' } },
    levels: { blue: levelFile({ all: [BOUND] }) },
    source: { standard: 'none: engineering default', effectiveFrom: null, note: '' },
    ...over,
  };
}

export const withCondition = (when: unknown): Json => ruleFile({ levels: { blue: levelFile(when) } });
export const withValue = (value: unknown): Json => ruleFile({ value });

export function parse(value: Json, vocabulary?: Vocabulary): ParsedRule {
  return parseRule(JSON.stringify(value), FILE, vocabulary);
}

/** `code pointer` of every problem. */
export function found(value: Json | string, vocabulary?: Vocabulary): string[] {
  const { rule, problems } = typeof value === 'string' ? parseRule(value, FILE, vocabulary) : parse(value, vocabulary);
  expect(rule === null).toBe(problems.length > 0);
  return problems.map(({ code, pointer }) => `${code} ${pointer}`);
}

/** Within this time whatever somebody wrote is refused. */
const MOST_MS = 50;

/**
 * The result of some work that takes this process less than 50 ms: the best of three runs, since the collector of garbage works
 * here too; who else has the processor does not count.
 */
export async function soon<T>(run: () => T | Promise<T>): Promise<T> {
  let best = Number.POSITIVE_INFINITY;
  let result: T | undefined;
  for (let i = 0; i < 3; i += 1) {
    const before = process.cpuUsage();
    result = await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  expect(best).toBeLessThan(MOST_MS);
  return result as T;
}
