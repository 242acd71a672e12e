import { describe, expect, it } from 'vitest';
import type { ExplainedCondition } from '../../model/explanation.ts';
import type { Rule } from '../../model/rule.ts';
import { levelOf, Rig, ruleOf, sensorOf } from '../test-rig.ts';
import { ask, explained, H, iso, M, S, T0 } from './test-rig.ts';

const blue = (over: Partial<Rule['levels'][number]> = {}): Rule['levels'][number] => levelOf('blue', 5, over);

/** `kind:truth` of every node, outermost first. */
function truths({ kind, truth, children }: ExplainedCondition): string[] {
  return [`${kind}:${truth}`, ...children.flatMap(truths)];
}

describe('why a level is not reached', () => {
  it('value short of it, above it, or otherwise', () => {
    const rising = new Rig([ruleOf({ unit: 'cm', levels: [blue()] })]).read(T0, { x: 4.9 });
    expect(explained(rising.engine, T0).summary).toEqual({ zh: '数值 4.9 cm，未到蓝色（≥ 5）', en: 'value 4.9 cm is short of blue (≥ 5)' });
    const falling = { all: [{ fact: 'value', operator: 'lessThan', value: 5 }] };
    const low = new Rig([ruleOf({ levels: [blue({ when: falling })] })]).read(T0, { x: 9 });
    expect(explained(low.engine, T0).summary.en).toBe('value 9 u is above blue (< 5)');
    const named = { all: [{ condition: 'dry' }] };
    const dry = { fact: 'place', params: { attribute: 'capacity' }, operator: 'equal', value: 7 };
    const other = new Rig([ruleOf({ levels: [blue({ when: named })], conditions: { dry } })]).read(T0, { x: 9 });
    expect(explained(other.engine, T0).summary).toEqual({
      zh: '蓝色要求 dry: place.capacity = 7，现为 100',
      en: 'blue needs dry: place.capacity = 7, and it is 100',
    });
  });

  it('counts the others that would have done, and turns what stands under a not', () => {
    const any = { any: [1, 2, 3].map((value) => ({ fact: 'value', operator: 'equal', value })) };
    const rig = new Rig([ruleOf({ levels: [blue({ when: any })] })]).read(T0, { x: 9 });
    expect(explained(rig.engine, T0).summary.en).toBe('blue needs value = 1, and it is 9 u, nor do 2 other conditions hold');
    const not = { not: { fact: 'value', operator: 'equal', value: 9 } };
    const turned = new Rig([ruleOf({ levels: [blue({ when: not })] })]).read(T0, { x: 9 });
    expect(explained(turned.engine, T0).summary.en).toBe('blue needs not value = 9, and it is 9 u');
    expect(truths(explained(turned.engine, T0).levels[0]?.when as ExplainedCondition)).toEqual(['not:false', 'leaf:true']);
  });

  it('holds, with the time at which it raises', () => {
    const rig = new Rig([ruleOf({ levels: [blue({ hold: 2 * M })] })]).read(T0, { x: 6 });
    const explanation = explained(rig.engine, T0 + 80 * S);
    expect(explanation.summary).toEqual({
      zh: '蓝色条件已持续 1m20s，需 2m，00:02:00 升级',
      en: 'blue holds for 1m20s of 2m; raises at 00:02:00',
    });
    expect(explanation).toMatchObject({
      standing: null,
      holding: 'blue',
      due: { at: iso(T0 + 2 * M) },
      reached: iso(T0),
      at: iso(T0 + 80 * S),
    });
    expect(explanation.levels[0]).toMatchObject({
      state: 'holding',
      since: iso(T0),
      held: '1m20s',
      hold: '2m',
      raises: { at: iso(T0 + 2 * M) },
    });
  });

  it('later by what the rule waits for late readings', () => {
    const rig = new Rig([ruleOf({ lateness: 64 * S, levels: [blue({ hold: 2 * M })] })]).read(T0, { x: 6 }).pass(T0 + 65 * S);
    const explanation = explained(rig.engine, T0 + 95 * S);
    expect(explanation.summary.en).toBe('blue holds for 30s of 2m; raises at 00:02:00, decided at 00:03:05');
    expect(explanation).toMatchObject({
      lateness: '1m4s',
      due: { at: iso(T0 + 2 * M), decided: iso(T0 + 2 * M + 65 * S) },
      newest: { ago: expect.stringMatching(/^30s/) },
    });
    expect(rig.pass(T0 + 2 * M + 65 * S - 1).levels()).toEqual([]);
    expect(rig.pass(T0 + 2 * M + 65 * S).levels()).toEqual([`${T0 + 2 * M}:blue`]);
  });

  it('is unknown, and the engine would find so: silent for longer than stale', () => {
    const rig = new Rig([ruleOf({ stale: 5 * M, levels: [blue({ hold: 30 * M })] })]).read(T0, { x: 6 });
    const explanation = explained(rig.engine, T0 + 12 * M);
    expect(explanation.summary.en).toBe(
      'blue holds for 12m of 30m, but now unknown: silent for 12m (newest reading 00:00:00, stale after 5m)',
    );
    expect(explanation).toMatchObject({ newest: { at: iso(T0), ago: '12m' }, value: { value: null, unknown: { code: 'stale' } } });
    expect(explanation.heldBy.map(({ code }) => code)).toEqual(['stale']);
    expect(explanation.levels[0]).toMatchObject({ raises: null, when: { truth: 'unknown' } });
    const quiet = new Rig([ruleOf({ stale: 5 * M, levels: [blue()] })]).read(T0, { x: 4 });
    expect(explained(quiet.engine, T0 + 12 * M).summary).toEqual({
      zh: '未知：已沉默 12m（最新读数 00:00:00，超过 5m 即不采信）',
      en: 'unknown: silent for 12m (newest reading 00:00:00, stale after 5m)',
    });
  });
});

