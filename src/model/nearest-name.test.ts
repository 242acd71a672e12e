import { describe, expect, test } from 'vitest';
import { didYouMean, nearestName } from './nearest-name.ts';

const NAMES = ['smoke', 'heat', 'rain', 'water-main-pressure', 'pm25', 'pm10'];

describe('the nearest name', () => {
  test.each([
    ['smok', 'smoke'],
    ['smoek', 'smoke'],
    ['Smoke', 'smoke'],
    ['RAIN', 'rain'],
    ['pm2.5', 'pm25'],
    ['water_main_presure', 'water-main-pressure'],
    ['main-pressure-water', null],
    ['pm100', 'pm10'],
    ['depth', null],
    ['', null],
    ['x', null],
    ['ab', null],
  ])('to "%s" is %s', (name, nearest) => {
    expect(nearestName(name, NAMES)).toBe(nearest);
  });

  test('is the first of those that are equally near', () => {
    expect(nearestName('pm20', ['pm21', 'pm22'])).toBe('pm21');
  });

  test('stands in a sentence, or leaves no trace', () => {
    expect(didYouMean('smok', NAMES)).toBe(' (did you mean "smoke"?)');
    expect(didYouMean('depth', NAMES)).toBe('');
  });

  test('is not looked for among names without bounds', () => {
    expect(nearestName('a'.repeat(81), ['a'.repeat(80)])).toBeNull();
    expect(nearestName('smok', ['smoke', 'x'.repeat(1_000_000)])).toBe('smoke');
    expect(
      nearestName(
        'smok',
        Array.from({ length: 2_001 }, () => 'smoke'),
      ),
    ).toBeNull();
  });
});
