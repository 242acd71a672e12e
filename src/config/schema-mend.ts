import type { ErrorObject } from 'ajv';
import { didYouMean, nearestName } from '../model/nearest-name.ts';
import { mendOfPattern } from './pattern-mend.ts';

/** What a value of each JSON type is called. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list in square brackets',
  object: 'an object in braces',
};

/** What a list holds, by the member that it is. */
const MEMBERS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  all: ['condition', 'conditions'],
  any: ['condition', 'conditions'],
  models: ['model', 'models'],
  support: ['party', 'parties'],
  parties: ['party', 'parties'],
  points: ['point [x, y]', 'points [x, y]'],
  within: ['number', 'numbers'],
  cases: ['case', 'cases'],
  ladders: ['ladder', 'ladders'],
  input: ['reading', 'readings'],
  with: ['rule', 'rules'],
  places: ['place', 'places'],
  sensors: ['sensor', 'sensors'],
  conditions: ['named condition', 'named conditions'],
  values: ['measure with its value', 'measures'],
};

/** Keyword of JSON Schema → one sentence that says the mend. Keywords that only join others are told by those. */
export const MENDS: Readonly<Record<string, (error: ErrorObject) => string>> = {
  required: ({ params }) => `Add "${params['missingProperty'] as string}".`,
  additionalProperties: sayUnknown,
  propertyNames: ({ params }) =>
    `Give "${clip(params['propertyName'] as string)}" another name: small letters and digits, joined by "-", at most 64.`,
  enum: sayEnum,
  const: ({ params }) => `Write ${JSON.stringify(params['allowedValue'])} here, or leave it out.`,
  pattern: ({ params, data }) => mendOfPattern(params['pattern'] as string, data),
  oneOf: ({ schemaPath }) =>
    schemaPath.includes('silence')
      ? 'Say what silence does: "level": "keeps", or "ends" with a duration.'
      : 'Say which sensors count: "silent": true, or "of" with exactly one of "equal", "below", "above", "atLeast", "atMost".',
  'false schema': () => 'Remove this; it does not go with the other members here.',
  type: sayType,
  minItems: ({ params, instancePath, parentSchema }) => sayLength(instancePath, params['limit'] as number, parentSchema, 'at least'),
  maxItems: ({ params, instancePath, parentSchema }) => sayLength(instancePath, params['limit'] as number, parentSchema, 'at most'),
  uniqueItems: sayTwice,
  minProperties: sayTooFew,
  maxProperties: ({ params, instancePath }) => sayLength(instancePath, params['limit'] as number, {}, 'at most'),
  minLength: () => 'Write something here; the text is empty.',
  maxLength: ({ params }) => `Shorten this to at most ${params['limit'] as number} characters.`,
  minimum: sayRange,
  maximum: sayRange,
  exclusiveMinimum: ({ params }) => `Write a number above ${params['limit'] as number}.`,
};

/** Needs the error's data and schema, which the validator gives when it is verbose. */
export function mendOf(error: ErrorObject): string {
  const mend = Object.hasOwn(MENDS, error.keyword) ? MENDS[error.keyword] : undefined;
  return mend === undefined ? `Correct this: it ${error.message ?? `breaks "${error.keyword}"`}.` : mend(error);
}

function sayUnknown({ params, parentSchema }: ErrorObject): string {
  const name = params['additionalProperty'] as string;
  const known = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {});
  const meant = nearestName(name, known);
  return meant === null
    ? `Remove "${clip(name)}", or correct its spelling.`
    : `Remove "${clip(name)}", or write "${meant}" if that is meant.`;
}

function sayEnum({ params, data }: ErrorObject): string {
  const allowed = (params['allowedValues'] as unknown[]).map(String);
  if (typeof data !== 'string') return `Use one of ${allowed.join(', ')}.`;
  const meant = didYouMean(data, allowed);
  return meant === '' ? `Use one of ${allowed.join(', ')}.` : `There is no "${clip(data)}" here${meant}; use one of ${allowed.join(', ')}.`;
}

function sayType({ params, parentSchema }: ErrorObject): string {
  const pattern = parentSchema?.['pattern'] as string | undefined;
  const types = [params['type'] as string | string[]].flat();
  if (pattern !== undefined && !types.includes('array')) return mendOfPattern(pattern, undefined);
  return `Write ${types.map((type) => TYPES[type] ?? type).join(' or ')} here.`;
}

function sayLength(instancePath: string, limit: number, schema: ErrorObject['parentSchema'], how: 'at least' | 'at most'): string {
  const [one, many] = MEMBERS[instancePath.slice(instancePath.lastIndexOf('/') + 1)] ?? ['member', 'members'];
  const exactly = schema?.['minItems'] !== undefined && schema['minItems'] === schema['maxItems'];
  return `Write ${exactly ? 'exactly' : how} ${limit === 1 ? 'one' : limit} ${limit === 1 ? one : many} here.`;
}

function sayTwice({ params }: ErrorObject): string {
  const [first, second] = [params['i'] as number, params['j'] as number].sort((a, b) => a - b) as [number, number];
  return `Members ${first + 1} and ${second + 1} of this list are the same; keep one.`;
}

function sayTooFew({ params, instancePath, parentSchema }: ErrorObject): string {
  const known = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {});
  if (known.length === 0) return sayLength(instancePath, params['limit'] as number, {}, 'at least');
  return `Write at least one of ${known.map((name) => `"${name}"`).join(', ')} here.`;
}

function sayRange({ parentSchema, params }: ErrorObject): string {
  const { type, minimum, maximum } = (parentSchema ?? {}) as { type?: string; minimum?: number; maximum?: number };
  const number = type === 'integer' ? 'a whole number' : 'a number';
  if (minimum !== undefined && maximum !== undefined) return `Write ${number} from ${minimum} to ${maximum}.`;
  return `Write ${number} of ${minimum === undefined ? 'at most' : 'at least'} ${params['limit'] as number}.`;
}

/** A report quotes a name, it does not repeat a file. */
function clip(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 80)}…`;
}
