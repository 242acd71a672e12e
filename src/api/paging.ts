/** Query members that every list shares. */
export const PAGE_QUERY = {
  limit: { type: 'integer', minimum: 1, maximum: 500, default: 50, description: 'How many at the most.' },
  cursor: { type: 'string', maxLength: 200, description: '`next` of the page before.' },
} as const;

export interface PageParams {
  readonly limit: number;
  readonly cursor?: string;
}

export function pageOf(query: PageParams): { limit: number; cursor: string | null } {
  return { limit: query.limit, cursor: query.cursor ?? null };
}
