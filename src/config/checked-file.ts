import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Problem } from '../model/problem.ts';
import { guardJson } from './json-guard.ts';
import { pointerOf } from './json-pointer.ts';

export type CheckedSchema =
  | 'config'
  | 'city'
  | 'city-calendar'
  | 'city-streets'
  | 'city-places'
  | 'city-sensors'
  | 'city-parties'
  | 'city-measures'
  | 'city-handling'
  | 'city-routing'
  | 'city-routing-test';

const PROBLEM_LIMIT = 50;
const compiled = new Map<CheckedSchema, ValidateFunction>();

/**
 * Reads one JSON file that a person wrote and checks it against our schema.
 * @param area begins the codes of the problems, which go to `problems`: `config` or `city`.
 * @returns the value, or `null` when there is any problem.
 */
export function readCheckedFile(file: string, schema: CheckedSchema, area: 'config' | 'city', problems: Problem[]): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    problems.push({
      code: `${area}-unreadable`,
      file,
      pointer: '',
      message: `The file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}); create it, or point elsewhere.`,
    });
    return null;
  }
  return checkText(text.replace(/^\uFEFF/, ''), { file, schema, area }, problems);
}

interface Checked {
  readonly file: string;
  readonly schema: CheckedSchema;
  readonly area: string;
}

function checkText(text: string, { file, schema, area }: Checked, problems: Problem[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    problems.push({ code: `${area}-json`, file, pointer: '', message: `The file is not JSON: ${(error as Error).message}` });
    return null;
  }
  const found = [
    ...guardJson(text, file).map((problem) => ({ ...problem, code: problem.code.replace(/^rule-/, `${area}-`) })),
    ...schemaProblems(schema, value, file, area),
  ];
  problems.push(...found.slice(0, PROBLEM_LIMIT));
  return found.length === 0 ? value : null;
}

function schemaProblems(name: CheckedSchema, value: unknown, file: string, area: string): Problem[] {
  const validate = validatorOf(name);
  if (validate(value)) return [];
  return (validate.errors ?? [])
    .filter((error) => error.keyword !== 'propertyNames')
    .map((error) => ({ code: `${area}-schema`, file, pointer: pointerTo(error), message: mendOf(error) }));
}

function validatorOf(name: CheckedSchema): ValidateFunction {
  let validate = compiled.get(name);
  if (validate === undefined) {
    const read = (file: string): object =>
      JSON.parse(readFileSync(new URL(`../../schemas/${file}.schema.json`, import.meta.url), 'utf8')) as object;
    const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
    validate = ajv.compile(read(name));
    compiled.set(name, validate);
  }
  return validate;
}

function pointerTo(error: ErrorObject): string {
  const { instancePath, params, propertyName } = error;
  if (propertyName !== undefined) return instancePath + pointerOf([propertyName]);
  return error.keyword === 'additionalProperties' ? instancePath + pointerOf([params['additionalProperty'] as string]) : instancePath;
}

/** Never repeats the value: it may be a secret in the wrong place. */
function mendOf(error: ErrorObject): string {
  const { keyword, params } = error;
  if (keyword === 'additionalProperties') return 'Nothing of this name is known here; remove it or correct its spelling.';
  if (keyword === 'required') return `"${String(params['missingProperty'])}" is missing here; add it.`;
  if (keyword === 'enum') return `Use one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}.`;
  if (keyword === 'type') return `This must be of type ${String(params['type'])}.`;
  if (keyword === 'pattern') return `This must match ${String(params['pattern'])}.`;
  return `This ${error.message ?? 'is not allowed'}.`;
}
