import type { Problem } from '../model/problem.ts';
import { readJson } from './rule-file.ts';
import { checkSchema } from './schema-check.ts';

export const RULE_TEST_ENDING = '.rule-test.json';

/** Reads one rule test by its schema; the value is what `schemas/rule-test.schema.json` describes, `null` when there is a problem. */
export function parseRuleTest(text: string, file: string): { value: unknown; problems: Problem[] } {
  const { value, problems } = readJson(text, file);
  if (problems.length > 0) return { value: null, problems };
  const findings = checkSchema('rule-test', value, file);
  return findings.length > 0 ? { value: null, problems: findings } : { value, problems: [] };
}
