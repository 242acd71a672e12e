import { describe, expect, test } from 'vitest';
import type { Silence } from '../model/silence.ts';
import { fireOrder, LATCHING, Rig, ruleOf, subjectOf } from './test-rig.ts';

function silenceOf(over: Partial<Silence> = {}): Silence {
  return {
    kind: 'silence',
    id: 'si_1',
    sort: 'silence',
    match: { rule: 'smoke' },
    from: 0,
    until: 100,
    by: 'Wang',
    reason: 'works on the roof',
    lifeSafety: false,
    ...over,
  };
}

function silenced(over: Partial<Silence> = {}, lifeSafety: readonly string[] = []): Rig {
  const rig = new Rig({ lifeSafety });
  rig.alerts.silence(silenceOf(over));
  return rig;
}

describe('A5 a silenced alert is an alert', () => {
  test('it fires, says which silence keeps it, and opens nothing', () => {
    const rig = silenced().say(1, 'red');
    expect(rig.states()).toEqual(['→firing red']);
    expect(rig.changes()).toEqual([]);
    expect([...rig.alerts.firing()][0]).toMatchObject({ hushed: 'si_1', incident: null });
  });

  test('negative control: without the silence it opens an incident', () => {
    expect(new Rig().say(1, 'red').changes()).toEqual(['opened red']);
  });

  test.each([
    ['its time is over', (rig: Rig) => rig.alerts.advance(100, rig.step)],
    ['somebody ends it', (rig: Rig) => rig.alerts.unsilence('si_1', 50, rig.step)],
  ])('when %s, what still fires enters; what has ended does not', (_, end) => {
    const rig = silenced()
      .say(1, 'red')
      .say(1, 'red', { subject: subjectOf('s2') });
    rig.say(2, null, { subject: subjectOf('s2') }).restart();
    end(rig);
    expect(rig.changes()).toEqual(['opened red']);
    expect([...rig.alerts.firing()].map(({ hushed, incident }) => [hushed, incident !== null])).toEqual([[null, true]]);
    expect(rig.alerts.silences()).toEqual([]);
  });

  test('it is due when it ends, over a restart too', () => {
    const rig = silenced().restart();
    expect(rig.alerts.nextAt()).toBe(100);
    rig.alerts.advance(100, rig.step);
    expect(rig.alerts.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  test('before it begins and after it has ended it keeps nobody out', () => {
    expect(silenced({ from: 10 }).say(9, 'red').changes()).toEqual(['opened red']);
    expect(silenced({ from: 10 }).say(10, 'red').changes()).toEqual([]);
    expect(silenced().say(100, 'red').changes()).toEqual(['opened red']);
  });

  test('an alert that was inside before goes on', () => {
    const rig = new Rig().say(1, 'yellow');
    rig.alerts.silence(silenceOf());
    expect(rig.say(2, 'red').changes()).toEqual(['opened yellow', 'raised red']);
  });

  test.each([
    [{ rule: 'heat' }, false],
    [{ sort: 'fire' }, true],
    [{ place: 'mall' }, true],
    [{ place: 'school' }, false],
    [{ street: '310104014' }, true],
    [{ key: 'sensor:s2' }, false],
    [{ rule: 'smoke', place: 'mall', key: 'sensor:s1' }, true],
    [{ rule: 'smoke', place: 'school' }, false],
  ] as const)('a match of %j keeps the alarm of the mall out: %s', (match, kept) => {
    expect(silenced({ match }).say(1, 'red').changes()).toEqual(kept ? [] : ['opened red']);
  });

  test('what life depends on is silenced only by one who says so', () => {
    expect(silenced({}, ['fire']).say(1, 'red').changes()).toEqual(['opened red']);
    expect(silenced({ lifeSafety: true }, ['fire']).say(1, 'red').changes()).toEqual([]);
  });
});

describe('an alert that is part of another joins its incident', () => {
  const flood = ruleOf({ id: 'rain', order: fireOrder({ kind: 'flood' }) });
  const ponding = ruleOf({ id: 'ponding', order: fireOrder({ kind: 'ponding' }) });
  const contained = { inhibit: [{ by: 'rain', from: 'orange', quiet: ['ponding'], area: 'street' }] } as const;
  const rain = { rule: flood, subject: subjectOf('gauge', { place: null }) };
  const road = { rule: ponding, subject: subjectOf('road') };

  test('while the other stands at the level, in the same area', () => {
    const rig = new Rig(contained).say(1, 'orange', rain).say(2, 'red', road).say(3, null, road);
    expect(rig.changes()).toEqual(['opened orange', 'joined red', 'member-resolved orange']);
    expect(new Set(rig.incidents()).size).toBe(1);
  });

  test.each([
    ['the other is below the level', 'yellow', road],
    ['it lies in another street', 'orange', { ...road, subject: subjectOf('road', { street: '310104015' }) }],
    ['it is of another rule', 'orange', { subject: subjectOf('s1') }],
  ] as const)('but not when %s', (_, level, other) => {
    expect(new Rig(contained).say(1, level, rain).say(2, 'red', other).changes()).toEqual([`opened ${level}`, 'opened red']);
  });

  test('nor when the other is over', () => {
    const rig = new Rig(contained).say(1, 'orange', rain).say(2, null, rain).say(3, 'red', road);
    expect(rig.changes()).toEqual(['opened orange', 'ended orange', 'opened red']);
  });
});

describe('an incident may be a street’s or the district’s', () => {
  const at = (sensor: string, place: string) => ({ subject: subjectOf(sensor, { place }) });

  test('of the kinds that the city says', () => {
    const rig = new Rig({ group: { fire: 'street' } }).say(1, 'red', at('a', 'mall')).say(2, 'red', at('b', 'school'));
    expect(rig.changes()).toEqual(['opened red', 'joined red']);
    expect(rig.step.changes[0]?.incident).toMatchObject({ place: null, street: '310104014' });
    const other = { subject: subjectOf('c', { place: 'park', street: '310104015' }) };
    expect(rig.say(3, 'red', other).changes().at(-1)).toBe('opened red');
    const district = new Rig({ group: { fire: 'district' } }).say(1, 'red').say(2, 'red', other);
    expect(district.changes()).toEqual(['opened red', 'joined red']);
  });
});

describe('an exercise', () => {
  const drill = { kind: 'drill', id: 'd1', rule: 'smoke', place: 'mall', level: 'red', until: 50, by: 'Li', reason: 'autumn' } as const;
  const begin = (rig: Rig, rule = ruleOf()): Rig => {
    rig.alerts.drill({ ...drill, rule: rule.id }, { rule, place: 'mall', street: '310104014' }, 1, rig.step);
    return rig;
  };

  test('is an alert that no sensor has, in an incident of its own, and a real one beside it is real', () => {
    const rig = begin(new Rig()).say(2, 'red');
    expect(rig.changes()).toEqual(['opened red', 'opened red']);
    expect(rig.step.changes.map(({ alert }) => [alert.subject.key, alert.drill ?? false])).toEqual([
      ['drill:d1', true],
      ['sensor:s1', false],
    ]);
    expect(new Set(rig.incidents()).size).toBe(2);
  });

  test('is due when it ends, over a restart too', () => {
    expect(begin(new Rig()).restart().alerts.nextAt()).toBe(50);
  });

  test('is listed while it lasts, over a restart too', () => {
    const rig = begin(new Rig());
    expect(rig.restart().alerts.drills()).toEqual([drill]);
    expect([rig.alerts.endDrill('d1', 2, rig.step), rig.alerts.endDrill('d1', 3, rig.step)]).toEqual([true, false]);
    expect(rig.alerts.drills()).toEqual([]);
  });

  test.each([ruleOf(), LATCHING])('ends at its time, also where the rule waits for a person: $id', (rule) => {
    const rig = begin(new Rig(), rule);
    rig.alerts.advance(49, rig.step);
    expect(rig.changes()).toEqual(['opened red']);
    rig.alerts.advance(50, rig.step);
    expect(rig.changes()).toEqual(['opened red', 'ended red']);
    expect([...rig.alerts.firing()]).toEqual([]);
  });

  test('is silenced by nothing, and twice is once', () => {
    const rig = silenced({ match: {} });
    expect(begin(begin(rig)).changes()).toEqual(['opened red']);
  });
});

describe('an incident is calm while nobody would be sent for it', () => {
  const calms = (rig: Rig): (boolean | undefined)[] => rig.step.changes.map(({ incident }) => incident.calm);
  const orange = ruleOf({ order: fireOrder({ from: 'orange' }) });

  test('a member that has come down below where an order is opened is calm; back there it is not', () => {
    const rig = new Rig().say(1, 'orange', { rule: orange }).say(2, 'yellow', { rule: orange }).say(3, 'red', { rule: orange });
    expect(rig.changes()).toEqual(['opened orange', 'lowered yellow', 'raised red']);
    expect(calms(rig)).toEqual([false, true, false]);
  });

  test('one that still stands keeps all of it from being calm', () => {
    const rig = new Rig().say(1, 'orange', { rule: orange }).say(1, 'orange', { rule: orange, subject: subjectOf('s2') });
    rig
      .say(2, 'yellow', { rule: orange })
      .restart()
      .say(3, null, { rule: orange, subject: subjectOf('s2') });
    expect(calms(rig)).toEqual([false, false, false, true]);
  });
});
