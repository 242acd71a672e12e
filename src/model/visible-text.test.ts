import { expect, test } from 'vitest';
import { cleanText, visibleLines, visibleText } from './visible-text.ts';

test.each([
  ['王工 Wang — “ok” 🔥', '王工 Wang — “ok” 🔥'],
  ['\u001b[2J\u0007', '\\u001b[2J\\u0007'],
  ['a\r\nb\tc', 'a\\u000d\\u000ab\\u0009c'],
  ['\u009b31m \u007f \u202egnp', '\\u009b31m \\u007f \\u202egnp'],
])('%j is shown as %s', (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test('lines stay lines, and what is kept shows what was lost', () => {
  expect(visibleLines('a\n\tb\r\u001b')).toBe('a\n\tb\\u000d\\u001b');
  expect(cleanText('a\n\tb\u001b[2J')).toBe('a\n\tb\ufffd[2J');
  expect(JSON.parse(visibleText(JSON.stringify({ by: '\u009b' })))).toEqual({ by: '\u009b' });
});
