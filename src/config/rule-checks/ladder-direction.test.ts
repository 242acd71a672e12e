import { describe, expect, test } from 'vitest';
import { found, levelFile, parse, ruleFile, type Json } from '../test-rig.ts';

const above = (value: number, fact: Json = { fact: 'value' }): Json => ({ ...fact, operator: 'greaterThan', value });
const below = (value: number, fact: Json = { fact: 'value' }): Json => ({ ...fact, operator: 'lessThan', value });
const ladder = (levels: Record<string, unknown>, over: Json = {}): Json =>
  ruleFile({ ...over, levels: Object.fromEntries(Object.entries(levels).map(([level, when]) => [level, levelFile(when)])) });

describe('a ladder of which one level rises and another falls', () => {
  test.each<readonly [string, Json]>([
    ['plain', ladder({ blue: above(5), yellow: below(3) })],
    ['in lists of one', ladder({ blue: { all: [above(5)] }, yellow: { any: [below(3)] } })],
    ['by a name', ladder({ blue: above(5), yellow: { condition: 'dry' } }, { conditions: { dry: below(3) } })],
    ['by the fact itself', ladder({ blue: above(5), yellow: below(3, { fact: 'sum', params: { of: 'rain', window: '1h' } }) })],
  ])('is refused: %s', (_name, file) => {
    expect(found(file)).toEqual(['rule-ladder /levels/yellow/when']);
  });

  test('is told once, with both bounds', () => {
    const { problems } = parse(ladder({ blue: above(5), yellow: below(3), red: below(1) }));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/^yellow is raised below 3 but blue is raised above 5, so that /);
  });

  test.each<readonly [string, Json]>([
    ['that bounds on both sides', ladder({ blue: { any: [above(30), below(0)] }, yellow: { any: [above(35), below(-5)] } })],
    ['with one wide level and one for the cold', ladder({ blue: { any: [above(30), below(0)] }, yellow: above(35), red: below(-10) })],
    ['that falls', ladder({ blue: below(5), yellow: below(3) })],
    ['of two facts', ladder({ blue: above(5), yellow: below(3, { fact: 'last', params: { of: 'battery' } }) })],
    [
      'of thresholds with more to them',
      ladder({ blue: { all: [above(5), above(1, { fact: 'absence' })] }, yellow: { all: [below(3), above(2, { fact: 'absence' })] } }),
    ],
  ])('is none: one %s', (_name, file) => {
    expect(found(file)).toEqual([]);
  });
});
