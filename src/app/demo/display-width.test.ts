import { describe, expect, it } from 'vitest';
import { cut, displayWidth, fit, wrap } from './display-width.ts';

describe('the width of a text on a terminal', () => {
  it.each([
    ['abc', 3],
    ['消防', 4],
    ['消防 fire', 9],
    ['，。', 4],
    ['µg/m³', 5],
    ['e\u0301', 1],
    ['… → ✔', 5],
    ['│■', 2],
  ])('of "%s" is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('is filled or cut to exactly the columns asked for, never through a wide character', () => {
    for (const text of ['', 'abc', '消防救援', '长桥街道办事处 Changqiao', 'a消b防c'])
      for (let columns = 1; columns < 30; columns += 1) expect(displayWidth(fit(text, columns))).toBe(columns);
    expect(cut('消防救援', 5)).toBe('消防…');
    expect(cut('消防救援', 6)).toBe('消防… ');
  });

  it('is broken at spaces and between Chinese characters, and no line begins with a closing mark', () => {
    const lines = wrap('清晨，长桥一村一户人家做早饭，油烟熏响了烟感。 Breakfast in Changqiao sets off an alarm.', 20);
    for (const line of lines) {
      expect(displayWidth(line)).toBeLessThanOrEqual(22);
      expect(line).not.toMatch(/^[，。]/);
      expect(line).not.toMatch(/Chang$/);
    }
    expect(lines.join('').replaceAll(' ', '')).toBe('清晨，长桥一村一户人家做早饭，油烟熏响了烟感。BreakfastinChangqiaosetsoffanalarm.');
  });
});
