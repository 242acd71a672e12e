import { serialize, deserialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../model/rule.ts';
import { compileCondition, UNKNOWN } from './condition/compile-condition.ts';
import type { SavedEngine } from './engine-snapshot.ts';
import { cityOf, levelOf, Rig, ruleOf, sensorOf } from './test-rig.ts';

const S = 1_000;
const M = 60 * S;
const H = 60 * M;

describe('levels', () => {
  it('L1 a level rises only after its condition was true for the whole hold', () => {
    const rule = ruleOf({ levels: [levelOf('red', 10, { hold: 5 * M })] });
    expect(
      new Rig([rule])
        .read(0, { x: 10 })
        .read(4 * M, { x: 9 })
        .read(5 * M, { x: 10 })
        .pass(9 * M)
        .levels(),
    ).toEqual([]);
    expect(
      new Rig([rule])
        .read(0, { x: 10 })
        .pass(5 * M - 1)
        .levels(),
    ).toEqual([]);
    expect(
      new Rig([rule])
        .read(0, { x: 10 })
        .pass(5 * M)
        .levels(),
    ).toEqual([`${5 * M}:red`]);
  });

  it('a hold that passed before a late batch arrived is not hidden by the reading that ended it', () => {
    const rig = new Rig([ruleOf({ levels: [levelOf('red', 10, { hold: 5 * M })] })]);
    rig.observe(0, { x: 11 }).observe(6 * M, { x: 1 });
    expect(rig.levels()).toEqual([`${5 * M}:red`, `${6 * M}:-`]);
  });

  it('L2 an unknown condition neither raises nor clears', () => {
    const rule = ruleOf({ stale: 2 * M, value: { fact: 'mean', params: { of: 'x', window: '1m' } }, levels: [levelOf('red', 10)] });
    const rig = new Rig([rule]).read(0, { x: 12 }).pass(H);
    expect(rig.levels()).toEqual(['0:red']);
  });

  it('L3 a level falls only after its clear condition was true for the whole clear hold', () => {
    const clear = { all: [{ fact: 'value', operator: 'lessThan', value: 8 }] };
    const rule = ruleOf({ levels: [levelOf('red', 10, { clearWhen: clear, clearHold: 10 * M })] });
    const rig = new Rig([rule])
      .read(0, { x: 10 })
      .read(1 * M, { x: 9 })
      .read(2 * M, { x: 7 })
      .read(11 * M, { x: 8 })
      .read(12 * M, { x: 7 });
    expect(rig.levels()).toEqual(['0:red']);
    expect(rig.pass(22 * M).levels()).toEqual(['0:red', `${22 * M}:-`]);
  });

  it('climbs and descends a ladder one level at a time, each with its own hold', () => {
    const rule = ruleOf({ levels: [levelOf('blue', 1), levelOf('yellow', 2, { hold: M }), levelOf('red', 3)] });
    const rig = new Rig([rule])
      .read(0, { x: 2 })
      .pass(M)
      .read(2 * M, { x: 3 })
      .read(3 * M, { x: 1 })
      .read(4 * M, { x: 0 });
    expect(rig.levels()).toEqual(['0:blue', `${M}:yellow`, `${2 * M}:red`, `${3 * M}:blue`, `${4 * M}:-`]);
  });

  it('a gap longer than stale starts a hold anew', () => {
    const rule = ruleOf({ stale: 10 * M, levels: [levelOf('red', 10, { hold: 30 * M })] });
    const rig = new Rig([rule]).read(0, { x: 10 }).read(40 * M, { x: 10 });
    expect(rig.levels()).toEqual([]);
    expect(
      new Rig([ruleOf({ levels: [levelOf('red', 10, { hold: 30 * M })] })])
        .read(0, { x: 10 })
        .read(40 * M, { x: 10 })
        .levels(),
    ).toEqual([`${30 * M}:red`]);
  });
});

describe('facts', () => {
  it('sums a sliding window and lets it run dry as samples leave it', () => {
    const rule = ruleOf({ value: { fact: 'sum', params: { of: 'rain', window: '1h' } }, levels: [levelOf('blue', 35)] });
    const rig = new Rig([rule]);
    for (let i = 0; i < 60; i += 1) rig.read(i * M, { rain: 0.6 });
    expect(rig.levels()).toEqual([`${58 * M}:blue`]);
    for (let i = 60; i < 120; i += 1) rig.read(i * M, { rain: 0 });
    expect(rig.levels()).toEqual([`${58 * M}:blue`, `${61 * M}:-`]);
  });

  it('decimal sums equal the decimal threshold that a person wrote', () => {
    const rule = ruleOf({ value: { fact: 'sum', params: { of: 'rain', window: '1h' } }, levels: [levelOf('blue', 0.3)] });
    expect(new Rig([rule]).read(0, { rain: 0.1 }).read(M, { rain: 0.2 }).levels()).toEqual([`${M}:blue`]);
  });

  it('counts distinct sensors at one place within a window', () => {
    const rule = ruleOf({
      scope: 'place',
      value: { fact: 'distinct', params: { of: ['smoke', 'heat'], window: '5m', equal: 1 } },
      levels: [levelOf('red', 2)],
    });
    const again = new Rig([rule]).read(0, { smoke: 1 }).read(M, { smoke: true });
    expect(again.levels()).toEqual([]);
    const two = new Rig([rule]).read(0, { smoke: true }).read(4 * M, { heat: 1 }, sensorOf('s2'));
    expect(two.levels()).toEqual([`${4 * M}:red`]);
    const late = new Rig([rule]).read(0, { smoke: 1 }).read(5 * M, { heat: 1 }, sensorOf('s2'));
    expect(late.levels()).toEqual([]);
  });

  it('adds the newest of every counter at a place and compares with its capacity', () => {
    const of = { fact: 'last', params: { of: 'people', across: 'sum' } };
    const value = { fact: 'ratio', params: { of, to: { fact: 'place', params: { attribute: 'capacity' } }, times: 100 } };
    const rig = new Rig([ruleOf({ scope: 'place', value, levels: [levelOf('red', 100)] })]);
    rig.read(0, { people: 60 }).read(1, { people: 39 }, sensorOf('s2'));
    expect(rig.levels()).toEqual([]);
    expect(rig.read(2, { people: 40 }, sensorOf('s2')).levels()).toEqual(['2:red']);
  });

  it('measures change against the newest sample at or before the window', () => {
    const value = { fact: 'change', params: { of: 'people', window: '15m', as: 'percent' } };
    const rig = new Rig([ruleOf({ value, levels: [levelOf('blue', 30)] })]);
    rig.read(0, { people: 1000 }).read(10 * M, { people: 1400 });
    expect(rig.levels()).toEqual([]);
    expect(rig.read(15 * M, { people: 1300 }).levels()).toEqual([`${15 * M}:blue`]);
  });

  it('measures absence from the newest reading, to the millisecond, without any reading arriving', () => {
    const rule = ruleOf({
      value: { fact: 'absence', params: { of: ['door', 'pir'], unit: 'h' } },
      levels: [levelOf('yellow', 24), levelOf('red', 36)],
    });
    const rig = new Rig([rule])
      .read(0, { door: 1 })
      .read(H, { pir: 1 })
      .pass(25 * H - 1);
    expect(rig.levels()).toEqual([]);
    expect(rig.pass(40 * H).levels()).toEqual([`${25 * H}:yellow`, `${37 * H}:red`]);
    expect(rig.read(41 * H, { door: 1 }).levels()).toEqual([`${25 * H}:yellow`, `${37 * H}:red`, `${41 * H}:-`]);
  });

  it('takes the share of silent sensors, three cadences after the last word of each', () => {
    const rule = ruleOf({ scope: 'street', value: { fact: 'share', params: { silent: true } }, levels: [levelOf('red', 50)] });
    const rig = new Rig([rule])
      .read(0, { x: 1 })
      .read(0, { y: 1 }, sensorOf('s2'))
      .read(2 * M, { x: 1 });
    expect(rig.pass(3 * M - 1).levels()).toEqual([]);
    expect(rig.pass(3 * M).levels()).toEqual([`${3 * M}:red`]);
    expect(rig.read(4 * M, { y: 1 }, sensorOf('s2')).levels()).toEqual([`${3 * M}:red`, `${4 * M}:-`]);
  });

  it('keeps implausible samples out, and counts them', () => {
    const rig = new Rig([ruleOf({ value: { fact: 'sum', params: { of: 'rain', window: '1h', within: [0, 500] } } })]);
    rig.read(0, { rain: 999_990 });
    expect(rig.levels()).toEqual([]);
    expect(rig.engine.counts.implausible).toBe(1);
  });

  it('a mean with too little coverage is not known', () => {
    const rule = ruleOf({ value: { fact: 'mean', params: { of: 'pm25', window: '1h', coverage: '45m' } }, levels: [levelOf('blue', 60)] });
    const rig = new Rig([rule]);
    for (let i = 0; i < 44; i += 1) rig.read(i * M, { pm25: 90 });
    expect(rig.levels()).toEqual([]);
    expect(rig.read(44 * M, { pm25: 90 }).levels()).toEqual([`${44 * M}:blue`]);
    expect(new Rig([rule]).read(0, { pm25: 90 }, sensorOf('s1', { cadence: H })).levels()).toEqual(['0:blue']);
  });
});

describe('engine', () => {
  const rules: Rule[] = [
    ruleOf({ id: 'hold', stale: 5 * M, levels: [levelOf('blue', 3, { hold: M }), levelOf('red', 7, { clearHold: 2 * M })] }),
    ruleOf({ id: 'sum', value: { fact: 'sum', params: { of: 'x', window: '10m' } }, levels: [levelOf('yellow', 20)] }),
    ruleOf({
      id: 'distinct',
      scope: 'place',
      value: { fact: 'distinct', params: { of: 'x', window: '3m', equal: 9 } },
      levels: [levelOf('red', 2)],
    }),
    ruleOf({
      id: 'gone',
      scope: 'street',
      split: 'model',
      value: { fact: 'share', params: { silent: true } },
      levels: [levelOf('orange', 50, { hold: M })],
    }),
    ruleOf({
      id: 'across',
      scope: 'place',
      value: { fact: 'mean', params: { of: 'x', window: '4m', across: 'max' } },
      levels: [levelOf('red', 6)],
    }),
  ];
  const input = fc.array(
    fc.record({ wait: fc.integer({ min: 0, max: 4 * M }), sensor: fc.constantFrom('s1', 's2', 's3'), x: fc.integer({ min: 0, max: 9 }) }),
    { minLength: 20, maxLength: 120 },
  );

  it('E2 restoring a saved engine and going on equals never having stopped', () => {
    fc.assert(
      fc.property(input, fc.double({ min: 0, max: 1, noNaN: true }), (steps, where) => {
        const whole = new Rig(rules);
        let broken = new Rig(rules);
        const seen: unknown[] = [];
        let at = 0;
        steps.forEach((step, i) => {
          at += step.wait;
          whole.read(at, { x: step.x }, sensorOf(step.sensor));
          broken.read(at, { x: step.x }, sensorOf(step.sensor));
          if (i === Math.floor(where * steps.length)) {
            seen.push(...broken.verdicts);
            const saved = deserialize(serialize(broken.engine.save())) as SavedEngine;
            broken = new Rig(rules);
            broken.engine.restore(saved);
          }
        });
        whole.pass(at + H);
        broken.pass(at + H);
        expect([...seen, ...broken.verdicts].map((v) => JSON.stringify(v))).toEqual(whole.verdicts.map((v) => JSON.stringify(v)));
      }),
      { numRuns: 200 },
    );
  });

  it('E1 the same calls in the same order give the same verdicts', () => {
    fc.assert(
      fc.property(input, (steps) => {
        const run = (): string => {
          const rig = new Rig(rules);
          let at = 0;
          for (const step of steps) rig.read((at += step.wait), { x: step.x }, sensorOf(step.sensor));
          return JSON.stringify(rig.pass(at + H).verdicts);
        };
        expect(run()).toBe(run());
      }),
      { numRuns: 50 },
    );
  });

  it('E3 a reading is not evaluated by rules that ask for another measure', () => {
    const rig = new Rig([ruleOf(), ruleOf({ id: 'other', value: { fact: 'last', params: { of: 'y' } } })]);
    rig.read(0, { x: 1 });
    expect(rig.engine.counts.evaluations).toBe(1);
  });

  it('keeps about one timer a key, however many readings come', () => {
    const rig = new Rig([ruleOf({ value: { fact: 'absence', params: { unit: 'h' } }, levels: [levelOf('red', 24)] })]);
    for (let i = 0; i < 10_000; i += 1) rig.read(i * S, { x: 1 });
    expect(rig.engine.book.lanes[0]?.timers['size']).toBeLessThanOrEqual(2);
  });

  it('after a pause of the system nobody is called silent before they could speak', () => {
    const rules = [
      ruleOf({ scope: 'street', value: { fact: 'share', params: { silent: true } }, levels: [levelOf('red', 50)] }),
      ruleOf({ id: 'gone', value: { fact: 'absence', params: { unit: 'm' } }, levels: [levelOf('red', 4)] }),
    ];
    const shut = new Rig(rules).read(0, { x: 1 }).read(0, { x: 1 }, sensorOf('s2'));
    shut.engine.settle(11 * M);
    shut
      .read(10 * M + 1, { x: 1 })
      .read(10 * M + 5, { x: 1 }, sensorOf('s2'))
      .pass(12 * M);
    expect(shut.levels()).toEqual([]);
    const gone = new Rig(rules).read(0, { x: 1 }).read(0, { x: 1 }, sensorOf('s2'));
    gone.engine.settle(11 * M);
    expect(
      gone
        .read(10 * M, { x: 1 })
        .pass(11 * M - 1)
        .levels(),
    ).toEqual([]);
    expect(gone.pass(11 * M).levels().length).toBe(2);
  });

  /** The rig with other rules or another city in force from `at` on. */
  function change(rig: Rig, rules: Rule[], at: number, city = cityOf()): Rig {
    rig.verdicts.length = 0;
    rig.engine.configure(rules, city, at, rig.verdicts);
    return rig;
  }

  it('a rule that asks other facts ends its levels, one with other words or thresholds goes on', () => {
    const asked = { fact: 'max', params: { of: 'x', window: '1h' } };
    const before = [ruleOf({ id: 'a' }), ruleOf({ id: 'b' }), ruleOf({ id: 'c', value: asked })];
    const after = [
      ruleOf({ id: 'a', value: asked }),
      ruleOf({ id: 'b', version: 2, title: { zh: '新', en: 'New words' } }),
      ruleOf({ id: 'c', value: asked, levels: [levelOf('yellow', 5), levelOf('red', 20)] }),
    ];
    const rig = change(new Rig(before).read(0, { x: 12 }), after, 5);
    expect(rig.verdicts.map((v) => `${v.rule.id}:${v.was}→${v.level}`)).toEqual(['a:red→null']);
    rig.verdicts.length = 0;
    rig.pass(10);
    expect(rig.verdicts.map((v) => `${v.rule.id}:${v.level}`)).toEqual(['c:yellow']);
    rig.verdicts.length = 0;
    expect(rig.read(20, { x: 1 }).verdicts.map((v) => `${v.rule.id}:${v.was}→${v.level}`)).toEqual(['b:red→null']);
  });

  it('a level that the rule no longer has ends, and says so', () => {
    const rig = change(
      new Rig([ruleOf({ levels: [levelOf('blue', 50), levelOf('red', 10)] })]).read(0, { x: 12 }),
      [ruleOf({ levels: [levelOf('blue', 50)] })],
      5,
    );
    expect(rig.pass(10).verdicts.map((v) => v.level)).toEqual([null]);
  });

  it('a sensor that was moved stands where it stands now', () => {
    const far = {
      kind: 'place' as const,
      id: 'p2',
      title: { zh: '乙', en: 'Two' },
      street: '310104013',
      at: [121.4, 31.1] as const,
      attributes: {},
    };
    const city = cityOf([sensorOf('s1', { place: 'p2' })]);
    const rig = change(new Rig([ruleOf()]).read(0, { x: 1 }), [ruleOf()], 5, { ...city, places: [...city.places, far] });
    rig.read(10, { x: 12 }, sensorOf('s1', { place: 'p2' }));
    expect(rig.verdicts.map((v) => [v.subject.place, v.subject.street])).toEqual([['p2', '310104013']]);
  });

  it('a sensor that has left the city is no silent one, and a new cadence holds at once', () => {
    const rule = ruleOf({ scope: 'street', value: { fact: 'share', params: { silent: true } }, levels: [levelOf('red', 50)] });
    const both = cityOf([sensorOf('s1'), sensorOf('s2')]);
    const start = (): Rig => {
      const rig = new Rig([rule]);
      rig.engine.configure([rule], both, 0, rig.verdicts);
      return rig.read(0, { x: 1 }).read(0, { x: 1 }, sensorOf('s2'));
    };
    const left = change(start(), [rule], 5, cityOf([sensorOf('s1')]));
    for (let i = 1; i < 10; i += 1) left.read(i * M, { x: 1 });
    expect(left.levels()).toEqual([]);
    const slower = change(start(), [rule], 5, cityOf([sensorOf('s1'), sensorOf('s2', { cadence: H })]));
    for (let i = 1; i < 10; i += 1) slower.read(i * M, { x: 1 });
    expect(slower.pass(12 * M - 1).levels()).toEqual([]);
    const control = start();
    for (let i = 1; i < 10; i += 1) control.read(i * M, { x: 1 });
    expect(control.levels()).toEqual([`${3 * M}:red`]);
  });

  it('an older value of a sensor does not undo the share that its newest one counts in', () => {
    const rule = ruleOf({ scope: 'street', value: { fact: 'share', params: { of: 'battery', below: 20 } }, levels: [levelOf('blue', 50)] });
    expect(
      new Rig([rule])
        .read(100 * S, { battery: 90 })
        .read(40 * S, { battery: 5 })
        .levels(),
    ).toEqual([]);
    expect(
      new Rig([rule])
        .read(100 * S, { battery: 90 })
        .read(140 * S, { battery: 5 })
        .levels(),
    ).toEqual(['140000:blue']);
  });

  it('a device under maintenance has spoken, though nothing of it is judged', () => {
    const rule = ruleOf({ value: { fact: 'absence', params: { unit: 'h' } }, levels: [levelOf('red', 24)] });
    const rig = new Rig([rule]).read(0, { x: 1 });
    rig.engine.hear({ sensor: sensorOf('s1'), at: 20 * H, receivedAt: 20 * H, gateway: null }, rig.verdicts);
    expect(rig.pass(44 * H - 1).levels()).toEqual([]);
    expect(rig.pass(44 * H).levels()).toEqual([`${44 * H}:red`]);
  });

  it('a condition that cannot be judged is unknown, and the watch goes on', () => {
    const broken = { all: [{ fact: 'value', operator: 'in', value: { fact: 'place', params: { attribute: 'capacity' } } }] };
    const source = { fact: () => ({ ask: () => 5, number: null }), named: {} };
    expect(compileCondition(broken, source)({})).toBe(UNKNOWN);
    const rules = [ruleOf({ id: 'a', levels: [levelOf('red', 0, { when: broken })] }), ruleOf({ id: 'b' })];
    expect(new Rig(rules).read(0, { x: 12 }).verdicts.map((v) => v.rule.id)).toEqual(['b']);
  });
});
