import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EARLIEST, LATEST, parseRfc3339, readTimestamp } from './timestamp.ts';

describe('timestamps', () => {
  test('agree with Date.parse on every instant, in every offset', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: EARLIEST + 100_000_000, max: LATEST - 100_000_000 }),
        fc.integer({ min: -1439, max: 1439 }),
        (at, minutes) => {
          const local = new Date(at + minutes * 60_000).toISOString().slice(0, -1);
          const size = Math.abs(minutes);
          const zone = `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
          expect(parseRfc3339(`${local}${zone}`)).toBe(at);
          expect(parseRfc3339(new Date(at).toISOString())).toBe(at);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ['2026-11-23T08:00:00+08:00', Date.UTC(2026, 10, 23)],
    ['2026-11-23t08:00:00.5z', Date.UTC(2026, 10, 23, 8, 0, 0, 500)],
    ['2026-11-23 08:00:00.123456789-00:00', Date.UTC(2026, 10, 23, 8, 0, 0, 123)],
    ['2024-02-29T23:59:59.999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
  ])('%s is read', (text, expected) => {
    expect(parseRfc3339(text)).toBe(expected);
  });

  test.each([
    '2026-11-23T08:00:00',
    '2026-11-23',
    '2026-11-23T08:00Z',
    '2025-02-29T00:00:00Z',
    '2100-02-28T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2016-12-31T23:59:60Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00.1234567890Z',
    '2026-01-01T00:00:00+0800',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+08:60',
    '2026-01-01T00:00:00+08:00 ',
    '1970-01-01T00:00:00Z',
    '２０２６-01-01T00:00:00Z',
    '',
    'yesterday at noon, more or less',
  ])('%s is refused', (text) => {
    expect(parseRfc3339(text)).toBeNull();
  });

  test('seconds given as milliseconds, and what is no time at all, are refused', () => {
    for (const value of [1_795_392_000, -1, 0, Number.NaN, Number.POSITIVE_INFINITY, 4e15, null, true, {}, []])
      expect(readTimestamp(value)).toBeNull();
    expect(readTimestamp(1_795_392_000_000.9)).toBe(1_795_392_000_000);
  });
});
