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

describe('windows', () => {
  const of = { of: 'x' };
  const shows = (value: Rule['value'], feed: readonly number[], over: Partial<Rule> = {}) => {
    const rig = new Rig([ruleOf({ value, levels: [blue()], ...over })]);
    feed.forEach((x, i) => rig.read(T0 + i * M, { x }));
    const { windows } = explained(rig.engine, T0 + (feed.length - 1) * M);
    return windows;
  };
  const rows = (value: Rule['value'], feed: readonly number[]) =>
    shows(value, feed).flatMap((window) => window.rows.map((row) => [row.samples, ...row.newest.map((one) => one.value)]));

  it('newest first, with what a pane keeps', () => {
    expect(rows({ fact: 'last', params: of }, [1, 2])).toEqual([[1, 2]]);
    expect(rows({ fact: 'rank', params: { ...of, last: 3, rank: 1 } }, [1, 2, 3, 4])).toEqual([[3, 4, 3, 2]]);
    expect(rows({ fact: 'mean', params: { ...of, window: '3m' } }, [1, 2, 3, 4])).toEqual([[3, 4, 3, 2]]);
    expect(rows({ fact: 'max', params: { ...of, window: '3m' } }, [1, 4, 3, 2])).toEqual([[3, 2, 3, 4]]);
    expect(rows({ fact: 'stddev', params: { ...of, window: '3m' } }, [1, 2])).toEqual([[2, 2, 1]]);
    expect(rows({ fact: 'change', params: { ...of, window: '2m' } }, [1, 2, 3, 4])).toEqual([[2, 4, 3, 2]]);
    expect(rows({ fact: 'increase', params: { ...of, window: '9m' } }, [1, 3, 6])).toEqual([[2, 3, 2]]);
    expect(rows({ fact: 'count', params: { ...of, window: '9m', above: 1 } }, [1, 2, 3])).toEqual([[2, null, null]]);
    expect(rows({ fact: 'distinct', params: { ...of, window: '9m', by: 'value' } }, [1, 2, 2])).toEqual([[2, 2, 1]]);
    expect(rows({ fact: 'mean', params: { ...of, window: '1h', kind: 'tumbling' } }, [1, 2])).toEqual([[2, 1.5]]);
    expect(rows({ fact: 'mean', params: { ...of, window: '1h', kind: 'session', gap: '5m' } }, [1, 2])).toEqual([[2, 1.5]]);
    expect(rows({ fact: 'exceedances', params: { ...of, mean: '15m', window: '1d', above: 0 } }, [1, 2])).toEqual([[2, 1.5]]);
    expect(rows({ fact: 'occupancy', params: { in: 'x', out: 'y', reset: '04:00' } }, [1, 2])).toEqual([[1, 3]]);
    expect(rows({ fact: 'robust-z', params: { of: { fact: 'last', params: of }, slot: '5m' } }, [1, 2])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    // Within one percent.
    const [[, high, low] = []] = rows({ fact: 'percentile', params: { ...of, window: '9m', p: 90 } }, [1, 200]);
    expect([(high as number) / 200, low]).toEqual([expect.closeTo(1, 1), expect.closeTo(1, 1)]);
    const [[, loud] = []] = rows({ fact: 'leq', params: { ...of, window: '9m' } }, [60]);
    expect(loud).toBeCloseTo(60);
  });

  it('say from when to when, and what they cover', () => {
    const [window] = shows({ fact: 'mean', params: { ...of, window: '15m', coverage: '2m' } }, [1, 2, 3]);
    expect(window).toMatchObject({
      facts: ['mean(x, 15m, coverage 2m)'],
      rows: [{ from: iso(T0 - 13 * M), to: iso(T0 + 2 * M), covered: '3m', samples: 3 }],
    });
  });

  it('at most twenty samples, and ten sensors', () => {
    const [window] = shows(
      { fact: 'mean', params: { ...of, window: '1h' } },
      Array.from({ length: 40 }, (_, i) => i),
    );
    expect(window?.rows[0]).toMatchObject({ samples: 40 });
    expect(window?.rows[0]?.newest).toHaveLength(20);
    const rig = new Rig([ruleOf({ scope: 'place', value: { fact: 'last', params: { ...of, across: 'max' } }, levels: [blue()] })]);
    for (let i = 0; i < 25; i += 1) rig.read(T0 + i * S, { x: i }, sensorOf(`s${i}`));
    const { windows, sensors, moreSensors } = explained(rig.engine, T0 + M, 'p1');
    expect(windows[0]).toMatchObject({
      more: 15,
      rows: [{ sensor: 's24', newest: [{ value: 24 }] }, ...Array.from({ length: 9 }, () => ({}))],
    });
    expect([sensors.length, sensors[0]?.sensor, moreSensors]).toEqual([20, 's0', 5]);
  });

  it('a fact that watches a condition shows when that turned', () => {
    const high = { fact: 'last', params: of, operator: 'greaterThan', value: 5 };
    const windows = shows({ fact: 'episodes', params: { when: 'high', window: '1h' } }, [6, 1, 7, 1], { conditions: { high } });
    expect(windows.map(({ facts, rows: [row] }) => [facts, row?.newest.map(({ at }) => at)])).toEqual([
      [['episodes(high, 1h)'], [iso(T0 + 2 * M), iso(T0)]],
      [['last(x)'], [iso(T0 + 3 * M)]],
    ]);
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
