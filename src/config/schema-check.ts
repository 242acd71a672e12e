import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Problem } from '../model/problem.ts';
import { pointerOf } from './json-pointer.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';
import { mendOf } from './schema-mend.ts';

export type SchemaName = 'rule' | 'rule-test';

const compiled = new Map<SchemaName, ValidateFunction>();
const PROBLEM_LIMIT = 20;
/** Part of the pattern of a duration. */
const DURATION = '(ms|s|m|h|d)';

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
    validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true, verbose: true }).compile(schema);
    compiled.set(name, validate);
  }
  return validate;
}

/** `if` only repeats what its branch has said; the alternatives of a choice say less than the choice itself, what a name breaks less than that. */
function isNoise(error: ErrorObject): boolean {
  if (error.keyword === 'if' || error.keyword === 'anyOf' || error.propertyName !== undefined) return true;
  return /\/(oneOf|anyOf)\/\d+\//.test(error.schemaPath);
}

function codeOf(error: ErrorObject): RuleProblemCode {
  const { keyword, schemaPath, instancePath } = error;
  if (isDuration(error)) return 'rule-duration';
  if (keyword === 'pattern' && schemaPath.includes('/operator/')) return 'rule-operator-unknown';
  if (keyword === 'pattern' && schemaPath.includes('/path/')) return 'rule-path';
  if (keyword === 'enum' && instancePath.endsWith('/fact')) return 'rule-fact-unknown';
  if (/\/params(\/|$)/.test(instancePath) || (keyword === 'required' && error.params['missingProperty'] === 'params'))
    return 'rule-fact-params';
  return 'rule-schema';
}

/** A duration that is miswritten, or no text at all. */
function isDuration({ keyword, parentSchema }: ErrorObject): boolean {
  const pattern = parentSchema?.['pattern'] as string | undefined;
  return (keyword === 'pattern' || keyword === 'type') && pattern?.includes(DURATION) === true;
}

function pointerTo(error: ErrorObject): string {
  const { keyword, instancePath, params } = error;
  if (keyword === 'additionalProperties') return instancePath + pointerOf([params['additionalProperty'] as string]);
  return keyword === 'propertyNames' ? instancePath + pointerOf([params['propertyName'] as string]) : instancePath;
}
