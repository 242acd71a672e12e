import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Config } from '../config/config.ts';
import { readCity } from '../config/city-folder.ts';
import { RULE_FILE_ENDING } from '../config/rule-checks/file-name.ts';
import { parseRuleTest, RULE_TEST_ENDING } from '../config/rule-test-file.ts';
import type { City } from '../model/place.ts';
import type { Problem } from '../model/problem.ts';
import type { Rule } from '../model/rule.ts';
import { checkRules, type CheckedRules } from './load-definition.ts';
import { checkTest } from './rule-test/check-test.ts';
import type { RuleTestFile } from './rule-test/rule-test-file.ts';
import { runRuleTests, type RuleTestResult } from './rule-test/run-rule-tests.ts';

/** The list of the city's signs, at the top of its rules. */
const SIGNS = 'signs.json';

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
  /** Of every rule of the folder, asked for or not. */
  readonly ids: readonly string[];
}

/** Checks a rules folder, or some rules of it, against the city, and runs their tests. */
export async function reportRules(config: Config, request: RulesRequest): Promise<RulesReport> {
  const { directory, only } = request;
  const city = await readCity(config.cityDir);
  const checked = await checkRules(directory, city);
  const tested = request.test ? await testRules(request, checked, city) : { problems: [], results: [] };
  const strays = only === null ? await findStrays(directory) : [];
  return {
    rules: checked.rules.rules.filter(({ id }) => only === null || only.has(id)),
    problems: [...checked.problems, ...strays, ...tested.problems].filter(({ file }) => isAskedFor(file, only)),
    results: tested.results,
    ids: [...checked.files.keys()],
  };
}

async function testRules(
  { directory, only, progress }: RulesRequest,
  checked: CheckedRules,
  city: City,
): Promise<Pick<RulesReport, 'problems' | 'results'>> {
  const { rules } = checked.rules;
  const problems: Problem[] = [];
  const results: RuleTestResult[] = [];
  const untested = new Set(rules.map((rule) => rule.id));
  const files = (await listFiles(directory, RULE_TEST_ENDING)).filter((file) => isAskedFor(file, only));
  let failed = 0;
  for (const [i, file] of files.entries()) {
    const { rule, test, problems: found } = readTest(directory, file, checked, city);
    problems.push(...found);
    // A test with a slip in it is a test all the same, of the rule that it names or has its own name from.
    for (const id of rule === undefined ? [test?.rule, ruleOf(file)] : [rule.id]) untested.delete(id ?? '');
    if (rule === undefined || test === null) continue;
    for (const result of runRuleTests(rule, test, { rules, parties: city.parties })) {
      results.push(result);
      if (!result.passed) failed += 1;
      progress?.({ rule: rule.id, fraction: i / files.length, passed: results.length - failed, failed });
    }
  }
  for (const id of untested) {
    const message = `Write ${id}${RULE_TEST_ENDING} beside it: a rule without a test is not published.`;
    problems.push({ code: 'rule-untested', file: checked.files.get(id) ?? id + RULE_FILE_ENDING, pointer: '', message });
  }
  return { problems, results };
}

interface ReadTest {
  /** `undefined` when it cannot be tested. */
  readonly rule?: Rule | undefined;
  /** `null` when it cannot be read. */
  readonly test: RuleTestFile | null;
  readonly problems: readonly Problem[];
}

function readTest(directory: string, file: string, { rules: { rules }, files }: CheckedRules, { measures }: City): ReadTest {
  const parsed = parseFile(join(directory, file), file);
  if (parsed.problems.length > 0) return { test: null, problems: parsed.problems };
  const test = parsed.value as RuleTestFile;
  const problems = checkTest(test, file, rules, { unread: new Set(files.keys()), measures });
  const isValid = (id: string): boolean => rules.some((one) => one.id === id);
  if (problems.length > 0 || !(test.with ?? []).every(isValid)) return { test, problems };
  return { rule: rules.find((one) => one.id === test.rule), test, problems };
}

function parseFile(path: string, file: string): ReturnType<typeof parseRuleTest> {
  try {
    // A link may lead to a device. Some editors write a byte-order mark.
    if (statSync(path).isFile()) return parseRuleTest(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''), file);
  } catch {
    // Said below.
  }
  const message = 'Make this an ordinary file that may be read.';
  return { value: null, problems: [{ code: 'rule-file-unreadable', file, pointer: '', message }] };
}

/** A rule under another name is read by nobody, and its author should know. */
async function findStrays(directory: string): Promise<Problem[]> {
  const strays = (await listFiles(directory, '.json')).filter((file) => ruleOf(file) === null && file !== SIGNS);
  return strays.map((file) => {
    const message = `Name the file of a rule "<id>${RULE_FILE_ENDING}" and its test "<id>${RULE_TEST_ENDING}", or keep this file elsewhere: nobody reads it here.`;
    return { code: 'rule-file-name', file, pointer: '', message };
  });
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
async function listFiles(directory: string, ending: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(ending))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !file.split('/').some((part) => part.startsWith('.')))
    .sort();
}