describe('what stands', () => {
  const clear = { clearWhen: { all: [{ fact: 'value', operator: 'lessThan', value: 3 }] }, clearHold: 10 * M };

  it('says by what, what it takes to clear, and when it clears', () => {
    const rig = new Rig([ruleOf({ levels: [blue(clear)] })]).read(T0, { x: 6 }).read(T0 + M, { x: 4 });
    expect(explained(rig.engine, T0 + M).summary.en).toBe('blue stands (since 00:00:00); to clear, it needs value < 3, and it is 4 u');
    rig.read(T0 + 2 * M, { x: 1 });
    const explanation = explained(rig.engine, T0 + 4 * M);
    expect(explanation.summary.en).toBe('blue stands (since 00:00:00); what clears it has held for 2m of 10m; clears at 00:12:00');
    expect(explanation.levels[0]).toMatchObject({
      state: 'active',
      clearSince: iso(T0 + 2 * M),
      clearHeld: '2m',
      clearHold: '10m',
      clears: { at: iso(T0 + 12 * M) },
      clear: { truth: 'true' },
    });
    rig.read(T0 + 5 * M, { x: 8 });
    expect(explained(rig.engine, T0 + 5 * M).summary.zh).toBe('蓝色告警中（00:00:00 起）：数值 8 u ≥ 5；蓝色解除要求 数值 < 3，现为 8 u');
  });

  it('stays while it is unknown', () => {
    const rig = new Rig([ruleOf({ stale: 5 * M, levels: [blue()] })]).read(T0, { x: 6 });
    expect(explained(rig.engine, T0 + 6 * M).summary.en).toMatch(
      /^blue stands \(since 00:00:00\), and is unknown now, which neither raises nor clears: silent for 6m/,
    );
  });

  it('names a higher level that is being held', () => {
    const rig = new Rig([ruleOf({ levels: [blue(), levelOf('red', 10, { hold: 5 * M })] })]).read(T0, { x: 12 });
    expect(explained(rig.engine, T0 + M).summary.en).toBe(
      'blue stands (since 00:00:00): value 12 u ≥ 5; red holds for 1m of 5m; raises at 00:05:00',
    );
  });

  it('flaps: what clears it must hold for longer', () => {
    const rig = new Rig([ruleOf({ flap: { raises: 3, within: 30 * M }, levels: [blue()] })]);
    for (let i = 0; i < 3; i += 1) rig.read(T0 + 2 * i * M, { x: 6 }).read(T0 + (2 * i + 1) * M, { x: 1 });
    const { heldBy, levels, summary } = explained(rig.engine, T0 + 6 * M);
    expect(heldBy.map(({ code }) => code)).toEqual(['flapping', 'no-order']);
    expect(levels[0]).toMatchObject({ clearHold: '30m', clears: { at: iso(T0 + 35 * M) } });
    expect(summary.en).toBe(
      'blue stands (since 00:04:00); what clears it has held for 1m of 30m; clears at 00:35:00; ' +
        'blue was raised 3 times within 30m: what clears it must hold for 30m',
    );
  });

  it('says why there is no order', () => {
    const order = { kind: 'k', from: 'red', lead: 'p', support: [], due: { accept: 1, arrive: 2, close: 3 } } as const;
    const below = new Rig([ruleOf({ order, levels: [blue()] })]).read(T0, { x: 6 });
    expect(explained(below.engine, T0).heldBy).toMatchObject([
      { code: 'below-order', text: { en: 'orders are opened from red up; this is blue' } },
    ]);
    const none = new Rig([ruleOf({ levels: [blue()] })]).read(T0, { x: 6 });
    expect(explained(none.engine, T0).heldBy.map(({ code }) => code)).toEqual(['no-order']);
  });
});

