import { createHash } from 'node:crypto';

/**
 * JSON with the keys of every object in the order of their UTF-16 units and no blanks (RFC 8785), so that the same value has
 * the same bytes wherever it is written. A property that is `undefined` is left out. Bytes are never written out: their
 * SHA-256 and their number stand for them.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (value instanceof Uint8Array) return canonicalJson({ bytes: value.length, sha256: createHash('sha256').update(value).digest('hex') });
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members: string[] = [];
  // In the order of UTF-16 units, which is that of JavaScript's own sorting.
  for (const key of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}
