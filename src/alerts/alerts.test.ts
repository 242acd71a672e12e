import { describe, expect, test } from 'vitest';
import { fingerprint } from '../model/fingerprint.ts';
import { LATCHING, NO_ORDER, Rig, fireOrder, ruleOf, subjectOf, resetAt } from './test-rig.ts';

describe('one episode', () => {
  test('held, then fired, then over: pending → firing → resolved under one id', () => {
    const rig = new Rig().say(1, null, { pending: 'red', since: 1 }).say(5, 'red', { since: 1 }).say(9, null);
    expect(rig.states()).toEqual(['→pending red', 'pending→firing red', 'firing→resolved red']);
    expect(new Set(rig.step.transitions.map(({ alert }) => alert.id))).toEqual(new Set([fingerprint('al', 'smoke', 'sensor:s1', 1)]));
    expect(rig.step.transitions.at(-1)?.alert).toMatchObject({ since: 1, firedAt: 5, resolvedAt: 9, because: { en: 'because red' } });
  });

  test('a hold that breaks is resolved from pending and opens nothing', () => {
    const rig = new Rig().say(1, null, { pending: 'red' }).say(3, null);
    expect(rig.states()).toEqual(['→pending red', 'pending→resolved red']);
    expect(rig.step.transitions.at(-1)?.alert).toMatchObject({ firedAt: null, resolvedAt: 3, incident: null });
    expect(rig.changes()).toEqual([]);
    expect([...rig.alerts.firing()]).toEqual([]);
  });

  test('another level being held is a transition of the pending alert, and the peak counts only what fired', () => {
    const rig = new Rig()
      .say(1, null, { pending: 'yellow' })
      .say(2, null, { pending: 'red' })
      .say(3, 'yellow', { pending: 'red', since: 1 });
    expect(rig.states()).toEqual(['→pending yellow', 'pending→pending red', 'pending→firing yellow']);
    expect(rig.step.transitions.at(-1)?.alert.peak).toBe('yellow');
  });

  test('rising and falling while firing keeps the highest as peak', () => {
    const rig = new Rig().say(1, 'yellow').say(2, 'red').say(3, 'blue');
    expect(rig.states()).toEqual(['→firing yellow', 'firing→firing red', 'firing→firing blue']);
    expect(rig.step.transitions.at(-1)?.alert).toMatchObject({ level: 'blue', peak: 'red', since: 1, value: 3 });
  });

  test('a hold above the level that fires is no transition', () => {
    expect(new Rig().say(1, 'yellow').say(2, 'yellow', { pending: 'red', since: 2 }).states()).toEqual(['→firing yellow']);
  });

  test('an end under which a lower level is still held begins the next episode at once', () => {
    const rig = new Rig().say(5, 'red').say(9, null, { pending: 'yellow', since: 3 });
    expect(rig.states()).toEqual(['→firing red', 'firing→resolved red', '→pending yellow']);
    expect(rig.step.transitions[2]?.alert.id).not.toBe(rig.step.transitions[0]?.alert.id);
  });

  test('two episodes that begin in one millisecond are two alerts', () => {
    const rig = new Rig().say(5, 'red').say(5, null).say(5, 'red').say(5, null).say(5, 'red');
    const began = rig.step.transitions.filter(({ was }) => was === null).map(({ alert }) => alert.id);
    expect(new Set(began).size).toBe(3);
  });
});

