import { describe, expect, test } from 'vitest';
import { checkTest, type Around } from './check-test.ts';
import type { RuleTestFile } from './rule-test-file.ts';
import { assembled, PONDING, PONDING_LADDER } from './test-rig.ts';

const AROUND: Around = {
  unread: new Set(['broken']),
  measures: ['depth', 'rain'].map((id) => ({ id, title: { zh: id, en: id }, unit: 'cm' })),
};

function found(more: Partial<RuleTestFile>): string[] {
  const problems = checkTest({ rule: 'ponding', ...more }, 'flood/ponding.rule-test.json', [assembled(PONDING)], AROUND);
  return problems.map(({ code, file, pointer, message }) => {
    expect(file).toBe('flood/ponding.rule-test.json');
    return `${code} ${pointer} ${message}`;
  });
}

const reading = (values: Record<string, number>, sensor?: string): Partial<RuleTestFile> => ({
  cases: [{ name: 'one', input: [{ at: '0s', values, ...(sensor === undefined ? {} : { sensor }) }], expect: [] }],
});

describe('a slip in a rule test', () => {
  test('a measure that the city has not is named once, with the one that was meant', () => {
    expect(found(reading({ depth: 1 }))).toEqual([]);
    const twice = [
      { at: '0s', values: { depht: 1 } },
      { at: '1s', values: { depht: 2 } },
    ];
    expect(found({ cases: [{ name: 'one', input: twice, expect: [] }] })).toEqual([
      'rule-measure-unknown /cases/0/input/0/values/depht The city has no measure "depht" (did you mean "depth"?); correct it, or add it to measures.json.',
    ]);
    expect(found({ ladders: [PONDING_LADDER, { ...PONDING_LADDER, measure: 'dept' }] })).toEqual([
      'rule-measure-unknown /ladders/1/measure The city has no measure "dept" (did you mean "depth"?); correct it, or add it to measures.json.',
    ]);
    expect(found({ ladders: [{ ...PONDING_LADDER, rest: { rian: 0 } }] })).toHaveLength(1);
  });

  test('a sensor at a place that the test has not is refused', () => {
    const sensors = [
      { id: 's1', place: 'p1' },
      { id: 's2', place: 'p3' },
    ];
    expect(found({ city: { places: [{ id: 'p1' }, { id: 'p2' }], sensors } })).toEqual([
      'rule-test-reference /city/sensors/1/place There is no place "p3" in this test (did you mean "p1"?); add it to "places", or name one of them.',
    ]);
    expect(found({ city: { sensors: [{ id: 's1', place: 'p1' }] } })).toEqual([]);
    expect(found({ city: { sensors: [{ id: 's1', place: 'p2' }] } })).toHaveLength(1);
  });

  test('a sensor that the test has not is refused', () => {
    expect(found(reading({ depth: 1 }, 'sensor-1'))).toEqual([
      'rule-test-reference /cases/0/input/0/sensor There is no sensor "sensor-1" in this test; add it to "sensors" under "city", or name one of them.',
    ]);
    expect(found({ ...reading({ depth: 1 }), city: { sensors: [{ id: 'gauge' }] } })).toHaveLength(1);
  });

  test('a rule that has problems of its own is there all the same', () => {
    expect(found({ rule: 'broken', with: ['broken'] })).toEqual([]);
    expect(found({ rule: 'pondign' })).toEqual([
      'rule-test-orphan /rule There is no valid rule "pondign" (did you mean "ponding"?); name the rule that this file tests.',
    ]);
  });
});