describe('the condition as a tree', () => {
  it('with what each comparison saw, and the facts that a fact is made of', () => {
    const share = {
      fact: 'ratio',
      params: {
        of: { fact: 'sum', params: { of: 'x', window: '1h' } },
        to: { fact: 'place', params: { attribute: 'capacity' } },
        times: 100,
      },
    };
    const when = {
      all: [
        { any: [{ ...share, operator: 'greaterThan', value: 1 }, { condition: 'busy' }] },
        { fact: 'value', operator: 'lessThan', value: { fact: 'last', params: { of: 'y' } } },
      ],
    };
    const busy = { fact: 'held', params: { when: 'high', unit: 'm' }, operator: 'greaterThanInclusive', value: 3 };
    const high = { fact: 'value', operator: 'greaterThan', value: 1 };
    const rig = new Rig([ruleOf({ levels: [blue({ when })], conditions: { busy, high } })]).read(T0, { x: 0.5 }).read(T0 + M, { x: 2 });
    const [level] = explained(rig.engine, T0 + 2 * M).levels;
    const tree = level?.when as ExplainedCondition;
    expect(truths(tree)).toEqual(['all:unknown', 'any:true', 'leaf:true', 'leaf:false', 'leaf:unknown']);
    const [ratio, named] = tree.children[0]?.children ?? [];
    expect(ratio?.leaf).toMatchObject({
      text: '(sum(x, 1h) ÷ place.capacity × 100) (2.5) > 1',
      left: {
        value: 2.5,
        parts: [
          { text: 'sum(x, 1h)', value: 2.5 },
          { text: 'place.capacity', value: 100 },
        ],
      },
    });
    expect(named).toMatchObject({
      name: 'busy',
      pointer: '/conditions/busy',
      leaf: { text: 'held(high, unit m) (1) ≥ 3', left: { condition: { name: 'high', truth: 'true' } } },
    });
    expect(tree.children[1]?.leaf).toMatchObject({
      text: 'value (2 u) < last(y) (?)',
      right: { fact: { value: null, unknown: { code: 'no-sample' } } },
      unknown: { code: 'no-sample' },
    });
  });

  it('a comparison that fails though both sides are known says so', () => {
    const when = { all: [{ fact: 'value', operator: 'in', value: 7 }] };
    const rig = new Rig([ruleOf({ levels: [blue({ when })] })]).read(T0, { x: 7 });
    expect(explained(rig.engine, T0).levels[0]?.when.children[0]?.leaf?.unknown?.code).toBe('not-comparable');
  });

  it('texts are shown as they were sent, where the rule names them', () => {
    const when = { all: [{ fact: 'value', operator: 'equal', value: 'open' }] };
    const rig = new Rig([ruleOf({ levels: [blue({ when })] })]).read(T0, { x: 'open' });
    expect(explained(rig.engine, T0)).toMatchObject({ value: { value: 'open' }, windows: [{ rows: [{ newest: [{ value: 'open' }] }] }] });
    rig.read(T0 + M, { x: 'shut' });
    expect(explained(rig.engine, T0 + M).value.value).toBe('…');
  });
});

describe('X1 nothing is changed by it', () => {
  it('though windows would let go, silence would be counted, and means would be closed', () => {
    const of = { of: 'x' };
    const values: Rule['value'][] = [
      { fact: 'mean', params: { ...of, window: '5m', coverage: '1m' } },
      { fact: 'max', params: { ...of, window: '5m', across: 'mean' } },
      { fact: 'change', params: { ...of, window: '5m' } },
      { fact: 'percentile', params: { ...of, window: '5m', p: 50 } },
      { fact: 'distinct', params: { ...of, window: '5m' } },
      { fact: 'increase', params: { ...of, window: '5m' } },
      { fact: 'exceedances', params: { ...of, mean: '15m', window: '1d', above: 1 } },
      { fact: 'share', params: { silent: true } },
      { fact: 'share', params: { ...of, above: 1 } },
      { fact: 'sign', params: { sign: 'r0', at: 'district', across: 'sum' } },
      { fact: 'held', params: { when: 'high' } },
    ];
    const conditions = { high: { fact: 'last', params: of, operator: 'greaterThan', value: 0 } };
    const rules = values.map((value, i) =>
      ruleOf({ id: `r${i}`, scope: 'district', value, conditions, levels: [blue()], lateness: i % 2 === 0 ? 0 : 30 * S }),
    );
    const rig = new Rig(rules.map((rule) => (rule.id === 'r9' ? { ...rule, lateness: 0 } : rule)));
    for (let i = 0; i < 30; i += 1) rig.read(T0 + i * M, { x: i % 7 }, sensorOf(`s${i % 3}`));
    for (const { id } of rules) for (const later of [0, 6 * M, 3 * H]) ask(rig.engine, T0 + 29 * M + later, 'c1', id);
  });

  it('and X2 it says what the engine finds when it looks', () => {
    const when = { all: [{ fact: 'value', operator: 'greaterThanInclusive', value: 5 }] };
    const rig = new Rig([
      ruleOf({ stale: 4 * M, value: { fact: 'sum', params: { of: 'x', window: '3m' } }, levels: [blue({ when, clearHold: M })] }),
    ]);
    for (let i = 0; i < 40; i += 1) {
      rig.read(T0 + i * 50 * S, { x: (i * 7) % 5 });
      const now = T0 + i * 50 * S + 20 * S;
      const said = explained(rig.engine, now);
      rig.pass(now);
      const [found] = rig.engine.standings('r1');
      expect([said.standing, said.holding]).toEqual([found?.level, found?.holding]);
      if (found?.at === now) expect(said.value.value).toBe(found.value);
    }
  });
});
