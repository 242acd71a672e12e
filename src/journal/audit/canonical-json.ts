import { createHash } from 'node:crypto';

/** ASCII that stands in JSON as it is: most texts of a record are ids and codes, and need not be escaped. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * JSON with the keys of every object in the order of their UTF-16 units and no blanks (RFC 8785), so that the same value has
 * the same bytes wherever it is written. A property that is `undefined` is left out. Bytes are never written out: their
 * SHA-256 and their number stand for them.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return text(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return list(value);
  if (value instanceof Uint8Array) return canonicalJson({ bytes: value.length, sha256: createHash('sha256').update(value).digest('hex') });
  return members(value as Readonly<Record<string, unknown>>);
}

function text(value: string): string {
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
}

function list(values: readonly unknown[]): string {
  let written = '';
  for (const value of values) written += written === '' ? canonicalJson(value) : `,${canonicalJson(value)}`;
  return `[${written}]`;
}

function members(object: Readonly<Record<string, unknown>>): string {
  let written = '';
  for (const key of inOrder(Object.keys(object))) {
    const value = object[key];
    if (value !== undefined) written += `${written === '' ? '' : ','}${text(key)}:${canonicalJson(value)}`;
  }
  return `{${written}}`;
}

/** JavaScript compares texts by their UTF-16 units. */
function inOrder(keys: string[]): readonly string[] {
  for (let i = 1; i < keys.length; i += 1) if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort();
  return keys;
}
