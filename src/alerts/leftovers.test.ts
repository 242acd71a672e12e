import { describe, expect, test } from 'vitest';
import { fireOrder, LATCHING, Rig, ruleOf, subjectOf } from './test-rig.ts';

const s2 = { subject: subjectOf('s2') };
const s3 = { subject: subjectOf('s3') };

/** Two alarms stand, one of them red; then a person ends the order. */
function ended(rig = new Rig()): Rig {
  rig.say(1, 'red').say(2, 'yellow', s2);
  const [incident] = rig.incidents();
  return rig.close(incident as string, 3);
}

describe('A6 what stands when a person ends its incident is part of what opens there next', () => {
  test.each([
    ['something new', (rig: Rig) => rig.say(4, 'yellow', s3)],
    ['something worse', (rig: Rig) => rig.say(4, 'orange', s2)],
  ])('%s opens it at the level of the worst that stands, over a restart too', (_, happens) => {
    const rig = ended().restart();
    happens(rig);
    expect(rig.changes().slice(2)[0]).toBe('opened red');
    const [opened, ...joined] = rig.step.changes.slice(2);
    expect(joined.map(({ what, alert }) => `${what} ${alert.subject.key} ${alert.level}`)).toContain('joined sensor:s1 red');
    const incidents = [...rig.alerts.firing()].map(({ incident }) => incident);
    expect(new Set(incidents)).toEqual(new Set([opened?.incident.id]));
    expect(new Set(opened?.incident.alerts)).toEqual(new Set([...rig.alerts.firing()].map(({ id }) => id)));
  });

  test('a restart changes nothing of it', () => {
    const [never, once] = [ended().say(4, 'yellow', s3), ended().restart().say(4, 'yellow', s3)];
    expect(once.step).toEqual(never.step);
  });

  test('by itself it opens nothing, and what has ended meanwhile is not counted', () => {
    const rig = ended().say(4, 'yellow', s2);
    expect(rig.changes()).toHaveLength(2);
    rig.say(5, null).say(6, 'yellow', s3);
    expect(rig.changes().slice(2)).toEqual(['opened yellow', 'joined yellow']);
  });

  test('another place, another kind and an exercise have nothing to do with it', () => {
    const rig = ended()
      .say(4, 'yellow', { subject: subjectOf('s9', { place: 'school' }) })
      .say(5, 'yellow', { rule: ruleOf({ id: 'gas', order: fireOrder({ kind: 'gas' }) }), subject: subjectOf('g1') })
      .say(6, 'yellow', { subject: subjectOf('x', { key: 'drill:d1', sensor: null }) });
    expect(rig.changes().slice(2)).toEqual(['opened yellow', 'opened yellow', 'opened yellow']);
  });
});

describe('a latched alarm that was silenced and is over', () => {
  const silence = {
    kind: 'silence',
    id: 'si_1',
    sort: 'silence',
    match: {},
    from: 0,
    until: 100,
    by: 'Wang',
    reason: 'works',
    lifeSafety: false,
  } as const;

  function over(): Rig {
    const rig = new Rig();
    rig.alerts.silence(silence);
    rig.say(1, 'red', { rule: LATCHING }).say(2, null, { rule: LATCHING }).restart();
    rig.alerts.advance(100, rig.step);
    return rig;
  }

  test('opens nothing when the silence ends, and can be reset', () => {
    const rig = over();
    expect(rig.changes()).toEqual([]);
    const [alert] = [...rig.alerts.firing()];
    expect(alert).toMatchObject({ latched: true, hushed: null, incident: null });
    expect(rig.alerts.reset(alert?.id as string, { by: 'Wang', note: null, at: 101 }, rig.step)).toBe(true);
  });

  test('opens one when its condition is back', () => {
    expect(over().say(101, 'red', { rule: LATCHING }).changes()).toEqual(['opened red']);
  });
});

test('what life depends on is no part of anything else', () => {
  const contained = { inhibit: [{ by: 'rain', from: 'orange', quiet: ['leak'], area: 'street' }], lifeSafety: ['gas-leak'] } as const;
  const rig = new Rig(contained)
    .say(1, 'orange', { rule: ruleOf({ id: 'rain', order: fireOrder({ kind: 'flood' }) }), subject: subjectOf('gauge', { place: null }) })
    .say(2, 'red', { rule: ruleOf({ id: 'leak', order: fireOrder({ kind: 'gas-leak' }) }), subject: subjectOf('g1') });
  expect(rig.changes()).toEqual(['opened orange', 'opened red']);
});
