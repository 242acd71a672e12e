import { describe, expect, test } from 'vitest';
import { formatDuration } from '../model/time.ts';
import { backoff, HOUR, retryWait } from './backoff.ts';
import { seeded } from './test-rig.ts';

describe('back-off', () => {
  test('is eager first, then hourly without end', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1_000].map((attempt) => formatDuration(backoff(attempt, 0.5)));
    expect(waits).toEqual(['1s', '2s', '5s', '10s', '30s', '1m', '2m', '5m', '10m', '30m', '1h', '1h', '1h']);
  });

  test('is spread by a fifth to either side, and never further', () => {
    const random = seeded(7);
    const waits = Array.from({ length: 10_000 }, () => backoff(4, random()));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(8_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(12_000);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(3_900);
  });

  test('gives way to Retry-After, which is never undercut, never under a second and never over an hour', () => {
    expect(retryWait(9, 7_000, 0)).toBe(7_000);
    expect(retryWait(1, 7_000, 0.999)).toBeLessThanOrEqual(8_400);
    expect(retryWait(1, 0, 0)).toBe(1_000);
    expect(retryWait(1, 86_400_000, 0)).toBe(HOUR);
    expect(retryWait(3, null, 0.5)).toBe(5_000);
  });
});
