import { expect, test } from 'vitest';
import { formatDue, parseDue } from './due.ts';

test.each(['0s', '15m', '1h30m', '7d', '1wd', '5wd', '15wd', '99wd'])('a due time of %s is written as it was read', (text) => {
  const due = parseDue(text);
  if (due === null) throw new Error('it was not read');
  expect(formatDue(due)).toBe(text);
});

test.each(['', '0wd', '05wd', '100wd', '1wd2h', '-1wd', '1 wd', '1WD', 'wd'])('"%s" is no due time', (text) => {
  expect(parseDue(text)).toBeNull();
});