describe('A3 a latched alert ends only when a person resets it or its order is closed', () => {
  test('the end of the condition latches it, and only then a reset resolves it', () => {
    const rig = new Rig().say(1, 'red', { rule: LATCHING });
    const { id } = [...rig.alerts.firing()][0] as { id: string };
    expect(rig.alerts.reset(id, resetAt(2), rig.step)).toBe(false);
    rig.say(3, null, { rule: LATCHING });
    expect(rig.alerts.get(id)).toMatchObject({ state: 'firing', latched: true, level: 'red' });
    expect(rig.changes()).toEqual(['opened red', 'calmed red']);
    expect(rig.alerts.reset(id, resetAt(4), rig.step)).toBe(true);
    expect(rig.states()).toEqual(['→firing red', 'firing→firing latched red', 'firing→resolved red']);
    expect(rig.changes()).toEqual(['opened red', 'calmed red', 'ended red']);
    expect(rig.alerts.reset(id, resetAt(5), rig.step)).toBe(false);
  });

  test('the alert keeps who reset it, and one that its order released has nobody', () => {
    const rig = new Rig().say(1, 'red', { rule: LATCHING }).say(1, 'red', { rule: LATCHING, subject: subjectOf('s2') });
    rig.say(3, null, { rule: LATCHING }).say(3, null, { rule: LATCHING, subject: subjectOf('s2') });
    const [first] = [...rig.alerts.firing()];
    rig.alerts.reset(first?.id as string, { by: 'Wang', note: 'toast', at: 4 }, rig.step);
    expect(rig.step.transitions.at(-1)?.alert).toMatchObject({
      state: 'resolved',
      resolvedAt: 4,
      reset: { by: 'Wang', note: 'toast', at: 4 },
    });
    expect(rig.step.changes.at(-1)?.alert.reset).toEqual({ by: 'Wang', note: 'toast', at: 4 });
    rig.close(rig.incidents()[0] as string, 5);
    expect(rig.step.transitions.at(-1)?.alert).toMatchObject({ state: 'resolved', subject: { key: 'sensor:s2' } });
    expect(rig.step.transitions.at(-1)?.alert.reset ?? null).toBeNull();
  });

  test('it rises again before the reset: the same episode, latched no more', () => {
    const rig = new Rig()
      .say(1, 'yellow', { rule: LATCHING })
      .say(2, null, { rule: LATCHING })
      .say(3, 'yellow', { rule: LATCHING })
      .say(4, 'red', { rule: LATCHING });
    expect(rig.states()).toEqual(['→firing yellow', 'firing→firing latched yellow', 'firing→firing yellow', 'firing→firing red']);
    expect(new Set(rig.step.transitions.map(({ alert }) => alert.id)).size).toBe(1);
    expect(rig.changes()).toEqual(['opened yellow', 'calmed yellow', 'resumed yellow', 'raised red']);
    expect(rig.step.changes.map(({ incident }) => incident.calm)).toEqual([false, true, false, false]);
  });

  test('closing the order releases a member whose condition has ended, and not one whose condition holds', () => {
    const rig = new Rig()
      .say(1, 'red', { rule: LATCHING })
      .say(1, 'red', { rule: LATCHING, subject: subjectOf('s2') })
      .say(2, null, { rule: LATCHING });
    rig.close(rig.incidents()[0] as string, 3);
    expect(rig.states().at(-1)).toBe('firing→resolved red');
    expect([...rig.alerts.firing()].map(({ subject }) => subject.key)).toEqual(['sensor:s2']);
    expect(rig.changes()).toEqual(['opened red', 'joined red']);
  });

  test('without a latch the end of the condition is the end', () => {
    expect(new Rig().say(1, 'red').say(2, null).states()).toEqual(['→firing red', 'firing→resolved red']);
  });

  test('a rule that is gone after a restart can still be reset', () => {
    const rig = new Rig().say(1, 'red', { rule: LATCHING }).say(2, null, { rule: LATCHING });
    const saved = structuredClone(rig.alerts.snapshot());
    rig.alerts.restore(saved, () => undefined);
    expect(rig.alerts.reset(saved.alerts[0]?.id as string, resetAt(3), rig.step)).toBe(true);
    expect(rig.step.transitions.at(-1)?.rule.id).toBe('latching');
    expect(rig.changes().at(-1)).toBe('ended red');
  });
});

