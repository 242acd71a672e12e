import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { parseRfc3339 } from '../../decode/timestamp.ts';
import { Refusal } from '../../model/problem.ts';
import type { Problem } from '../../model/problem.ts';
import type { Text } from '../../model/text.ts';
import { isZone } from './zone.ts';

export type Where = Readonly<Record<string, string | readonly string[]>>;

export interface StampSpec {
  readonly column: string;
  readonly format: 'iso' | 'epoch-ms' | 'epoch-s' | 'local';
  readonly zone?: string;
}

export type TimePart = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

export interface PartsSpec {
  readonly columns: Readonly<Partial<Record<TimePart, string>>>;
  readonly zone: string;
}

export interface ElapsedSpec {
  readonly base: string | StampSpec | { readonly column: string; readonly table: Readonly<Record<string, string>> };
  readonly elapsed: string;
  readonly unit: 'ms' | 's';
  readonly from?: 'zero' | 'first';
}

export type TimeSpec = StampSpec | PartsSpec | ElapsedSpec;

export type SensorSpec =
  | { readonly id: string }
  | { readonly column: string; readonly prefix?: string; readonly table?: Readonly<Record<string, string>>; readonly skipOthers?: boolean };

export interface ValueSpec {
  readonly measure: string;
  readonly column: string;
  readonly to?: 'number' | 'boolean';
  readonly factor?: number;
  readonly offset?: number;
  readonly threshold?: { readonly above: number };
  readonly missing?: readonly string[];
  readonly where?: Where;
}

/** `schemas/mapping.schema.json` says what each field means. */
export interface Mapping {
  readonly title?: Text;
  readonly credit?: string;
  readonly notes?: readonly string[];
  readonly format?: 'csv' | 'ndjson';
  readonly gateway: string;
  readonly order?: 'file' | 'by-sensor';
  readonly batch?: number;
  readonly filter?: Where;
  readonly time: TimeSpec;
  readonly sensor: SensorSpec;
  readonly values: readonly ValueSpec[];
}

const SCHEMA = fileURLToPath(new URL('../../../schemas/mapping.schema.json', import.meta.url));
let compiled: ValidateFunction<Mapping> | null = null;

function validator(): ValidateFunction<Mapping> {
  compiled ??= new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile<Mapping>(
    JSON.parse(readFileSync(SCHEMA, 'utf8')) as object,
  );
  return compiled;
}

/** Reads and checks a mapping file; every fault is named with its pointer. */
export function loadMapping(file: string): Mapping {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal('mapping-unreadable', `The mapping file ${file} cannot be read: ${(error as Error).message}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal('mapping-invalid', `The mapping file ${file} is no JSON: ${(error as Error).message}.`);
  }
  return checkMapping(value, file);
}

export function checkMapping(value: unknown, file: string): Mapping {
  const check = validator();
  const problems: Problem[] = [];
  if (check(value)) problems.push(...meaningProblems(value, file));
  // A failed `then` says only that it failed; what failed inside it stands beside it.
  else for (const error of check.errors ?? []) if (error.keyword !== 'if') problems.push(schemaProblem(error, file));
  if (problems.length > 0)
    throw new Refusal('mapping-invalid', `The mapping file ${file} is not valid: ${problems.length} problem(s).`, problems);
  return value as Mapping;
}

function schemaProblem(error: ErrorObject, file: string): Problem {
  const params = error.params as Record<string, unknown>;
  const detail =
    error.keyword === 'additionalProperties'
      ? `unknown key "${String(params['additionalProperty'])}"`
      : error.keyword === 'enum'
        ? `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`
        : (error.message ?? error.keyword);
  return { code: 'schema', file, pointer: error.instancePath, message: detail };
}

/** What a schema cannot say. */
function meaningProblems(mapping: Mapping, file: string): Problem[] {
  const problems: Problem[] = [];
  const add = (code: string, pointer: string, message: string): void => void problems.push({ code, file, pointer, message });
  for (const [pointer, zone] of zonesOf(mapping.time))
    if (!isZone(zone)) add('zone-unknown', pointer, `"${zone}" is neither an offset like +08:00 nor a known zone`);
  for (const [pointer, time] of fixedTimesOf(mapping.time))
    if (parseRfc3339(time) === null) add('time-invalid', pointer, `"${time}" is no RFC 3339 time with an offset`);
  if (mapping.order === 'by-sensor' && !('table' in mapping.sensor && mapping.sensor.table !== undefined))
    add('order-needs-table', '/order', 'by-sensor needs sensor.table: one stream is read for each of its entries');
  for (const [index, value] of mapping.values.entries())
    if (value.to === 'boolean' && (value.factor !== undefined || value.offset !== undefined))
      add('factor-of-boolean', `/values/${index}`, 'a boolean takes neither factor nor offset');
  return problems;
}

function zonesOf(time: TimeSpec): [string, string][] {
  if ('columns' in time) return [['/time/zone', time.zone]];
  if ('elapsed' in time)
    return typeof time.base === 'object' && 'zone' in time.base && time.base.zone !== undefined
      ? [['/time/base/zone', time.base.zone]]
      : [];
  return time.zone === undefined ? [] : [['/time/zone', time.zone]];
}

function fixedTimesOf(time: TimeSpec): [string, string][] {
  if (!('elapsed' in time)) return [];
  if (typeof time.base === 'string') return [['/time/base', time.base]];
  if (!('table' in time.base)) return [];
  return Object.entries(time.base.table).map(([key, value]) => [
    `/time/base/table/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
  ]);
}
