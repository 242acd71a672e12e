import { hangs, ok, okThenResets, says, type Answer } from './test-faulty-server.ts';

/** How a store of history can be away, or half there. In this order: first those that take something, then those that take nothing. */
export const MODES = ['413', '422 partial', '400 bad line', '204 reset', '503', '429', '400', 'hang', 'refuse'] as const;
export type OutageMode = (typeof MODES)[number];

/** Where the lines go that a mode takes. */
export interface Takes {
  take(line: string): void;
  /** One that this store will never take. */
  isBad(line: string): boolean;
}

export const LINES_AT_ONCE = 1_000;

const partial = { code: 'unprocessable entity', message: 'failure writing points to database: partial write: field type conflict' };

/** What a server in this mode does with a request to write; one whose port is closed gets none. */
export function answerTo(mode: Exclude<OutageMode, 'refuse'> | 'ok', lines: readonly string[], store: Takes): Answer {
  const take = (some: readonly string[], answer: Answer): Answer => {
    for (const line of some) store.take(line);
    return answer;
  };
  const good = (): readonly string[] => lines.filter((line) => !store.isBad(line));
  switch (mode) {
    case 'ok':
      return take(lines, ok);
    case '413':
      return lines.length > LINES_AT_ONCE ? says(413, 'Request Entity Too Large') : take(lines, ok);
    case '422 partial':
      return take(good(), good().length < lines.length ? says(422, partial) : ok);
    case '400 bad line':
      return good().length < lines.length ? says(400, partial) : take(lines, ok);
    case '204 reset':
      return take(lines, okThenResets);
    case '503':
      return says(503);
    case '429':
      return says(429, '', { 'retry-after': '5' });
    case '400':
      return says(400, { code: 'invalid', message: 'unable to parse' });
    case 'hang':
      return hangs;
  }
}

/** A mode in which questions get no answer either. */
export const isAway = (mode: OutageMode | 'ok'): boolean => ['503', '429', 'hang', 'refuse'].includes(mode);
