import type { FastifyError } from 'fastify';
import { didYouMean } from '../model/nearest-name.ts';

/** What in a request does not fit, and where. */
export interface Misfit {
  readonly pointer: string;
  readonly detail: string;
}

/** @returns `null` for an error of another kind */
export function misfitOf({ validation, validationContext, message }: FastifyError): Misfit | null {
  const first = validation?.[0];
  if (first === undefined) return null;
  const { instancePath, keyword, params } = first;
  if (keyword === 'pattern')
    return { pointer: instancePath, detail: `${instancePath.slice(1)} must say something, and hold no control characters.` };
  if (validationContext !== 'body') return null;
  const { additionalProperty: name } = params;
  if (keyword !== 'additionalProperties' || typeof name !== 'string') return { pointer: instancePath, detail: message };
  const { parentSchema } = first as unknown as { readonly parentSchema?: { readonly properties?: object } };
  return stranger(instancePath, name, Object.keys(parentSchema?.properties ?? {}));
}

/** A member that is none of these; `null` where there is none. */
export function strangerIn(body: unknown, names: readonly string[]): Misfit | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const name = Object.keys(body).find((one) => !names.includes(one));
  return name === undefined ? null : stranger('', name, names);
}

function stranger(within: string, name: string, names: readonly string[]): Misfit {
  const pointer = `${within}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return { pointer, detail: `There is no ${JSON.stringify(name)} here${didYouMean(name, names)}; there is ${names.join(', ')}.` };
}
