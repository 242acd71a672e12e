import type { AccessToken } from '../access.ts';

/** Nothing that speaks to a terminal; several lines may be. */
const HARMLESS = '(?:[\\n\\t]|[^\\p{Cc}\\u2028-\\u202e\\u2066-\\u2069])*$';
/** And not blank. */
const SAYS_SOMETHING = `^(?=[^]*\\S)${HARMLESS}`;

/** What the bodies of all deeds share. */
export const BY = { type: 'string', minLength: 1, maxLength: 200, pattern: SAYS_SOMETHING } as const;
export const REASON = { type: 'string', minLength: 1, maxLength: 2_000, pattern: SAYS_SOMETHING } as const;
export const NOTE = { type: 'string', maxLength: 2_000, pattern: `^${HARMLESS}` } as const;
export const ID = { type: 'string', minLength: 1, maxLength: 128 } as const;

/** Who ends it, where there is no body to say so. */
export function byQuery(): object {
  return { type: 'object', required: ['by'], properties: { by: BY } };
}

/** The name that was given, and whose token it came with: one may lend a name, but not a token. */
export function signed(by: string, token: AccessToken | null): string {
  return token === null ? by : `${by} (${token.name})`;
}
