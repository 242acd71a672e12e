import type { Problem } from '../model/problem.ts';
import { checkReadingCount } from './rule-checks/reading-count.ts';
import { readRuleText } from './rule-text.ts';
import { checkSchema } from './schema-check.ts';

export const RULE_TEST_ENDING = '.rule-test.json';
/** Lists and objects together. */
const MEMBER_LIMIT = 20_000;

/** Reads one rule test by its schema; the value is what `schemas/rule-test.schema.json` describes, `null` when there is a problem. */
export function parseRuleTest(text: string, file: string): { value: unknown; problems: Problem[] } {
  const { value, problems } = readRuleText(text, file, MEMBER_LIMIT);
  if (problems.length > 0) return { value: null, problems };
  const findings = checkSchema('rule-test', value, file);
  if (findings.length === 0) findings.push(...checkReadingCount(value, file));
  return findings.length > 0 ? { value: null, problems: findings } : { value, problems: [] };
}
