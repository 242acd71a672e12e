import { createHash } from 'node:crypto';

/** `prefix_` + 26 characters of Crockford base 32 over SHA-256 of the parts: the same parts give the same id, for ever. */
export function fingerprint(prefix: string, ...parts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(parts.join('\u0000')).digest();
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  let text = '';
  for (let i = 0; i < 26; i += 1) text += alphabet[(digest[i] as number) & 31];
  return `${prefix}_${text}`;
}
