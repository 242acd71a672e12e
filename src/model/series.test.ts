import { expect, test } from 'vitest';
import { stepFor } from './series.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test.each([
  [HOUR, 1_000, 5_000],
  [DAY, 1_000, 120_000],
  [30 * DAY, 1_000, HOUR],
  [365 * DAY, 1_000, 12 * HOUR],
  [10 * 365 * DAY, 1_000, 4 * DAY],
  [1, 1_000, 1_000],
  [DAY, 0, DAY],
])('a span of %i ms in %i points has steps of %i ms', (span, points, step) => {
  expect(stepFor({ from: 0, to: span }, points)).toBe(step);
});
