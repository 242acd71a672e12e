import { describe, expect, test } from 'vitest';
import { outcomeOfAnswer, readRetryAfter } from './outcome.ts';

const NOW = Date.parse('2026-11-23T00:00:00Z');

describe('what an answer means', () => {
  test('2xx accepts', () => {
    for (const status of [200, 201, 202, 204, 299]) expect(outcomeOfAnswer(status, null, NOW)).toEqual({ kind: 'accepted', status });
  });

  test('408, 429 and 5xx are tried again, when the receiver says if it says so', () => {
    for (const status of [408, 429, 500, 502, 503, 504, 599])
      expect(outcomeOfAnswer(status, null, NOW)).toEqual({ kind: 'retry', reason: `http-${status}`, status, wait: null });
    expect(outcomeOfAnswer(503, '120', NOW)).toMatchObject({ kind: 'retry', wait: 120_000 });
  });

  test('every other 4xx is refused, and so is a redirect', () => {
    for (const status of [400, 401, 403, 404, 409, 410, 413, 422, 451])
      expect(outcomeOfAnswer(status, '5', NOW)).toEqual({ kind: 'refused', reason: `http-${status}`, status });
    for (const status of [301, 302, 303, 304, 307, 308])
      expect(outcomeOfAnswer(status, null, NOW)).toEqual({ kind: 'refused', reason: `redirect-${status}`, status });
  });

  test('Retry-After is read as seconds or as a date, is capped at an hour, and nonsense is as if it were absent', () => {
    expect(readRetryAfter('30', NOW)).toBe(30_000);
    expect(readRetryAfter('Mon, 23 Nov 2026 00:01:00 GMT', NOW)).toBe(60_000);
    expect(readRetryAfter('Sun, 22 Nov 2026 00:01:00 GMT', NOW)).toBe(0);
    expect(readRetryAfter('99999999', NOW)).toBe(3_600_000);
    for (const value of [null, '', 'soon', '-5', '1.5', '1e3']) expect(readRetryAfter(value, NOW)).toBeNull();
  });
});
