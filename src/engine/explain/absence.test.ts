import { describe, expect, it } from 'vitest';
import type { Sensor } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import { Engine } from '../engine.ts';
import { cityOf, ruleOf, sensorOf } from '../test-rig.ts';
import { absent, explained, iso, M, S, T0 } from './test-rig.ts';

function engineOf(rules: readonly Rule[], sensors: readonly Sensor[] = []): Engine {
  const engine = new Engine();
  expect(engine.configure(rules, cityOf(sensors), 0, [])).toEqual([]);
  return engine;
}

function read(engine: Engine, sensor: Sensor, x = 1, at = T0): void {
  engine.observe({ sensor, values: { x }, at, receivedAt: at, gateway: null }, []);
}

describe('a key by whatever name', () => {
  it('its own, or the id of what it stands for', () => {
    const engine = engineOf([
      ruleOf(),
      ruleOf({ id: 'places', scope: 'place' }),
      ruleOf({ id: 'streets', scope: 'street' }),
      ruleOf({ id: 'all', scope: 'district' }),
    ]);
    read(engine, sensorOf('s1'));
    const keys = (rule: string, ...names: string[]): string[] => names.map((name) => explained(engine, T0, name, rule).key);
    expect(new Set(keys('r1', 's1', 'sensor:s1'))).toEqual(new Set(['sensor:s1']));
    expect(new Set(keys('places', 'p1', 'place:p1', 's1', 'sensor:s1'))).toEqual(new Set(['place:p1']));
    expect(new Set(keys('streets', '310104014', 'street:310104014', 'p1', 's1'))).toEqual(new Set(['street:310104014']));
    expect(new Set(keys('all', 'c1', 'district:c1', 'district', 's1'))).toEqual(new Set(['district:c1']));
  });

  it('that is split by model: with it, or without where there is but one', () => {
    const engine = engineOf([ruleOf({ scope: 'place', split: 'model' })]);
    read(engine, sensorOf('s1', { model: 'a' }));
    expect(explained(engine, T0, 'p1').key).toBe('place:p1/a');
    read(engine, sensorOf('s2', { model: 'b' }));
    expect(explained(engine, T0, 'p1/b').key).toBe('place:p1/b');
    expect(explained(engine, T0, 's2').key).toBe('place:p1/b');
    expect(absent(engine, T0, 'p1')).toMatchObject({ why: { code: 'split' }, keys: ['place:p1/a', 'place:p1/b'] });
  });

  it('a gateway', () => {
    const engine = engineOf([]);
    engine.observe({ sensor: sensorOf('s1'), values: {}, at: T0, receivedAt: T0, gateway: 'gw' }, []);
    expect(explained(engine, T0, 'gw', 'gateway-down')).toMatchObject({ key: 'gateway:gw', value: { value: 0 }, sensors: [] });
  });

  it('of a rule that is not in force', () => {
    expect(engineOf([]).explain('none', 's1', T0)).toBeNull();
  });
});

describe('a key that the rule does not have', () => {
  const place = ruleOf({ scope: 'place' });

  it('was never heard, or never said what is asked for', () => {
    const engine = engineOf(
      [ruleOf(), place].map((rule, i) => ({ ...rule, id: `r${i + 1}` })),
      [sensorOf('s1'), sensorOf('s2')],
    );
    expect(absent(engine, T0, 's1')).toMatchObject({
      key: 'sensor:s1',
      why: { code: 'never-heard', text: { zh: 's1 从未有过任何消息', en: 's1 has never been heard' } },
      sensors: [{ sensor: 's1', model: 'gauge', heard: null }],
      measures: ['x'],
      keys: [],
    });
    expect(absent(engine, T0, 'p1', 'r2').summary.en).toBe('none of its 2 sensors has ever been heard');
    engine.observe({ sensor: sensorOf('s1'), values: { y: 1 }, at: T0, receivedAt: T0, gateway: null }, []);
    expect(absent(engine, T0, 's1').why).toEqual({ code: 'never-measured', text: { zh: 's1 从未报送过 x', en: 's1 has never sent x' } });
    expect(absent(engine, T0, 'p1', 'r2')).toMatchObject({
      why: { code: 'never-measured' },
      sensors: [{ sensor: 's1', heard: iso(T0) }, { sensor: 's2' }],
    });
  });

  it('waits: its first readings are held back for earlier ones', () => {
    const engine = engineOf([ruleOf({ lateness: 10 * S })]);
    read(engine, sensorOf('s1'), 7);
    expect(absent(engine, T0, 's1')).toMatchObject({
      why: { code: 'waiting', text: { en: 'its first reading waits for earlier ones that may still come' } },
      lateness: '10s',
      waiting: { readings: 1, newest: [{ sensor: 's1', measure: 'x', at: iso(T0), value: 7 }] },
    });
    engine.advance(T0 + 11 * S, []);
    read(engine, sensorOf('s1'), 8, T0 + 11 * S);
    const { waiting, summary, newest } = explained(engine, T0 + 12 * S);
    expect(waiting).toMatchObject({ readings: 1, newest: [{ value: 8 }] });
    expect(newest?.at).toBe(iso(T0));
    expect(summary.en).toMatch(/^value 7 u .*; 1 reading waits and is judged from 00:00:21 on$/);
  });

  it('cannot be: another model, no place, another scope, nobody', () => {
    const engine = engineOf(
      [ruleOf({ models: ['camera'] }), ruleOf({ id: 'r2', scope: 'place' }), ruleOf({ id: 'r3', scope: 'street', models: ['camera'] })],
      [sensorOf('s1', { place: null })],
    );
    const codes = (rule: string, ...names: string[]): string[] => names.map((name) => absent(engine, T0, name, rule).why.code);
    expect(codes('r1', 's1', 'p1', 'nobody')).toEqual(['other-model', 'no-sensor', 'unknown-id']);
    expect(codes('r2', 's1', 'p1', 'place:nowhere')).toEqual(['nowhere', 'no-sensor', 'unknown-id']);
    expect(codes('r3', '310104014', 's1')).toEqual(['no-sensor', 'other-model']);
    expect(absent(engine, T0, 's1').summary.en).toBe('s1 is a gauge; the rule takes camera only');
  });

  it('has a name near to what was asked, which is told', () => {
    const why = (name: string): string => absent(engineOf([ruleOf()], [sensorOf('gauge-01')]), T0, name).why.text.en;
    expect(why('guage-01')).toBe('nothing in the city is called guage-01 (did you mean gauge-01?), and the rule has no such key');
    expect(why('nobody')).toBe('nothing in the city is called nobody, and the rule has no such key');
  });

  it('names the keys that are there instead, or could be', () => {
    expect(absent(engineOf([ruleOf()], [sensorOf('s1')]), T0, 'p1')).toMatchObject({
      why: {
        code: 'other-scope',
        text: { zh: '本规则按设备判断，请指明一个：sensor:s1', en: 'the rule judges each sensor; name one: sensor:s1' },
      },
    });
    const engine = engineOf([ruleOf()]);
    for (let i = 0; i < 30; i += 1) read(engine, sensorOf(`s${i}`));
    const { summary, keys } = absent(engine, T0 + M, 'p1');
    expect(summary.en).toBe('the rule judges each sensor; name one: sensor:s0, sensor:s1, sensor:s2 …');
    expect(keys).toHaveLength(20);
    expect(absent(engine, T0, 'nobody').keys).toHaveLength(20);
  });
});
