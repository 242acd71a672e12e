import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Config } from '../config/config.ts';
import { readCity } from '../config/city-folder.ts';
import { parseRuleTest, RULE_TEST_ENDING } from '../config/rule-test-file.ts';
import type { Problem } from '../model/problem.ts';
import type { City } from '../model/place.ts';
import type { Rule } from '../model/rule.ts';
import { checkRules } from './load-definition.ts';
import { runRuleTests, type RuleTestFile, type RuleTestResult } from './rule-test.ts';

export interface RulesReport {
  readonly rules: readonly Rule[];
  readonly problems: readonly Problem[];
  readonly results: readonly RuleTestResult[];
}

/** Checks a rules folder against the city, and with `test` runs every rule-test file; a rule without one is a problem. */
export async function reportRules(config: Config, directory: string, test: boolean): Promise<RulesReport> {
  const city = await readCity(config.cityDir);
  const { rules, problems } = await checkRules(directory, city);
  if (!test) return { rules: rules.rules, problems, results: [] };
  const tested = await testRules(directory, rules.rules, city);
  return { rules: rules.rules, problems: [...problems, ...tested.problems], results: tested.results };
}

async function testRules(
  directory: string,
  rules: readonly Rule[],
  city: City,
): Promise<{ problems: Problem[]; results: RuleTestResult[] }> {
  const problems: Problem[] = [];
  const results: RuleTestResult[] = [];
  const untested = new Map(rules.map((rule) => [rule.id, rule]));
  for (const file of await listTests(directory)) {
    const parsed = parseRuleTest(readFileSync(join(directory, file), 'utf8'), file);
    problems.push(...parsed.problems);
    if (parsed.problems.length > 0) continue;
    const content = parsed.value as RuleTestFile;
    const rule = rules.find((one) => one.id === content.rule);
    if (rule === undefined) {
      problems.push({
        code: 'rule-test-orphan',
        file,
        pointer: '/rule',
        message: `There is no valid rule "${content.rule}"; name the rule that this file tests.`,
      });
      continue;
    }
    untested.delete(rule.id);
    results.push(...runRuleTests(rule, content, city.parties));
  }
  for (const rule of untested.values()) {
    problems.push({
      code: 'rule-untested',
      file: `${rule.id}.rule.json`,
      pointer: '',
      message: `Write ${rule.id}${RULE_TEST_ENDING} beside it: a rule without a test is not published.`,
    });
  }
  return { problems, results };
}

async function listTests(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(RULE_TEST_ENDING))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
