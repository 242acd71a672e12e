import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Problem } from '../model/problem.ts';
import { pointerOf } from './json-pointer.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';

export type SchemaName = 'rule' | 'rule-test';

const compiled = new Map<SchemaName, ValidateFunction>();
const PROBLEM_LIMIT = 20;
/** Part of the pattern of a duration. */
const DURATION = '(ms|s|m|h|d)';
/** Part of the pattern of a due time. */
const WORKING_DAYS = 'wd';
/** Beginning of the pattern of a duration that is not zero. */
const NOT_ZERO = '^(?=';

/** Validates against one of our own schemas in `schemas/`; every finding is one sentence that says the mend. */
export function checkSchema(name: SchemaName, value: unknown, file: string): Problem[] {
  const validate = validator(name);
  if (validate(value)) return [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const error of validate.errors ?? []) {
    if (isNoise(error)) continue;
    const problem = { code: codeOf(error), file, pointer: pointerTo(error), message: mendOf(error) };
    const mark = `${problem.pointer} ${problem.message}`;
    if (!seen.has(mark)) problems.push(problem);
    seen.add(mark);
    if (problems.length === PROBLEM_LIMIT) break;
  }
  return problems;
}

function validator(name: SchemaName): ValidateFunction {
  let validate = compiled.get(name);
  if (validate === undefined) {
    const schema = JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')) as object;
    validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);
    compiled.set(name, validate);
  }
  return validate;
}

/** `if` only repeats what its branch has said; the alternatives of a choice say less than the choice itself. */
function isNoise(error: ErrorObject): boolean {
  return error.keyword === 'if' || error.keyword === 'anyOf' || /\/(oneOf|anyOf)\/\d+\//.test(error.schemaPath);
}

function codeOf(error: ErrorObject): RuleProblemCode {
  const { keyword, schemaPath, instancePath } = error;
  if (keyword === 'pattern' && (error.params['pattern'] as string).includes(DURATION)) return 'rule-duration';
  if (keyword === 'pattern' && schemaPath.includes('/operator/')) return 'rule-operator-unknown';
  if (keyword === 'pattern' && schemaPath.includes('/path/')) return 'rule-path';
  if (keyword === 'enum' && instancePath.endsWith('/fact')) return 'rule-fact-unknown';
  if (/\/params(\/|$)/.test(instancePath) || (keyword === 'required' && error.params['missingProperty'] === 'params'))
    return 'rule-fact-params';
  return 'rule-schema';
}

function pointerTo(error: ErrorObject): string {
  const extra = error.keyword === 'additionalProperties' ? (error.params['additionalProperty'] as string) : null;
  return extra === null ? error.instancePath : error.instancePath + pointerOf([extra]);
}

const PATTERNS: Readonly<Partial<Record<RuleProblemCode, string>>> = {
  'rule-duration': 'Write a duration such as "90s", "5m", "1h30m" or "0s".',
  'rule-operator-unknown':
    'Use one of equal, notEqual, in, notIn, contains, doesNotContain, lessThan, lessThanInclusive, greaterThan, greaterThanInclusive, with a decorator such as "not:" before it if need be.',
  'rule-path': 'Write a member path such as "$.name" or "$.list[0]"; filters and scripts are never accepted.',
};

function mendOf(error: ErrorObject): string {
  const { params, keyword } = error;
  switch (keyword) {
    case 'required':
      return `Add "${params['missingProperty'] as string}".`;
    case 'additionalProperties':
      return `Remove "${clip(params['additionalProperty'] as string)}", or correct its spelling.`;
    case 'enum':
      return `Use one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}.`;
    case 'const':
      return `Write ${JSON.stringify(params['allowedValue'])} here, or leave it out.`;
    case 'pattern':
      if ((params['pattern'] as string).startsWith(NOT_ZERO)) return 'Write a time longer than nothing, such as "90s", "5m" or "1h30m".';
      if ((params['pattern'] as string).includes(WORKING_DAYS))
        return 'Write a duration such as "15m" or "24h", or working days: "1wd" to "99wd".';
      return PATTERNS[codeOf(error)] ?? `Write it so that it matches ${params['pattern'] as string}.`;
    case 'oneOf':
      return error.schemaPath.includes('silence')
        ? 'Say what silence does: "level": "keeps", or "ends" with a duration.'
        : 'Say which sensors count: "silent": true, or "of" with exactly one of "equal", "below", "above", "atLeast", "atMost".';
    case 'false schema':
      return 'Remove this; it does not go with the other members here.';
    case 'type':
      return `Write ${[params['type'] as string | string[]].flat().join(' or ')} here.`;
    default:
      return `Correct this: it ${error.message ?? `breaks "${keyword}"`}.`;
  }
}

/** A report quotes a name, it does not repeat a file. */
function clip(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 80)}…`;
}
