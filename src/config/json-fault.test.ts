import { expect, test } from 'vitest';
import { jsonFault } from './json-fault.ts';

function faultOf(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return jsonFault(text, error as Error);
  }
  throw new Error('This is JSON.');
}

test.each([
  ['{"a": 1，"b": 2}', 'A full-width comma 「，」 stands here (line 1, column 8); write an ASCII comma ,.'],
  ['{\n  "a"：1\n}', 'A full-width colon 「：」 stands here (line 2, column 6); write an ASCII colon :.'],
  ['{“a”: 1}', 'A full-width quote 「“」 stands here (line 1, column 2); write an ASCII quote ".'],
  ['{"a”: "rain"}', 'A full-width quote 「”」 stands here (line 1, column 4); write an ASCII quote ".'],
  ['{"a": "x”,\n "b": 1}', 'A full-width quote 「”」 stands here (line 1, column 9); write an ASCII quote ".'],
  ['｛"a": 1}', 'A full-width brace 「｛」 stands here (line 1, column 1); write an ASCII brace {.'],
  ['{"a":\u30001}', 'A full-width space 「\u3000」 stands here (line 1, column 6); write an ordinary space.'],
  ['{"a": 1,\n}', 'Take out the comma before } (line 2, column 1).'],
  ['{"a": 1,, "b": 2}', 'Take out one of the two commas (line 1, column 9).'],
  ['{"a": 1, // one\n"b": 2}', 'Take the comment out: JSON has none (line 1, column 10).'],
  ['{"a": "x,\n"b": 1}', 'Close the text with a quote " before its line ends (line 1, column 10).'],
  ['{"a": {"b": 1}', 'The file ends before all is closed; add the missing }, ] or quote.'],
])('what is wrong with %j is named as such', (text, message) => {
  expect(faultOf(text)).toBe(message);
});

test('an empty file is said to be empty', () => {
  for (const text of ['', ' \n\t']) expect(faultOf(text)).toBe('The file is empty; write its JSON object, from { to }.');
});

test('full-width marks within a text are not blamed for a fault elsewhere', () => {
  expect(faultOf('{"note": "他说：“好”，就来", oops}')).toMatch(/^Make this valid JSON: /);
});
