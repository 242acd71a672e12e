import { describe, expect, it } from 'vitest';
import type { FactReference } from '../model/condition.ts';
import type { Rule } from '../model/rule.ts';
import { Engine } from './engine.ts';
import { cityOf, levelOf, Rig, ruleOf, sensorOf } from './test-rig.ts';

const M = 60_000;

/** Another sign at the place, beside a newest value that alone makes keys. */
function asks(sign: string, as: 'level' | 'value' = 'level', across = 'max'): FactReference {
  return { fact: 'sign', params: { sign, as, at: 'place', across } };
}

function asking(id: string, over: Partial<Rule>): Rule {
  return ruleOf({
    id,
    scope: 'place',
    // What the value is does not matter; that `x` is heard makes the key.
    value: { fact: 'last', params: { of: 'x' } },
    ...over,
  });
}

function when(...conditions: { fact: FactReference; operator: string; value: number }[]) {
  return { all: conditions.map(({ fact: { fact, params = {} }, operator, value }) => ({ fact, params, operator, value })) };
}

const said = (rig: Rig): string[] =>
  rig.verdicts.filter(({ level, was }) => level !== was).map(({ rule, level }) => `${rule.id} ${level ?? '-'}`);

describe('signs are judged in the order of who asks whom', () => {
  const a = asking('a', { levels: [levelOf('red', 10)] });
  const d = asking('d', { levels: [levelOf('red', 0, { when: when({ fact: asks('a'), operator: 'greaterThanInclusive', value: 4 }) })] });
  const both = when({ fact: asks('a'), operator: 'greaterThanInclusive', value: 4 }, { fact: asks('d'), operator: 'equal', value: 0 });

  it.each(['c', 'e'])('nobody is judged by one sign of after a reading and another of before it: %s', (id) => {
    const never = asking(id, { levels: [levelOf('red', 0, { when: both })] });
    const rig = new Rig([a, d, never])
      .read(0, { x: 5 })
      .read(M, { x: 20 })
      .read(2 * M, { x: 5 });
    expect(said(rig)).toEqual(['a red', 'd red', 'a -', 'd -']);
  });

  it('also where two change places', () => {
    const low = asking('b', { levels: [levelOf('red', 0, { when: { all: [{ fact: 'value', operator: 'lessThan', value: 10 }] } })] });
    const none = when({ fact: asks('a'), operator: 'equal', value: 0 }, { fact: asks('b'), operator: 'equal', value: 0 });
    const rig = new Rig([a, low, asking('c', { levels: [levelOf('red', 0, { when: none })] })]);
    for (let i = 0; i < 6; i += 1) rig.read(i * M, { x: i % 2 === 0 ? 20 : 5 });
    expect(said(rig).filter((line) => line.startsWith('c'))).toEqual([]);
  });
});

describe('whoever asks for a sign hears of it', () => {
  it('when a late alarm has raised it', () => {
    const a = ruleOf({
      id: 'a',
      levels: [levelOf('red', 10, { clearWhen: { all: [{ fact: 'value', operator: 'lessThan', value: 2 }] }, clearHold: 30 * M })],
    });
    const b = asking('b', { levels: [levelOf('red', 0, { when: when({ fact: asks('a'), operator: 'greaterThanInclusive', value: 4 }) })] });
    const rig = new Rig([a, b])
      .read(10 * M, { x: 5 })
      .pass(11 * M)
      .observe(8 * M, { x: 50 });
    expect(said(rig)).toEqual(['a red', 'b red']);
  });

  it('when it falls silent, and nothing else is said', () => {
    const a = ruleOf({ id: 'a', stale: 5 * M, levels: [levelOf('red', 100)] });
    const sum = when({ fact: asks('a', 'value', 'sum'), operator: 'greaterThanInclusive', value: 25 });
    const b = asking('b', { value: { fact: 'last', params: { of: 'tick' } }, levels: [levelOf('red', 0, { when: sum })] });
    const rig = new Rig([a, b]).read(0, { tick: 1 }, sensorOf('t'));
    rig.read(0, { x: 20 }, sensorOf('s2'));
    for (let i = 0; i <= 10; i += 1) rig.read(i * M, { x: 10 }, sensorOf('s1'));
    expect(said(rig)).toEqual(['b red', 'b -']);
    expect(rig.verdicts.at(-1)?.at).toBe(5 * M + 1);
  });

  it('when a sum that nobody adds to has run dry', () => {
    const a = ruleOf({ id: 'a', stale: 120 * M, value: { fact: 'sum', params: { of: 'x', window: '1h' } } });
    const b = asking('b', {
      value: { fact: 'last', params: { of: 'tick' } },
      levels: [levelOf('red', 0, { when: when({ fact: asks('a', 'value', 'count'), operator: 'greaterThanInclusive', value: 1 }) })],
    });
    const rig = new Rig([a, b])
      .read(0, { tick: 1 }, sensorOf('t'))
      .read(M, { x: 5 })
      .pass(90 * M);
    expect(said(rig)).toEqual(['b red', 'b -']);
    expect(rig.verdicts.at(-1)?.at).toBe(61 * M);
  });

  it('when it begins to be asked for while it stands', () => {
    const a = ruleOf({ id: 'a', levels: [levelOf('red', 100)] });
    const b = asking('b', {
      value: { fact: 'last', params: { of: 'tick' } },
      levels: [levelOf('red', 0, { when: when({ fact: asks('a', 'value'), operator: 'greaterThanInclusive', value: 25 }) })],
    });
    const engine = new Engine();
    const city = cityOf();
    const out: Rig['verdicts'] = [];
    const observe = (at: number, id: string, values: Record<string, number>): void => {
      engine.advance(at, out);
      engine.observe({ sensor: sensorOf(id), values, at, receivedAt: at, gateway: null }, out);
    };
    engine.configure([a, b], city, 0, out);
    observe(1, 's1', { x: 30 });
    observe(2, 't', { tick: 1 });
    engine.configure([a], city, 3, out);
    observe(4, 's1', { x: 5 });
    engine.configure([a, b], city, 5, out);
    out.length = 0;
    observe(6, 't', { tick: 1 });
    expect(out.map(({ rule, level }) => [rule.id, level])).toEqual([]);
  });
});

describe('a late value', () => {
  it('that its measure cannot have raises nothing, as it would not in time', () => {
    const rule = ruleOf({ value: { fact: 'last', params: { of: 'x', within: [0, 200] } }, levels: [levelOf('red', 35)] });
    expect(
      new Rig([rule])
        .read(10 * M, { x: 5 })
        .pass(11 * M)
        .observe(8 * M, { x: 999_990 })
        .levels(),
    ).toEqual([]);
    expect(
      new Rig([rule])
        .read(10 * M, { x: 5 })
        .pass(11 * M)
        .observe(8 * M, { x: 50 })
        .levels()[0],
    ).toBe(`${10 * M}:red`);
  });
});

describe('silence that is compared in another way than with a line', () => {
  const absence = { fact: 'absence', params: { unit: 's' } };
  it.each([
    ['some of several', { ...absence, operator: 'someValue:greaterThan', value: [60, 120] }],
    ['on the right side', { fact: 'last', params: { of: 'x' }, operator: 'lessThan', value: absence }],
    ['one of a list', { ...absence, operator: 'in', value: [120] }],
  ])('is looked for each minute: %s', (_, condition) => {
    const rule = ruleOf({ levels: [levelOf('blue', 0, { when: { all: [condition] } })] });
    const rig = new Rig([rule]).read(0, { x: 5 }).pass(10 * M);
    expect(rig.verdicts[0]?.level).toBe('blue');
  });
});
