import { describe, expect, it } from 'vitest';
import type { FactReference } from '../../model/condition.ts';
import { altered, assembled, failing, PONDING } from './test-rig.ts';

const SIGN: FactReference = { fact: 'sign', params: { sign: 'rain', at: 'district' } };
const WET = { fact: 'value', operator: 'greaterThan', value: 20 };
const beside = [assembled({ ...PONDING, id: 'rain', value: { fact: 'last', params: { of: 'depth' } } })];
const cases = [
  {
    name: 'one',
    input: [
      { at: '0s', values: { depth: 30 } },
      { at: '1m', values: { depth: 31 } },
    ],
    expect: [],
  },
];

describe('a rule of signs alone', () => {
  it('has no keys, so that it is never judged: that is why its file is refused', () => {
    const alone = altered(PONDING, { scope: 'district', value: SIGN }, { blue: { when: { all: [WET] } }, red: { when: { all: [WET] } } });
    expect(failing(alone, { with: ['rain'], cases }, beside)).toEqual({});
  });

  it('is judged as soon as it asks for a reading too, were it only that one has come', () => {
    const came = { fact: 'count', params: { of: '$lag', window: '1h' }, operator: 'greaterThanInclusive', value: 0 };
    const mended = altered(PONDING, { scope: 'district', value: SIGN }, { red: { when: { all: [WET, came] } } });
    expect(failing(mended, { with: ['rain'], cases }, beside)['one']).toEqual([
      'level change 1: expected nothing, got 0s district:test red',
    ]);
  });
});
