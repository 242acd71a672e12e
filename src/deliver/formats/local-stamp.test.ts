import { describe, expect, test } from 'vitest';
import { beijingDigits, localMinute, localStamp } from './local-stamp.ts';

const AT = Date.parse('2026-11-23T00:00:00.999Z');

describe('local time', () => {
  test.each([
    ['Asia/Shanghai', '2026-11-23T08:00:00+08:00'],
    ['UTC', '2026-11-23T00:00:00-00:00'],
    ['Europe/London', '2026-11-23T00:00:00-00:00'],
    ['Asia/Kathmandu', '2026-11-23T05:45:00+05:45'],
    ['America/St_Johns', '2026-11-22T20:30:00-03:30'],
  ])('%s: %s', (zone, stamp) => {
    expect(localStamp(AT, zone)).toBe(stamp);
  });

  test('summer time is the offset of that day', () => {
    expect(localStamp(Date.parse('2026-07-01T12:00:00Z'), 'Europe/Berlin')).toBe('2026-07-01T14:00:00+02:00');
    expect(localStamp(Date.parse('2026-12-01T12:00:00Z'), 'Europe/Berlin')).toBe('2026-12-01T13:00:00+01:00');
  });

  test('digits are Beijing time, minutes are for people', () => {
    expect(beijingDigits(Date.parse('2026-12-31T16:00:00Z'))).toBe('20270101000000');
    expect(localMinute(AT, 'Asia/Shanghai')).toBe('2026-11-23 08:00');
  });
});
