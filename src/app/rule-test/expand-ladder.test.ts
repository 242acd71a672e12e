import { describe, expect, it } from 'vitest';
import type { FactCondition } from '../../model/condition.ts';
import { expandLadder } from './expand-ladder.ts';
import type { Ladder } from './rule-test-file.ts';
import { altered, failing, PONDING, PONDING_LADDER, ran } from './test-rig.ts';
import type { Trial } from './trial.ts';

const MINUTE = 60_000;
const ladders = [PONDING_LADDER];

/** What a case feeds, as `minute:value`. */
function fed({ says }: Trial): string {
  return says.map(({ at, values }) => `${at / MINUTE}:${String(values['depth'])}`).join(' ');
}

function caseOf(ladder: Ladder, name: string): Trial {
  const trial = expandLadder(ladder, 1).find((one) => one.name === name);
  if (trial === undefined) throw new Error(`no case "${name}"`);
  return trial;
}

function compares(operator: string, value: number): { readonly all: readonly FactCondition[] } {
  return { all: [{ fact: 'value', operator, value }] };
}

describe('a ladder written out', () => {
  it('has a case for every question, in rising order, named by level', () => {
    expect(expandLadder(PONDING_LADDER, 1).map(({ name }) => name)).toEqual([
      'blue: just short',
      'blue: at the threshold',
      'blue: just beyond',
      'blue: held too short',
      'blue: cleared',
      'blue: not yet clear',
      'blue: silent',
      'red: just short',
      'red: at the threshold',
      'red: just beyond',
      'red: cleared',
      'red: not yet clear',
      'red: silent',
    ]);
  });

  it('names no two cases of a file alike', () => {
    const names = ran(PONDING, { ladders: [PONDING_LADDER, PONDING_LADDER] }).map(({ name }) => name);
    expect(new Set(names).size).toBe(26);
    expect(names[13]).toBe('blue: just short (ladder 2)');
  });

  it('asks nothing of what a rung leaves out', () => {
    const ladder: Ladder = {
      measure: 'depth',
      every: '1m',
      rest: 0,
      levels: { red: { safe: 20, edge: 20, past: 21, clear: 0, cleared: null } },
    };
    expect(expandLadder(ladder, 1).map(({ name }) => name)).toEqual(['red: just short', 'red: at the threshold', 'red: just beyond']);
  });

  it('feeds the probe for the hold and three readings more, and lets a millisecond pass', () => {
    const trial = caseOf(PONDING_LADDER, 'blue: just short');
    expect(fed(trial)).toBe('0:4.9 1:4.9 2:4.9 3:4.9 4:4.9 5:4.9');
    expect(trial.until).toBe(5 * MINUTE + 1);
  });

  it('is at rest before, for as long as it warms', () => {
    expect(fed(caseOf({ ...PONDING_LADDER, warm: '3m' }, 'red: just beyond'))).toBe('0:0 1:0 2:0 3:20.1 4:20.1 5:20.1 6:20.1');
  });

  it('breaks the hold in its last millisecond', () => {
    const { says } = caseOf(PONDING_LADDER, 'blue: held too short');
    expect(says.slice(0, 3).map(({ at, values }) => [at, values['depth']])).toEqual([
      [0, 5.1],
      [MINUTE, 5.1],
      [2 * MINUTE - 1, 2.9],
    ]);
  });

  it('clears from the first reading after the level is raised', () => {
    const trial = caseOf(PONDING_LADDER, 'blue: cleared');
    expect(fed(trial)).toMatch(/^0:5.1 1:5.1 2:5.1 3:2.9 4:2.9 .* 14:2.9$/);
    expect(fed(caseOf(PONDING_LADDER, 'blue: not yet clear'))).toMatch(/^0:5.1 1:5.1 2:5.1 3:3 4:3 .* 16:3$/);
  });

  it('feeds one probe, or so many, where sums and counts are judged', () => {
    const once = caseOf({ ...PONDING_LADDER, feed: 'once' }, 'blue: just beyond');
    expect(fed(once)).toBe('0:5.1');
    expect(once.until).toBe(5 * MINUTE + 1);
    const twice = { ...PONDING_LADDER, warm: '1m', times: 2 };
    expect(fed(caseOf(twice, 'blue: just beyond'))).toBe('0:0 1:5.1 2:5.1');
    expect(fed(caseOf(twice, 'blue: cleared'))).toMatch(/^0:0 1:5.1 2:5.1 4:2.9 /);
  });

  it('feeds several measures, and the sensor that it names', () => {
    const probe = (depth: number): Record<string, number> => ({ depth, rain: 1 });
    const ladder = { sensor: 's2', every: '1m', rest: probe(0), levels: { red: { safe: probe(1), edge: probe(2), past: probe(3) } } };
    expect(caseOf(ladder, 'red: just short').says[0]).toMatchObject({ sensor: 's2', values: { depth: 1, rain: 1 } });
  });
});

