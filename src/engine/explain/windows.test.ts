import { describe, expect, it } from 'vitest';
import type { Rule } from '../../model/rule.ts';
import { levelOf, Rig, ruleOf, sensorOf } from '../test-rig.ts';
import { explained, iso, M, S, T0 } from './test-rig.ts';

const blue = (): Rule['levels'][number] => levelOf('blue', 5);

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
