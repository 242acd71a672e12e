import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../app/demo/display-width.ts';
import { Engine } from '../../engine/engine.ts';
import { cityOf, levelOf, Rig, ruleOf, sensorOf } from '../../engine/test-rig.ts';
import type { Rule } from '../../model/rule.ts';
import { explanationLines } from './explanation-lines.ts';

const M = 60_000;
const T0 = Date.parse('2026-06-01T14:00:00+08:00');

function linesOf(engine: Engine, now: number, key = 's1', columns = 100): string[] {
  const explanation = engine.explain('ponding', key, now);
  if (explanation === null) throw new Error('no such rule');
  return explanationLines(explanation, columns);
}

const PONDING: Rule = ruleOf({
  id: 'ponding',
  title: { zh: '积水', en: 'Ponding' },
  unit: 'cm',
  stale: 5 * M,
  value: { fact: 'last', params: { of: 'depth' } },
  conditions: { large: { fact: 'place', params: { attribute: 'area' }, operator: 'greaterThan', value: 50 } },
  levels: [
    levelOf('blue', 5, { hold: 2 * M, clearWhen: { all: [{ fact: 'value', operator: 'lessThan', value: 3 }] }, clearHold: 10 * M }),
    levelOf('red', 5, { when: { any: [{ fact: 'value', operator: 'greaterThan', value: 20 }, { condition: 'large' }] } }),
  ],
});

describe('an explanation for a terminal', () => {
  it('says what it comes to first, then what that rests on', () => {
    const rig = new Rig([PONDING]).read(T0, { depth: 6 });
    expect(linesOf(rig.engine, T0 + 80_000)).toEqual([
      '积水 · Ponding  ponding v1',
      '对象 key       sensor:s1 · 甲 One · 街 Street',
      '结论 why       蓝色条件已持续 1m20s，需 2m，14:02:00 升级',
      '               blue holds for 1m20s of 2m; raises at 14:02:00',
      '时刻 at        14:01:20 · 最新读数 newest 14:00:00（1m20s 前 ago） · 判到 judged to 14:00:00',
      '               下次 next 14:02:00',
      '数值 value     last(depth) = 6 cm',
      '',
      '? 红 red       未到 quiet',
      '    ? 任一 any',
      '      ✗ value (6 cm) > 20',
      '      ? large: place.area (?) > 50',
      '        台账中甲没有属性 area',
      '        the registry gives One no area',
      '✓ 蓝 blue      持续中 holding · 14:00:00 起 since · 持续 held 1m20s / 2m · 14:02:00 升级 raises',
      '    ✓ value (6 cm) ≥ 5',
      '',
      '记忆 memory',
      '  last(depth) · 1 样本 samples',
      '    14:00:00 6',
      '',
      '设备 sensors',
      '  s1（gauge）14:00:00 有消息 heard',
    ]);
  });

  it('shows what clears a level only where it stands', () => {
    const rig = new Rig([PONDING])
      .read(T0, { depth: 6 })
      .pass(T0 + 2 * M)
      .read(T0 + 3 * M, { depth: 1 });
    expect(linesOf(rig.engine, T0 + 4 * M).join('\n')).toContain(
      [
        '✗ 蓝 blue      告警 active · 14:00:00 起 since · 解除 clearing 1m / 10m · 14:13:00 解除 clears',
        '    ✗ value (1 cm) ≥ 5',
        '  解除 clears',
        '    ✓ value (1 cm) < 3',
      ].join('\n'),
    );
  });

  it('of a key that is not there says what would make it', () => {
    const engine = new Engine();
    engine.configure([{ ...PONDING, lateness: 10_000 }], cityOf([sensorOf('s1')]), 0, []);
    expect(linesOf(engine, T0)).toEqual([
      '积水 · Ponding  ponding v1',
      '对象 key       sensor:s1',
      '结论 why       s1 从未有过任何消息',
      '               s1 has never been heard',
      '测量 measures  depth',
      '迟到 lateness  10s · 没有读数在等候 no reading waits',
      '',
      '设备 sensors',
      '  s1（gauge）从未有消息 never heard',
    ]);
    engine.observe({ sensor: sensorOf('s1'), values: { depth: 7 }, at: T0, receivedAt: T0, gateway: null }, []);
    expect(linesOf(engine, T0).slice(5, 7)).toEqual([
      '迟到 lateness  10s · 1 条读数在等候 readings wait，14:00:10 起判断 judged from',
      '               14:00:00 s1 depth 7',
    ]);
  });

  it('shows the rows of sensors, and no line is wider than the terminal', () => {
    const value = { fact: 'mean', params: { of: 'depth', window: '1h', across: 'max' } };
    const rig = new Rig([{ ...PONDING, scope: 'place', value, stale: null }]);
    for (let i = 0; i < 40; i += 1)
      rig.read(T0 + i * M, { depth: i / 7 }, sensorOf(i % 2 === 0 ? 's1' : 'a-sensor-with-a-long-name-of-its-own'));
    for (const columns of [60, 80, 100]) {
      const lines = linesOf(rig.engine, T0 + 40 * M, 'p1', columns);
      expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
      expect(lines.join('\n')).toMatch(/ {4}a-sensor-with-a-long-name-of-its-own · 20 样本 samples/);
    }
  });
});