describe('a ladder on its rule', () => {
  it('passes where the rule is right', () => {
    expect(failing(PONDING, { ladders })).toEqual({});
  });

  it.each([
    { slip: 'a threshold too high', levels: { blue: { when: compares('greaterThanInclusive', 5.1) } }, fail: ['blue: at the threshold'] },
    { slip: 'a threshold too low', levels: { blue: { when: compares('greaterThanInclusive', 4.9) } }, fail: ['blue: just short'] },
    { slip: 'a strict comparison', levels: { blue: { when: compares('greaterThan', 5) } }, fail: ['blue: at the threshold'] },
    { slip: 'an inclusive one', levels: { red: { when: compares('greaterThanInclusive', 20) } }, fail: ['red: at the threshold'] },
    {
      slip: 'a hold too short',
      levels: { blue: { for: '1m59s' } },
      fail: ['blue: at the threshold', 'blue: just beyond', 'blue: held too short'],
    },
    {
      slip: 'a hold too long',
      levels: { blue: { for: '2m1s' } },
      fail: ['blue: at the threshold', 'blue: just beyond'],
    },
    {
      slip: 'a clear line too low',
      levels: { blue: { clear: { when: compares('lessThan', 2.9), for: '10m' } } },
      fail: ['blue: cleared'],
    },
    {
      slip: 'a clear line too high',
      levels: { blue: { clear: { when: compares('lessThan', 3.1), for: '10m' } } },
      fail: ['blue: not yet clear'],
    },
    {
      slip: 'a clear time too short',
      levels: { blue: { clear: { when: compares('lessThan', 3), for: '9m' } } },
      fail: ['blue: cleared'],
    },
    {
      slip: 'a clear time where there is none',
      levels: { red: { clear: { when: compares('lessThan', 15), for: '1s' } } },
      fail: ['red: cleared'],
    },
  ])('finds $slip', ({ levels, fail }) => {
    expect(Object.keys(failing(altered(PONDING, {}, levels), { ladders }))).toEqual(fail);
  });

  it('says rule, level, what, expected and got', () => {
    const [result] = ran(altered(PONDING, {}, { blue: { when: compares('greaterThanInclusive', 4.9) } }), { ladders });
    expect(result).toEqual({
      rule: 'ponding',
      name: 'blue: just short',
      passed: false,
      differences: ['depth 4.9: expected never blue, got blue at 2m'],
    });
    const slow = failing(altered(PONDING, {}, { blue: { for: '3m' } }), { ladders });
    expect(slow['blue: just beyond']).toEqual(['depth 5.1: expected blue at 2m, got blue at 3m']);
    const never = failing(altered(PONDING, {}, { red: { when: compares('greaterThan', 99) } }), { ladders });
    expect(never['red: cleared']).toEqual(['depth 14.9: expected below red at 1m, got never red']);
  });

  it('finds a level that silence ends, and one that it should end', () => {
    const quiet = {
      ...PONDING,
      conditions: { silent: { fact: 'absence', params: { unit: 'm' }, operator: 'greaterThanInclusive', value: 90 } },
      stale: null,
    };
    const ending = altered(quiet, {}, { red: { clear: { when: { any: [...compares('lessThan', 15).all, { condition: 'silent' }] } } } });
    expect(failing(ending, { ladders })).toEqual({ 'red: silent': ['depth 20.1: expected still red, got blue at 1h30m'] });
    const ends = { ...PONDING_LADDER, levels: { red: PONDING_LADDER.levels.red ?? never() }, silence: { for: '2h', ends: '1h30m' } };
    expect(failing(ending, { ladders: [ends] })).toEqual({});
    expect(failing(PONDING, { ladders: [ends] })).toEqual({
      'red: silent': ['depth 20.1: expected below red at 1h30m, got still red'],
    });
  });

  it('finds a latch that is missing, and one that is not asked for', () => {
    const latched = [{ ...PONDING_LADDER, latched: true }];
    expect(failing(altered(PONDING, { latch: true }), { ladders: latched })).toEqual({});
    expect(failing(PONDING, { ladders: latched })).toEqual({
      'blue: cleared': ['depth 2.9: expected the alert firing at the end, got resolved'],
    });
    expect(Object.keys(failing(altered(PONDING, { latch: true }), { ladders }))).toEqual(['blue: cleared']);
  });

  it('compares the time at which it happened, not that at which it is judged', () => {
    for (const lateness of ['1m', '5m', '1h']) expect(failing(altered(PONDING, { lateness }), { ladders })).toEqual({});
  });
});

function never(): never {
  throw new Error('the ladder has no red');
}
