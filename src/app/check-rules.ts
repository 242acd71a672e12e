import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Config } from '../config/config.ts';
import { readCity } from '../config/city-folder.ts';
import { RULE_FILE_ENDING } from '../config/rule-checks/file-name.ts';
import { parseRuleTest, RULE_TEST_ENDING } from '../config/rule-test-file.ts';
import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import { checkRules } from './load-definition.ts';
import { checkTest } from './rule-test/check-test.ts';
import type { RuleTestFile } from './rule-test/rule-test-file.ts';
import { runRuleTests, type RuleTestResult, type Surroundings } from './rule-test/run-rule-tests.ts';

export interface RulesRequest {
  readonly directory: string;
  /** The rules that are asked for, by id; `null` for all. */
  readonly only: ReadonlySet<string> | null;
  /** Runs their tests; a rule without one is then a problem. */
  readonly test: boolean;
  readonly progress?: (progress: RulesProgress) => void;
}

export interface RulesProgress {
  readonly rule: string;
  /** Part of the test files that are done. */
  readonly fraction: number;
  readonly passed: number;
  readonly failed: number;
}

export interface RulesReport {
  readonly rules: readonly Rule[];
  readonly problems: readonly Problem[];
  readonly results: readonly RuleTestResult[];
}

/** Checks a rules folder, or some rules of it, against the city, and runs their tests. */
export async function reportRules(config: Config, request: RulesRequest): Promise<RulesReport> {
  const { directory, only } = request;
  const city = await readCity(config.cityDir);
  const { rules, problems } = await checkRules(directory, city);
  const tested = request.test ? await testRules(request, { rules: rules.rules, parties: city.parties }) : { problems: [], results: [] };
  return {
    rules: rules.rules.filter(({ id }) => only === null || only.has(id)),
    problems: [...problems, ...tested.problems].filter(({ file }) => isAskedFor(file, only)),
    results: tested.results,
  };
}

async function testRules(
  { directory, only, progress }: RulesRequest,
  surroundings: Surroundings,
): Promise<Pick<RulesReport, 'problems' | 'results'>> {
  const { rules } = surroundings;
  const problems: Problem[] = [];
  const results: RuleTestResult[] = [];
  const untested = new Set(rules.map((rule) => rule.id));
  const files = (await listTests(directory)).filter((file) => isAskedFor(file, only));
  let failed = 0;
  for (const [i, file] of files.entries()) {
    const { rule, test, problems: found } = readTest(directory, file, rules);
    problems.push(...found);
    if (rule === undefined) continue;
    untested.delete(rule.id);
    for (const result of runRuleTests(rule, test, surroundings)) {
      results.push(result);
      if (!result.passed) failed += 1;
      progress?.({ rule: rule.id, fraction: i / files.length, passed: results.length - failed, failed });
    }
  }
  for (const id of untested) {
    const message = `Write ${id}${RULE_TEST_ENDING} beside it: a rule without a test is not published.`;
    problems.push({ code: 'rule-untested', file: `${id}${RULE_FILE_ENDING}`, pointer: '', message });
  }
  return { problems, results };
}

interface ReadTest {
  /** `undefined` when it cannot be tested. */
  readonly rule?: Rule | undefined;
  readonly test: RuleTestFile;
  readonly problems: readonly Problem[];
}

function readTest(directory: string, file: string, rules: readonly Rule[]): ReadTest {
  const parsed = parseFile(join(directory, file), file);
  const test = parsed.value as RuleTestFile;
  const problems = parsed.problems.length > 0 ? parsed.problems : checkTest(test, file, rules);
  return problems.length > 0 ? { test, problems } : { rule: rules.find((one) => one.id === test.rule), test, problems };
}

function parseFile(path: string, file: string): ReturnType<typeof parseRuleTest> {
  try {
    // A link may lead to a device.
    if (statSync(path).isFile()) return parseRuleTest(readFileSync(path, 'utf8'), file);
  } catch {
    // Said below.
  }
  const message = 'Make this an ordinary file that may be read.';
  return { value: null, problems: [{ code: 'rule-file-unreadable', file, pointer: '', message }] };
}

/** What is about no single rule, such as the folder itself, concerns everyone. */
function isAskedFor(file: string, only: RulesRequest['only']): boolean {
  const id = ruleOf(file);
  return only === null || id === null || only.has(id);
}

/** The id in the name of a rule's file or of its test; `null` for any other name. */
export function ruleOf(file: string): string | null {
  const ending = [RULE_FILE_ENDING, RULE_TEST_ENDING].find((one) => file.endsWith(one));
  return ending === undefined ? null : basename(file, ending);
}

/** Below the folder, but for what a mounted ConfigMap keeps beside it. That the folder cannot be read has been said already. */
async function listTests(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(RULE_TEST_ENDING))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !file.split('/').some((part) => part.startsWith('.')))
    .sort();
}