describe('alerts become incidents', () => {
  test('the alert carries its incident in the very transition in which it fires', () => {
    const rig = new Rig().say(1, 'red');
    expect(rig.step.transitions[0]?.alert.incident).toBe(rig.incidents()[0]);
    const alert = fingerprint('al', 'smoke', 'sensor:s1', 1);
    expect(rig.incidents()).toEqual([fingerprint('in', 'fire|place:mall', alert)]);
  });

  test('a rule without an order, and a level below `from`, make no incident', () => {
    const rig = new Rig().say(1, 'red', { rule: NO_ORDER }).say(1, 'blue');
    expect(rig.changes()).toEqual([]);
    rig.say(2, 'yellow');
    expect(rig.changes()).toEqual(['opened yellow']);
    expect(rig.alerts.get(fingerprint('al', 'smoke', 'sensor:s1', 1))?.incident).toBe(rig.incidents()[0]);
  });

  test('same kind and place: one incident; its level is the highest that fires', () => {
    const heat = ruleOf({ id: 'heat' });
    const rig = new Rig()
      .say(1, 'yellow')
      .say(2, 'red', { rule: heat, subject: subjectOf('s2') })
      .say(3, 'orange')
      .say(4, null, { rule: heat, subject: subjectOf('s2') })
      .say(5, 'yellow')
      .say(6, null);
    expect(rig.changes()).toEqual([
      'opened yellow',
      'joined red',
      'raised red',
      'member-resolved orange',
      'lowered yellow',
      'ended yellow',
    ]);
    expect(new Set(rig.incidents()).size).toBe(1);
    expect(rig.step.changes.at(-1)?.incident).toMatchObject({ endedAt: 6, openedAt: 1, sort: 'fire', place: 'mall' });
    expect(rig.step.changes.at(-1)?.incident.alerts.length).toBe(2);
  });

  test('another kind, another place, another street, another key: other incidents', () => {
    const flood = ruleOf({ id: 'flood', order: fireOrder({ kind: 'flood' }) });
    const rig = new Rig()
      .say(1, 'red')
      .say(1, 'red', { rule: flood })
      .say(1, 'red', { subject: subjectOf('s2', { place: 'school' }) })
      .say(1, 'red', { subject: subjectOf('s3', { place: null }) })
      .say(1, 'red', { subject: subjectOf('s4', { place: null }) })
      .say(1, 'red', { subject: subjectOf('s5', { place: null, street: null }) })
      .say(1, 'red', { subject: subjectOf('s6', { place: null, street: null }) });
    expect(rig.changes()).toEqual(['opened red', 'opened red', 'opened red', 'opened red', 'joined red', 'opened red', 'opened red']);
  });

  test('firing again before the order is closed resumes the incident, in the place of the earlier episode', () => {
    const rig = new Rig().say(1, 'red').say(2, null).say(3, 'yellow');
    expect(rig.changes()).toEqual(['opened red', 'ended red', 'resumed yellow']);
    expect(new Set(rig.incidents()).size).toBe(1);
    expect(rig.step.changes.at(-1)?.incident).toMatchObject({ endedAt: null, alerts: [fingerprint('al', 'smoke', 'sensor:s1', 3)] });
  });

  test('after the order is closed a later firing opens a new incident', () => {
    const rig = new Rig().say(1, 'red').say(2, null);
    rig.close(rig.incidents()[0] as string, 3).say(4, 'red');
    expect(rig.changes()).toEqual(['opened red', 'ended red', 'opened red']);
    expect(rig.incidents()[2]).not.toBe(rig.incidents()[0]);
  });

  test('an alert that outlives its incident opens another one when it gets worse, and not when it gets better', () => {
    const rig = new Rig().say(1, 'orange');
    rig.close(rig.incidents()[0] as string, 2).say(3, 'yellow');
    expect(rig.changes()).toEqual(['opened orange']);
    rig.say(4, 'red');
    expect(rig.changes()).toEqual(['opened orange', 'opened red']);
    expect(rig.incidents()[1]).not.toBe(rig.incidents()[0]);
    expect(rig.step.transitions.at(-1)?.alert).toMatchObject({ incident: rig.incidents()[1], since: 1 });
  });

  test('a latched alert that fires again under a newer version of its rule takes part in the order that this version has', () => {
    const before = ruleOf({ latch: true, order: null });
    const rig = new Rig().say(1, 'red', { rule: before }).say(2, null, { rule: before });
    rig.say(3, 'red', { rule: ruleOf({ latch: true, version: 2 }) });
    expect(rig.changes()).toEqual(['opened red']);
    expect(rig.step.transitions.at(-1)?.alert.version).toBe(2);
  });

  test('members stand in the order in which they joined last', () => {
    const rig = new Rig()
      .say(1, 'red')
      .say(2, 'red', { subject: subjectOf('s2') })
      .say(3, null)
      .say(4, 'red');
    const ids = [fingerprint('al', 'smoke', 'sensor:s2', 2), fingerprint('al', 'smoke', 'sensor:s1', 4)];
    expect(rig.step.changes.at(-1)?.incident.alerts).toEqual(ids);
  });

  test('closing an incident that is unknown changes nothing', () => {
    const rig = new Rig().say(1, 'red').close('in_other', 2);
    expect(rig.states()).toEqual(['→firing red']);
  });
});

describe('A4 what is over is forgotten', () => {
  test('a thousand closed episodes leave nothing but the last beginning of their key', () => {
    const rig = new Rig();
    for (let at = 1; at < 2_000; at += 2) {
      rig.say(at, 'red').say(at + 1, null);
      rig.close(rig.incidents().at(-1) as string, at + 1);
    }
    expect(rig.alerts.snapshot()).toEqual({
      alerts: [],
      incidents: [],
      begun: [['smoke|sensor:s1', 1_999, 0]],
      silences: [],
      drills: [],
    });
  });

  test('a sensor that flaps in an open incident does not make it grow', () => {
    const rig = new Rig().say(1, 'red', { subject: subjectOf('steady') });
    for (let at = 2; at < 200; at += 2) rig.say(at, 'red').say(at + 1, null);
    expect(rig.step.changes.at(-1)?.incident.alerts.length).toBe(2);
  });
});
